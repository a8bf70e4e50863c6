"""Layers, and made-up rows of any of them, for what is drawn."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Annotated, Any, cast

import pytest
from playwright.sync_api import Browser, BrowserContext
from pydantic import create_model

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from layers.catalogue import declared
from layers.codes import code_list
from layers.column import Column, ColumnKind, Key, about
from layers.feature import Feature, Layer, made
from layers.look import Style
from layers.text import Text
from spatial.shape import Kind, Place

VENDOR = Path(__file__).parents[2] / "api" / "page" / "vendor"
SEATS = ((106.57, 29.55), (106.51, 29.57), (106.45, 29.54), (106.56, 29.61), (106.63, 29.53), (106.53, 29.49))
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)

Frames = Callable[..., gpd.GeoDataFrame]
Uploads = Callable[..., Layer]


@pytest.fixture(scope="session")
def assets() -> Path:
    """The browser libraries, which the build fetches."""
    assert (VENDOR / "leaflet" / "leaflet.js").is_file(), "run python hatch_build.py first"
    return VENDOR


@pytest.fixture
def layers() -> dict[str, Layer]:
    return declared()


@pytest.fixture
def frame() -> Frames:
    """Makes n valid rows of a layer, the same each time; what is said by name is so in every row."""
    return rows_of


@pytest.fixture
def uploaded() -> Uploads:
    """Makes a layer of any geometry type and look, as one is made at run time."""

    def make(kind: Kind, style: Style | None = None, title: Text | None = None, **fields: Any) -> Layer:
        place = Annotated[BaseGeometry, Place(kind)]
        said = {"code": (Key, about("编号", "Code")), **fields, "place": (place, about("位置", "Place"))}
        row = create_model("Row", __base__=Feature, **cast("Any", said))
        return made("uploaded", title or Text("上传图层", "Uploaded"), row, style=style or Style(), declared=False)

    return make


@pytest.fixture
def window(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Opens a window of the browser: a wide one, or a phone's."""
    opened: list[BrowserContext] = []

    def make(phone: bool = False) -> BrowserContext:
        size: Any = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 800}
        opened.append(browser.new_context(viewport=size, has_touch=phone, is_mobile=phone))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def rows_of(layer: Layer, n: int = 20, seed: int = 7, **said: Any) -> gpd.GeoDataFrame:
    chance = Random(seed)
    names = [column.name for column in layer.columns]
    rows = [layer.row(**record(layer, number, chance) | said) for number in range(n)]
    place = layer.place.name if layer.place else None
    values = {name: [getattr(row, name) for row in rows] for name in names}
    return gpd.GeoDataFrame(values, columns=names, geometry=place, crs=4326)


def record(layer: Layer, number: int, chance: Random) -> dict[str, Any]:
    values = {column.name: value(column, number, chance) for column in layer.columns}
    return {name: each for name, each in values.items() if each is not None}


def value(column: Column, number: int, chance: Random) -> Any:
    if column.about.codes and column.role is None:
        return chance.choice(sorted(code_list(column.about.codes).codes))
    if column.about.codes:
        return sorted(code_list(column.about.codes).codes)[number]
    if not column.required and chance.random() < 0.1:
        return None
    return VALUES[column.kind](column, number, chance)


def text(column: Column, number: int, chance: Random) -> str:
    if column.limits.pattern:
        return f"5001030{number:08d}"
    return f"{column.title.zh}{number + 1:04d}"


def shape(column: Column, number: int, chance: Random) -> Any:
    assert column.place
    lon, lat = chance.choice(SEATS)
    return SHAPES[column.place.kind](chance.gauss(lon, 0.02), chance.gauss(lat, 0.016))


def square(lon: float, lat: float, side: float = 0.004) -> shapely.Polygon:
    return shapely.box(lon, lat, lon + side, lat + side)


SHAPES: dict[Kind, Callable[[float, float], Any]] = {
    Kind.POINT: shapely.Point,
    Kind.MULTIPOINT: lambda lon, lat: shapely.MultiPoint([(lon, lat), (lon + 0.001, lat)]),
    Kind.LINE: lambda lon, lat: shapely.LineString([(lon, lat), (lon + 0.01, lat + 0.004)]),
    Kind.MULTILINE: lambda lon, lat: shapely.MultiLineString([[(lon, lat), (lon + 0.01, lat)]]),
    Kind.POLYGON: square,
    Kind.MULTIPOLYGON: lambda lon, lat: shapely.MultiPolygon([square(lon, lat, 0.03)]),
    Kind.ANY: square,
}

VALUES: dict[ColumnKind, Callable[[Column, int, Random], Any]] = {
    ColumnKind.TEXT: text,
    ColumnKind.INTEGER: lambda column, number, chance: chance.randrange(0, 400),
    ColumnKind.NUMBER: lambda column, number, chance: round(chance.uniform(0, column.limits.le or 5000), 1),
    ColumnKind.BOOLEAN: lambda column, number, chance: chance.random() < 0.5,
    ColumnKind.INSTANT: lambda column, number, chance: NOON - timedelta(minutes=chance.randrange(0, 90_000)),
    ColumnKind.DATE: lambda column, number, chance: (NOON - timedelta(days=chance.randrange(0, 90))).date(),
    ColumnKind.TEXTS: lambda column, number, chance: ["裂缝", "渗水"][: chance.randrange(1, 3)],
    ColumnKind.PLACE: shape,
}

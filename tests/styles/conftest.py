"""Layers and made-up rows of any of them, for what is drawn."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import shapely

import geopandas as gpd

from layers.catalogue import declared
from layers.codes import code_list
from layers.column import Column, ColumnKind
from layers.feature import Feature, Layer, made
from layers.look import Style
from layers.text import Text
from spatial.shape import Kind

ASSETS = Path(__file__).resolve().parents[2] / "api" / "page" / "vendor"
SEATS = ((106.57, 29.55), (106.51, 29.57), (106.45, 29.54), (106.56, 29.61), (106.63, 29.53), (106.53, 29.49))
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)

Frame = Callable[..., gpd.GeoDataFrame]


@pytest.fixture(scope="session")
def assets() -> Path:
    return ASSETS


@pytest.fixture
def layers() -> dict[str, Layer]:
    return declared()


@pytest.fixture
def frame() -> Frame:
    """Makes n rows of a layer, each a valid one, the same for the same seed."""

    def make(layer: Layer, n: int = 20, seed: int = 7, **said: Any) -> gpd.GeoDataFrame:
        chance = Random(seed)
        rows = [record(layer, number, chance) | said for number in range(n)]
        read = [layer.row(**row) for row in rows]
        names = [column.name for column in layer.columns]
        values = [{name: getattr(row, name) for name in names} for row in read]
        place = layer.place.name if layer.place else None
        return gpd.GeoDataFrame(values, columns=names, geometry=place, crs=4326)

    return make


@pytest.fixture
def made_up() -> Callable[..., Layer]:
    """Makes a layer as one is made at run time: of any geometry type, any look."""

    def make(kind: Kind, style: Style | None = None, title: Text | None = None, **fields: Any) -> Layer:
        from pydantic import create_model

        from layers.column import Key, about
        from spatial.shape import Place

        place = __import__("typing").Annotated[shapely.geometry.base.BaseGeometry, Place(kind)]
        told = {"code": (Key, about("编号", "Code")), **fields, "place": (place, about("位置", "Place"))}
        row = create_model("Row", __base__=Feature, **told)
        return made("made_up", title or Text("上传图层", "Uploaded"), row, style=style or Style(), declared=False)

    return make


def record(layer: Layer, number: int, chance: Random) -> dict[str, Any]:
    return {column.name: value(column, number, chance) for column in layer.columns}


def value(column: Column, number: int, chance: Random) -> Any:
    if column is not None and column.name == "code" and column.limits.pattern:
        return f"5001030{number:08d}"
    if column.about.codes:
        return chance.choice(sorted(code_list(column.about.codes).codes))
    if not column.required and chance.random() < 0.1:
        return column_default(column)
    return VALUES[column.kind](column, number, chance)


def column_default(column: Column) -> Any:
    return [] if column.kind is ColumnKind.TEXTS else None


def text(column: Column, number: int, chance: Random) -> str:
    return f"{column.title.zh}{number + 1:04d}"[: int(column.limits.max_length or 200)]


def near(chance: Random, spread: float = 0.02) -> tuple[float, float]:
    lon, lat = chance.choice(SEATS)
    return chance.gauss(lon, spread), chance.gauss(lat, spread * 0.8)


def shape(column: Column, number: int, chance: Random) -> Any:
    assert column.place
    lon, lat = near(chance)
    return SHAPES[column.place.kind](lon, lat)


def square(lon: float, lat: float, side: float = 0.004) -> shapely.Polygon:
    return shapely.box(lon, lat, lon + side, lat + side)


SHAPES: dict[Kind, Callable[[float, float], Any]] = {
    Kind.POINT: lambda lon, lat: shapely.Point(lon, lat),
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

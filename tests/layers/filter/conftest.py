"""A layer with a column of every kind, rows full of gaps, and what filters should select of them."""

import importlib.util
import json
import random
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import pytest
from pydantic import AwareDatetime
from sqlalchemy import Table, create_engine, insert, select

import shapely
from shapely.geometry.base import BaseGeometry

from layers.access import Reader
from layers.column import Key, about
from layers.cql2 import parse
from layers.feature import Feature, Layer, made
from layers.filter import compiled
from layers.query import Filter
from layers.store.connection import compiled as sqlite_text
from layers.store.functions import register
from layers.store.open import opened
from layers.store.postgis import schema
from layers.store.postgis.connection import Connections, fetched, run
from layers.store.postgis.connection import compiled as postgis_text
from layers.store.postgis.writer import PostgisWriter
from layers.store.texts import Texts
from layers.table import table
from layers.text import Text
from spatial.crs import CRS84, Crs
from spatial.shape import Kind, Place

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
WEST, SOUTH = 106.0, 29.0
TEXTS = (
    "Straße",
    "STRASSE",
    "strasse",
    "Café",
    "cafe",
    "解放碑",
    "解放路",
    "a%b_c",
    "it's",
    "x[y]*?",
    "",
    "Øst",
    "C:\\t",
)
OLD = re.compile("s_(touches|overlaps)")
TAGS = ("红", "绿", "blue", "it's")


class Thing(Feature):
    """A row with every kind of column."""

    code: Key = about("编号", "Code")
    name: str | None = about("名称", "Name", default=None)
    other: str | None = about("别名", "Other name", default=None)
    people: int | None = about("人数", "People", default=None)
    weight: float | None = about("重量", "Weight", default=None)
    fit: bool | None = about("合格", "Fit", default=None)
    opened: AwareDatetime | None = about("开始", "Opened", default=None)
    closed: AwareDatetime | None = about("结束", "Closed", default=None)
    built: date | None = about("建成", "Built", default=None)
    razed: date | None = about("拆除", "Razed", default=None)
    tags: list[str] | None = about("标签", "Tags", default=None)
    marks: list[str] | None = about("记号", "Marks", default=None)
    secret: str | None = about("秘密", "Secret", default=None, seen_by=Reader.CITY)
    place: Annotated[BaseGeometry | None, Place(Kind.ANY)] = about("位置", "Place", default=None)


LAYER = made("things", Text("物", "Things"), Thing)


def shapes(dice: random.Random) -> Any:
    x, y = WEST + dice.randint(0, 4) / 4, SOUTH + dice.randint(0, 4) / 4
    width, height = dice.choice((0.25, 0.5)), dice.choice((0.25, 0.5))
    return dice.choice(
        (
            shapely.Point(x, y),
            shapely.Point(x + 0.1, y + 0.3),
            shapely.LineString([(x, y), (x + width, y + height)]),
            shapely.LineString([(x, y), (x, y + 1)]),
            shapely.box(x, y, x + width, y + height),
            shapely.Polygon([(x, y), (x + 0.5, y), (x, y + 0.5)]),
            shapely.MultiPoint([(x, y), (x + width, y)]),
            shapely.MultiPolygon([shapely.box(x, y, x + 0.2, y + 0.2), shapely.box(x + 0.3, y, x + 0.5, y + 0.2)]),
            shapely.Point(dice.choice((-179.5, 179.5)), y),
        )
    )


def rows() -> list[dict[str, Any]]:
    dice = random.Random(7)
    days = (0, 1, 1.5, 2, 2 - 1 / 86_400_000, 3, 31)

    def some(make: Callable[[], Any]) -> Any:
        return None if dice.random() < 0.2 else make()

    def row(n: int) -> dict[str, Any]:
        opened = some(lambda: NEW_YEAR + timedelta(milliseconds=round(dice.choice(days) * 86_400_000)))
        closed = some(lambda: (opened or NEW_YEAR) + timedelta(days=dice.choice((0, 1, 2, 30))))
        built = some(lambda: date(2026, 1, dice.randint(1, 5)))
        return {
            "fid": n + 1,
            "code": f"T{n:03}",
            "name": some(lambda: dice.choice(TEXTS)),
            "other": some(lambda: dice.choice(TEXTS)),
            "people": some(lambda: dice.randint(-3, 6)),
            "weight": some(lambda: dice.choice((-2.5, 0.0, 0.5, 1.0, 2.0, 3.75, 1e9))),
            "fit": some(lambda: dice.random() < 0.5),
            "opened": opened,
            "closed": closed,
            "built": built,
            "razed": some(lambda: (built or date(2026, 1, 2)) + timedelta(days=dice.randint(0, 3))),
            "tags": some(lambda: dice.sample(TAGS, dice.randint(0, 3))),
            "marks": some(lambda: dice.sample(TAGS, dice.randint(0, 2))),
            "secret": "hidden",
            "place": some(lambda: shapes(dice)),
        }

    return [row(n) for n in range(240)]


def room(name: str) -> ModuleType:
    """A neighbouring file as a module; the tests are no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Things:
    """The rows in a database, and beside them in Python."""

    compiled: Texts

    def __init__(self) -> None:
        self.layer: Layer = LAYER
        self.rows: Table = table(LAYER)
        self.records = rows()
        self.truth = room("oracle").truth
        self.written: Callable[[Any], str] = room("written").written

    def asked(self, sql: str, bound: tuple[Any, ...]) -> Iterable[Sequence[Any]]:
        """What the database finds."""
        raise NotImplementedError

    def sql(self, given: Filter, layer: Layer | None = None) -> tuple[str, tuple[Any, ...]]:
        """The filter as the database gets it."""
        layer = layer or self.layer
        stands = table(layer)
        return self.compiled(select(stands.c.code).where(compiled(given, layer, stands)))

    def selected(self, text: str, lang: str | None = None, crs: Crs = CRS84) -> set[str]:
        """The codes that the database selects."""
        return {code for (code,) in self.asked(*self.sql(parse(text, lang, crs)))}

    def expected(self, tree: Any) -> set[str]:
        """The codes of the rows of which the tree is true."""
        return {record["code"] for record in self.records if self.truth(tree, record) is True}

    def relates(self, tree: Any) -> bool:
        """Whether the database's library of geometry understands the tree as Python's does."""
        return True

    def agree(self, tree: Any) -> set[str]:
        """What all select: Python, the text and the JSON."""
        wanted = self.expected(tree)
        if not self.relates(tree):
            return wanted
        text = self.written(tree)
        assert self.selected(json.dumps(tree), "cql2-json") == wanted, tree
        assert self.selected(text, "cql2-text") == wanted, text
        return wanted


class InSqlite(Things):
    """The rows in SQLite."""

    compiled = sqlite_text

    def __init__(self) -> None:
        super().__init__()
        self.connection = sqlite3.connect(":memory:", check_same_thread=False)
        register(self.connection)
        engine = create_engine("sqlite://", creator=lambda: self.connection)
        self.rows.create(engine)
        with engine.begin() as writing:
            writing.execute(insert(self.rows), self.records)
        self.connection.execute("CREATE VIRTUAL TABLE rtree_things_place USING rtree(id, minx, maxx, miny, maxy)")
        self.connection.execute(
            "INSERT INTO rtree_things_place SELECT fid, ST_MinX(place), ST_MaxX(place), ST_MinY(place), ST_MaxY(place)"
            " FROM things WHERE place IS NOT NULL"
        )
        self.connection.commit()

    def asked(self, sql: str, bound: tuple[Any, ...]) -> Iterable[Sequence[Any]]:
        return self.connection.execute(sql, bound)

    def close(self) -> None:
        self.connection.close()


class InPostgis(Things):
    """The rows in PostGIS, as its store writes them."""

    compiled = postgis_text

    def __init__(self, address: str) -> None:
        super().__init__()
        opened(address).close()
        self.connections = Connections(address)
        self.connections.open()
        with self.connections.writing() as connection:
            schema.add_layer(connection, LAYER)
            PostgisWriter(connection).upsert(LAYER, self.records)
            run(connection, "ANALYZE things")
            version = fetched(connection, "SELECT postgis_geos_version()")[0][0]
        self.geos = tuple(int(part) for part in version.split("-")[0].split("."))

    def relates(self, tree: Any) -> bool:
        # until 3.13, GEOS took points at the end of a line to be inside of a collection of both
        text = json.dumps(tree)
        return self.geos >= (3, 13) or "GeometryCollection" not in text or not OLD.search(text)

    def asked(self, sql: str, bound: tuple[Any, ...]) -> Iterable[Sequence[Any]]:
        return self.connections.rows(sql, bound)

    def close(self) -> None:
        with self.connections.writing() as connection:
            schema.drop(connection, LAYER.name)
        self.connections.close()


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgis", marks=pytest.mark.postgis)])
def things(request: pytest.FixtureRequest) -> Iterator[Things]:
    """The rows, to be filtered by each database."""
    made = InSqlite() if request.param == "sqlite" else InPostgis(request.getfixturevalue("postgis"))
    yield made
    made.close()

"""Boxes and regions found through the R*Tree, against shapely."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, Table, create_engine, insert, select

import shapely

from layers.catalogue import declared
from layers.store.box_hit import box_hit, region_hit
from layers.store.connection import compiled
from layers.store.functions import register
from layers.table import table
from spatial.box import Box

ROWS: Table = table(declared()["districts"])
PLACE = ROWS.c.place
# Steps that no 32-bit float holds, so that the index's boxes are wider than the shapes.
STEP = 0.1


def shapes() -> list[Any]:
    dice = np.random.default_rng(3)
    at = [(106 + STEP * x, 29 + STEP * y) for x, y in dice.integers(0, 11, size=(120, 2))]
    made = [shapely.box(x, y, x + STEP * w, y + STEP) for (x, y), w in zip(at, dice.integers(1, 3, 120), strict=True)]
    made[:20] = [shapely.Polygon([(x, y), (x + STEP, y), (x, y + STEP)]) for x, y in at[:20]]
    made[20:24] = [shapely.box(x, 29, x + 0.5, 29.5) for x in (179.5, 179.1, -180, -179.6)]
    return made


class City:
    def __init__(self) -> None:
        self.shapes = shapes()
        self.connection = sqlite3.connect(":memory:", check_same_thread=False)
        register(self.connection)
        engine = create_engine("sqlite://", creator=lambda: self.connection)
        ROWS.create(engine)
        rows = [
            {"fid": n, "code": str(n), "name": "x", "place": shapely.MultiPolygon([s])}
            for n, s in enumerate(self.shapes)
        ]
        with engine.begin() as writing:
            writing.execute(insert(ROWS), rows)
        self.connection.execute("CREATE VIRTUAL TABLE rtree_districts_place USING rtree(id, minx, maxx, miny, maxy)")
        self.connection.execute(
            "INSERT INTO rtree_districts_place"
            " SELECT fid, ST_MinX(place), ST_MaxX(place), ST_MinY(place), ST_MaxY(place) FROM districts"
        )
        self.connection.commit()

    def found(self, condition: ColumnElement[bool]) -> set[int]:
        return {fid for (fid,) in self.connection.execute(*compiled(select(ROWS.c.fid).where(condition)))}

    def meeting(self, region: Any) -> set[int]:
        return {n for n, shape in enumerate(self.shapes) if shape.intersects(region)}


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    made = City()
    yield made
    made.connection.close()


TENTHS = st.integers(-1, 12).map(lambda n: n * STEP)
FINE = st.floats(-0.1, 1.2)


@given(
    x=st.lists(TENTHS | FINE, min_size=2, max_size=2).map(sorted),
    y=st.lists(TENTHS | FINE, min_size=2, max_size=2).map(sorted),
)
def test_a_box_meets_what_shapely_says(city: City, x: list[float], y: list[float]) -> None:
    box = Box(106 + x[0], 29 + y[0], 106 + x[1], 29 + y[1])
    flat = shapely.LineString([(box.west, box.south), (box.east, box.north)])
    flat = flat if flat.length else shapely.Point(box.west, box.south)
    wanted = city.meeting(box.polygon if box.area else flat)
    assert city.found(box_hit(ROWS, PLACE, box)) == wanted
    assert city.found(region_hit(ROWS, PLACE, box.polygon)) == wanted
    assert city.found(~box_hit(ROWS, PLACE, box)) == set(range(len(city.shapes))) - wanted


def test_a_box_across_the_antimeridian_meets_both_sides(city: City) -> None:
    box = Box(179.4, 28, -179.5, 30)
    assert city.found(box_hit(ROWS, PLACE, box)) == {20, 21, 22, 23} == city.found(region_hit(ROWS, PLACE, box.polygon))


@pytest.mark.parametrize(
    "region",
    [
        shapely.Point(106.5, 29.5).buffer(0.2),
        shapely.Polygon([(106, 29), (107, 29), (106, 30)]),
        shapely.MultiPolygon([shapely.box(106, 29, 106.2, 29.2), shapely.Point(106.8, 29.8).buffer(0.1)]),
        shapely.MultiPolygon([shapely.box(106, 29, 106.2, 29.2), shapely.box(106.5, 29.5, 106.6, 29.6)]),
        shapely.LineString([(106, 29), (107, 30)]),
        shapely.Point(106.5, 29.5),
        shapely.Polygon(),
    ],
    ids=lambda region: region.wkt[:24],
)
def test_a_region_meets_what_shapely_says(city: City, region: Any) -> None:
    assert city.found(region_hit(ROWS, PLACE, region)) == city.meeting(region)


def test_what_lies_inside_is_not_looked_at(city: City) -> None:
    looked: list[bytes] = []

    def watched(row: bytes, _: bytes) -> bool:
        looked.append(row)
        return False

    watching = sqlite3.connect(":memory:")
    city.connection.backup(watching)
    register(watching)
    watching.create_function("ST_Intersects", 2, watched)
    sql, bound = compiled(select(ROWS.c.fid).where(box_hit(ROWS, PLACE, Box(105.95, 28.95, 107.55, 29.55))))
    inside = {fid for (fid,) in watching.execute(sql, bound)}
    watching.close()
    wanted = shapely.box(105.95, 28.95, 107.55, 29.55)
    assert inside == {n for n, shape in enumerate(city.shapes) if wanted.contains(shape)}
    assert 0 < len(looked) == len(city.meeting(wanted)) - len(inside)


def test_the_index_is_what_answers(city: City) -> None:
    sql, bound = compiled(select(ROWS.c.fid).where(box_hit(ROWS, PLACE, Box(106, 29, 106.1, 29.1))))
    plan = " ".join(str(row) for row in city.connection.execute(f"EXPLAIN QUERY PLAN {sql}", bound))
    assert "VIRTUAL TABLE INDEX" in plan
    assert "SCAN districts" not in plan

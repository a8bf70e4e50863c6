"""Boxes, times, words and ids select the rows that plain Python selects."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shapely

from layers.feature import Layer
from layers.query import Query
from layers.store.protocol import Store
from spatial.box import Box
from spatial.errors import BadParameter
from spatial.time import Span, span

QUIET = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ORIGIN = shapely.Point(0, 0)
LON, LAT = st.floats(105.9, 106.4), st.floats(28.95, 29.15)


def selected(store: Store, layer: Layer, query: Query) -> set[str]:
    """Return the ids that a query selects, and check that counting agrees."""
    keys = [k for block in store.blocks(layer, query, size=97) for k in block.keys]
    count = store.count(layer, query)
    assert count is not None and count.rows == len(keys)
    return set(keys)


@QUIET
@given(lons=st.tuples(LON, LON), lats=st.tuples(LAT, LAT))
def test_a_box_is_exact(
    store: Store, works: Layer, many: list[dict[str, Any]], lons: tuple[float, float], lats: tuple[float, float]
) -> None:
    (west, east), (south, north) = sorted(lons), sorted(lats)
    box = Box(west, south, east, north)
    inside = {r["code"] for r in many if r["place"].intersects(shapely.box(*box.corners))}
    assert selected(store, works, Query(box=box, limit=1000)) == inside


def test_edges_belong_to_a_box_though_the_index_is_coarser(store: Store, works: Layer, make_work: Any) -> None:
    places = [106.1, 106.1 + 1e-9, 106.1 - 1e-9]
    with store.write() as writer:
        writer.upsert(works, [make_work(n, place=shapely.Point(x, 29)) for n, x in enumerate(places)])
    assert selected(store, works, Query(box=Box(106.1, 28, 107, 30))) == {"W00000", "W00001"}


def test_a_box_across_the_antimeridian(store: Store, works: Layer, make_work: Any) -> None:
    places = [179.5, -179.5, 0, 178]
    with store.write() as writer:
        writer.upsert(works, [make_work(n, place=shapely.Point(x, 1)) for n, x in enumerate(places)])
    assert selected(store, works, Query(box=Box.read("179,-10,-179,10"))) == {"W00000", "W00001"}


def test_a_region_is_exact(store: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    region = shapely.Polygon([(106, 29), (106.2, 29.02), (106.1, 29.09)])
    assert selected(store, works, Query(region=region, limit=999)) == {
        r["code"] for r in many if r["place"].intersects(region)
    }


SPANS = [
    "2026-01-03",
    "2026-01-03T05:00:00Z",
    "2026-01-03/2026-01-05",
    "../2026-01-02T00:00:00Z",
    "2026-01-09/..",
    "0000-01-01T00:00:00Z/2026-01-02",
    "2026-01-09T00:00:00Z/9999-12-31T00:00:00Z",
    "../..",
]


@pytest.mark.parametrize("text", SPANS)
def test_an_interval_layer_meets_a_time(store: Store, works: Layer, many: list[dict[str, Any]], text: str) -> None:
    asked = span(text)
    expected = {r["code"] for r in many if meets(r["opened"], r["closed"], asked)}
    assert selected(store, works, Query(span=asked, limit=999)) == expected


def meets(start: Any, end: Any, asked: Span) -> bool:
    """Tell whether an interval with an end that may be open meets the span."""
    before = asked.end is not None and (start > asked.end or (start == asked.end and not asked.whole))
    after = asked.start is not None and end is not None and end < asked.start
    return not before and not after


@QUIET
@given(hours=st.tuples(st.integers(-20, 320), st.integers(-20, 320)))
def test_an_instant_layer_meets_a_time(store: Store, hours: tuple[int, int]) -> None:
    fixes = store.layers()["fixes"]
    start = span("2026-01-01").start
    assert start is not None
    rows = [
        {
            "code": str(n),
            "vehicle": "渝A",
            "datum": "wgs84",
            "at": start + timedelta(hours=n),
            "place": shapely.Point(0, 0),
        }
        for n in range(300)
    ]
    with store.write() as writer:
        writer.append(fixes, rows)
    low, high = sorted(hours)
    asked = Span(start + timedelta(hours=low), start + timedelta(hours=high))
    expected = {str(n) for n in range(300) if low <= n <= high}
    assert selected(store, fixes, Query(span=asked, limit=999)) == expected


def test_words_are_looked_for_in_text(store: Store, works: Layer, make_work: Any) -> None:
    names = ["石门大桥 下穿道", "Stone Gate Bridge", "100% done_x", None]
    with store.write() as writer:
        writer.upsert(works, [make_work(n, name=name) for n, name in enumerate(names)])
    said = {"石门": {0}, "bridge": {1}, "gate stone": {1}, "石门,BRIDGE": {0, 1}, "100%": {2}, "e_x": {2}, "%": {2}}
    for text, expected in said.items():
        assert selected(store, works, Query(text=text)) == {f"W{n:05}" for n in expected}, text


@pytest.mark.parametrize("text", ["", " ", ",", " , ", "a " * 50])
def test_no_words_are_refused(store: Store, works: Layer, text: str) -> None:
    with pytest.raises(BadParameter):
        store.block(works, Query(text=text))


def test_ids_select(store: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    assert selected(store, works, Query(ids=("W00003", "nobody", "W00005"))) == {"W00003", "W00005"}

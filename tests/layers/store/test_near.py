"""What lies near a place is what an exhaustive search by geodesics finds; on every kind of store."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shapely

from layers import near as module
from layers.feature import Layer
from layers.near import near
from layers.query import Filter, Near, Query
from layers.runtime import from_schema
from layers.store.protocol import Store
from spatial.crs import crs
from spatial.errors import BadLayer, BadParameter, TooMuch
from spatial.metres import Plane, distance

QUIET = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
HERE = shapely.Point(106.55, 29.55)
BENCHES = {
    "required": ["code", "kind", "place"],
    "properties": {
        "code": {"type": "string", "x-ogc-role": "id"},
        "kind": {"type": "string"},
        "place": {"format": "geometry-any"},
    },
}
RNG = np.random.default_rng(7)
LON, LAT = RNG.uniform(106.5, 106.6, 400), RNG.uniform(29.5, 29.6, 400)
STREET = shapely.LineString([(106.50, 29.5501), (106.60, 29.5501)])


@pytest.fixture
def benches(store: Store) -> Layer:
    store.add(from_schema("benches", BENCHES), BENCHES)
    rows: list[dict[str, Any]] = [
        {"code": f"B{n:03}", "kind": "ab"[n % 2], "place": shapely.Point(LON[n], LAT[n])} for n in range(len(LON))
    ]
    with store.write() as writer:
        writer.upsert(store.layers()["benches"], [*rows, {"code": "row", "kind": "c", "place": STREET}])
    return store.layers()["benches"]


def around(place: Any, metres: float, **more: Any) -> Query:
    return Query(near=Near(place, within=metres), **more)


@QUIET
@given(st.floats(106.49, 106.61), st.floats(29.49, 29.61), st.floats(1, 5000))
def test_points_near_a_point_are_those_of_the_geodesic(
    store: Store, benches: Layer, lon: float, lat: float, metres: float
) -> None:
    found: Any = near(store, benches, around(shapely.Point(lon, lat), metres, properties=("kind",)))
    found = found[found["kind"] != "c"]
    away = distance(LON, LAT, lon, lat)
    # a bench at the very edge may count or not
    sure, possible = away < metres - 0.01, away < metres + 0.01
    assert (
        {f"B{n:03}" for n in np.flatnonzero(sure)} <= set(found.index) <= {f"B{n:03}" for n in np.flatnonzero(possible)}
    )
    order = [int(code[1:]) for code in found.index]
    assert np.allclose(found["metres"], away[order], atol=0.06)
    assert found["metres"].is_monotonic_increasing


@QUIET
@given(lon=st.floats(105, 107.5), lat=st.floats(28, 30), k=st.integers(1, 12))
def test_no_other_feature_is_nearer(
    store: Store, works: Layer, many: list[dict[str, Any]], lon: float, lat: float, k: int
) -> None:
    metres = distance(lon, lat, [r["place"].x for r in many], [r["place"].y for r in many])
    found = near(store, works, Query(near=Near(shapely.Point(lon, lat), k)))
    assert found["metres"].tolist() == pytest.approx(np.sort(metres)[:k].tolist(), abs=0.06)


def test_a_filter_and_a_radius_hold(store: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    here, two = many[150]["place"], (Filter({"op": "=", "args": [{"property": "lanes"}, 2]}),)
    found = near(store, works, Query(near=Near(here, 1000, within=5_000), filters=two))
    inside = [r for r in many if r["lanes"] == 2 and distance(here.x, here.y, r["place"].x, r["place"].y) <= 5_000]
    assert set(found.index) == {r["code"] for r in inside} and len(inside) > 5
    nearest = near(store, works, Query(near=Near(here, 3, within=5_000), filters=two))
    assert nearest["metres"].to_dict() == found["metres"].head(3).to_dict()


def test_far_places_are_found_across_the_antimeridian(store: Store, works: Layer, make_work: Any) -> None:
    with store.write() as writer:
        writer.upsert(works, [make_work(1, place=shapely.Point(-179.9, 0)), make_work(2, place=shapely.Point(170, 0))])
    here = shapely.Point(179.9, 0)
    found = near(store, works, Query(near=Near(here, 2)))
    assert found.index.tolist() == ["W00001", "W00002"]
    assert found["metres"].iloc[0] == pytest.approx(22_264, rel=1e-3)
    assert near(store, works, around(here, 30_000)).index.tolist() == ["W00001"]


@pytest.mark.parametrize("asked", [Near(HERE, within=15), Near(HERE, 1)])
def test_a_line_is_as_near_as_its_nearest_point(store: Store, benches: Layer, asked: Near) -> None:
    found = near(store, benches, Query(near=asked))
    assert found.loc["row", "metres"] == pytest.approx(float(distance(106.55, 29.55, 106.55, 29.5501)), abs=0.1)


def test_a_long_line_is_measured_along_the_globe(store: Store, works: Layer, make_work: Any) -> None:
    with store.write() as writer:
        writer.upsert(works, [make_work(1, place=shapely.LineString([(106, 29), (107, 29)]))])
    found = near(store, works, Query(near=Near(shapely.Point(106.5, 29.01), 5)))
    assert found["metres"].tolist() == [pytest.approx(1108, abs=3)]


def test_what_lies_in_an_area_is_no_metres_from_it(store: Store, benches: Layer) -> None:
    area = shapely.box(106.52, 29.52, 106.56, 29.56)
    found: Any = near(store, benches, around(area, 0.5))
    inside = {f"B{n:03}" for n in np.flatnonzero(shapely.contains_xy(area, LON, LAT))}
    assert inside <= set(found.index[found["metres"] == 0]) and len(inside) > 20


def test_the_query_says_which_and_in_what_crs(store: Store, benches: Layer) -> None:
    found: Any = near(
        store, benches, around(HERE, 3000, text="a", crs=crs("http://www.opengis.net/def/crs/EPSG/0/3857"))
    )
    assert set(found["kind"]) == {"a"}
    assert found.crs.to_epsg() == 3857 and found.geometry.x.between(1.18e7, 1.19e7).all()
    assert found["metres"].max() <= 3000


@pytest.mark.parametrize("asked", [Near(shapely.Point(0, 0), within=1000), Near(shapely.Point(0, 0), 5, 1000)])
def test_nothing_is_near_the_sea(store: Store, benches: Layer, asked: Near) -> None:
    found = near(store, benches, Query(near=asked))
    assert list(found.columns) == ["code", "kind", "geometry", "metres"]
    assert len(found) == 0


def test_everything_is_too_much_but_the_nearest_never_are(
    store: Store, benches: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 300)
    with pytest.raises(TooMuch, match="fewer metres than 20000"):
        near(store, benches, around(HERE, 20_000))
    assert len(near(store, benches, Query(near=Near(HERE, 400)))) == 400


@pytest.mark.parametrize("asked", [None, Near(HERE), Near(HERE, 0), Near(HERE, -1), Near(HERE, 10**6)])
def test_how_near_or_how_many_has_to_be_said(store: Store, works: Layer, asked: Near | None) -> None:
    with pytest.raises(BadParameter):
        near(store, works, Query(near=asked))


def test_only_what_has_a_place_is_near(store: Store) -> None:
    nowhere = {"properties": {"code": {"type": "string", "x-ogc-role": "id"}}}
    with pytest.raises(BadLayer, match="no places"):
        near(store, from_schema("ledgers", nowhere), around(HERE, 1))


def test_a_store_alone_refuses_what_it_would_have_to_leave_out(store: Store, benches: Layer) -> None:
    for ask in (store.block, store.features, store.count):
        with pytest.raises(BadParameter, match="near"):
            ask(benches, around(HERE, 10))


def test_a_store_is_asked_for_no_more_than_the_surroundings() -> None:
    box = module.Circle(HERE, 1000, Plane(106.55, 29.55)).box
    sides = distance([box.west, 106.55], [29.55, box.south], [box.east, 106.55], [29.55, box.north])
    assert np.all((sides > 2000) & (sides < 2100))

"""The nearest features are those that an exhaustive search finds."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shapely

from layers.feature import Layer
from layers.nearest import nearest
from layers.query import Filter, Near, Query
from layers.store.protocol import Store
from spatial.errors import BadParameter
from spatial.metres import distance

QUIET = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIET
@given(lon=st.floats(105, 107.5), lat=st.floats(28, 30), k=st.integers(1, 12))
def test_no_other_feature_is_nearer(
    store: Store, works: Layer, many: list[dict[str, Any]], lon: float, lat: float, k: int
) -> None:
    metres = distance(lon, lat, [r["place"].x for r in many], [r["place"].y for r in many])
    found = nearest(store, works, Near(shapely.Point(lon, lat), k))
    assert [f.metres for f in found] == pytest.approx(np.sort(metres)[:k].tolist(), abs=0.01)


def test_a_filter_and_a_radius_hold(store: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    here = many[150]["place"]
    only = Query(filters=(Filter({"op": "=", "args": [{"property": "lanes"}, 2]}),))
    found = nearest(store, works, Near(here, 1000, within=5_000), only)
    assert found
    assert all(f.properties["lanes"] == 2 and f.metres <= 5_000 for f in found)
    near = [r for r in many if r["lanes"] == 2 and distance(here.x, here.y, r["place"].x, r["place"].y) <= 5_000]
    assert {f.key for f in found} == {r["code"] for r in near}


def test_far_places_are_found_across_the_antimeridian(store: Store, works: Layer, make_work: Any) -> None:
    with store.write() as writer:
        writer.upsert(works, [make_work(1, place=shapely.Point(-179.9, 0)), make_work(2, place=shapely.Point(170, 0))])
    found = nearest(store, works, Near(shapely.Point(179.9, 0), 2))
    assert [f.key for f in found] == ["W00001", "W00002"]
    assert found[0].metres == pytest.approx(22_264, rel=1e-3)


def test_a_line_is_as_near_as_its_nearest_part(store: Store, works: Layer, make_work: Any) -> None:
    line = shapely.LineString([(106, 29), (107, 29)])
    with store.write() as writer:
        writer.upsert(works, [make_work(1, place=line)])
    (found,) = nearest(store, works, Near(shapely.Point(106.5, 29.01), 5))
    assert found.metres == pytest.approx(1108, abs=3)


@pytest.mark.parametrize("k", [0, -1, 10**6])
def test_k_has_bounds(store: Store, works: Layer, k: int) -> None:
    with pytest.raises(BadParameter):
        nearest(store, works, Near(shapely.Point(0, 0), k))

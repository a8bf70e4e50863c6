"""What lies near a place: against the geodesic, and against shapes that are no points."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shapely

from layers import near as module
from layers.near import near
from layers.query import Query
from layers.runtime import from_schema
from layers.store.geopackage import GeoPackageStore
from spatial.errors import TooMuch
from spatial.metres import distance

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


@pytest.fixture(scope="module")
def benches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GeoPackageStore]:
    store = GeoPackageStore(tmp_path_factory.mktemp("near") / "city.gpkg")
    store.add(from_schema("benches", BENCHES), BENCHES)
    rows: list[dict[str, Any]] = [
        {"code": f"B{n:03}", "kind": "ab"[n % 2], "place": shapely.Point(LON[n], LAT[n])} for n in range(len(LON))
    ]
    with store.write() as writer:
        writer.upsert(store.layers()["benches"], [*rows, {"code": "row", "kind": "c", "place": STREET}])
    yield store
    store.close()


@given(st.floats(106.49, 106.61), st.floats(29.49, 29.61), st.floats(1, 5000))
def test_points_near_a_point_are_those_of_the_geodesic(
    benches: GeoPackageStore, lon: float, lat: float, metres: float
) -> None:
    query = Query(properties=("kind",))
    found: Any = near(benches, benches.layers()["benches"], shapely.Point(lon, lat), metres, query)
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


def test_a_line_is_as_near_as_its_nearest_point(benches: GeoPackageStore) -> None:
    found = near(benches, benches.layers()["benches"], shapely.Point(106.55, 29.55), 15)
    assert found.loc["row", "metres"] == pytest.approx(float(distance(106.55, 29.55, 106.55, 29.5501)), abs=0.1)


def test_what_lies_in_an_area_is_no_metres_from_it(benches: GeoPackageStore) -> None:
    area = shapely.box(106.52, 29.52, 106.56, 29.56)
    found: Any = near(benches, benches.layers()["benches"], area, 0.5)
    inside = {f"B{n:03}" for n in np.flatnonzero(shapely.contains_xy(area, LON, LAT))}
    assert inside <= set(found.index[found["metres"] == 0])


def test_the_query_says_which(benches: GeoPackageStore) -> None:
    layer = benches.layers()["benches"]
    found = near(benches, layer, shapely.Point(106.55, 29.55), 3000, Query(text="a"))
    assert set(found["kind"]) == {"a"}


def test_nothing_is_near_the_sea(benches: GeoPackageStore) -> None:
    found = near(benches, benches.layers()["benches"], shapely.Point(0, 0), 1000)
    assert list(found.columns) == ["code", "kind", "geometry", "metres"]
    assert len(found) == 0


def test_everything_is_too_much(benches: GeoPackageStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 300)
    with pytest.raises(TooMuch, match="fewer metres than 20000"):
        near(benches, benches.layers()["benches"], shapely.Point(106.55, 29.55), 20_000)


def test_a_store_is_asked_for_no_more_than_the_surroundings(tmp_path: Path) -> None:
    box = module._around(module.Plane(106.55, 29.55), shapely.Point(106.55, 29.55), 1000)
    sides = distance([box.west, 106.55], [29.55, box.south], [box.east, 106.55], [29.55, box.north])
    assert np.all((sides > 2000) & (sides < 2100))

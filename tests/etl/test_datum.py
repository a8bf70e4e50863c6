"""The datum of shapes is found where a reference shows it, and refused where it does not."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import geopandas as gpd
import shapely

from etl.datum import LEAST_CONFIDENCE, LEAST_SAMPLES, detect
from spatial.datum import Datum, convert
from spatial.errors import Unguessable
from spatial.metres import Plane

CITY = Plane(106.55, 29.56)
ANGLES = np.linspace(0, 2 * np.pi, 90, endpoint=False)


def on_the_globe(shapes: object) -> np.ndarray:
    return CITY.round(np.atleast_1d(np.asarray(shapes, dtype=object)))


def districts(seed: int = 5) -> np.ndarray:
    """Nine wobbly districts, 6 km across, in WGS 84."""
    chance = np.random.default_rng(seed)
    out = list[shapely.Polygon]()
    for x, y in np.ndindex(3, 3):
        reach = 2500 + chance.uniform(-700, 700, len(ANGLES))
        ring = np.column_stack([np.cos(ANGLES), np.sin(ANGLES)]) * reach[:, None]
        out.append(shapely.Polygon(ring + np.array([x, y]) * 6000))
    return on_the_globe(out)


def streets() -> np.ndarray:
    """A lattice of streets 210 and 330 m apart, turned by 20 degrees."""
    along = [shapely.LineString([(x, -4000), (x, 4000)]) for x in range(-4000, 4001, 210)]
    across = [shapely.LineString([(-4000, y), (4000, y)]) for y in range(-4000, 4001, 330)]
    turned = shapely.transform(np.array(along + across), lambda xy: xy @ [[0.940, 0.342], [-0.342, 0.940]])
    return on_the_globe(turned)


def scatter(count: int, reach: float, seed: int) -> np.ndarray:
    xy = np.random.default_rng(seed).uniform(-reach, reach, (count, 2))
    return on_the_globe(shapely.points(xy))


def carried(shapes: np.ndarray, east: float, north: float) -> np.ndarray:
    return np.asarray(shapely.transform(shapes, lambda xy: xy + np.array([east, north])))


def jittered(points: np.ndarray, metres: float) -> np.ndarray:
    chance = np.random.default_rng(6)
    flat = shapely.transform(CITY.flat(points), lambda xy: xy + chance.normal(0, metres, xy.shape))
    return on_the_globe(flat)


@pytest.mark.parametrize("datum", Datum)
def test_districts_are_known_by_their_borders(datum: Datum) -> None:
    reference = districts()
    surveyed_again = shapely.transform(reference, lambda xy: np.round(xy, 4))
    guess = detect(convert(surveyed_again, Datum.WGS84, datum), reference)
    assert guess.datum == datum
    assert guess.confidence > 0.95
    assert guess.distances[datum] < 10
    assert min(metres for other, metres in guess.distances.items() if other != datum) > 150
    assert guess.samples > 500


@pytest.mark.parametrize("datum", Datum)
def test_places_are_known_by_the_same_places(datum: Datum) -> None:
    known = scatter(400, 8000, seed=7)
    incoming = convert(jittered(known[:250], 8), Datum.WGS84, datum)
    guess = detect(incoming, known)
    assert guess.datum == datum
    assert guess.confidence > 0.8


@pytest.mark.parametrize("datum", Datum)
def test_vehicles_are_known_by_the_streets_they_drive(datum: Datum) -> None:
    roads = streets()
    chance = np.random.default_rng(8)
    driven = shapely.line_interpolate_point(roads[chance.integers(0, len(roads), 600)], chance.uniform(0, 0.05, 600))
    guess = detect(convert(jittered(driven, 5), Datum.WGS84, datum), roads)
    assert guess.datum == datum
    assert guess.confidence > LEAST_CONFIDENCE


@pytest.mark.parametrize("datum", Datum)
def test_a_part_is_known_by_a_larger_reference(datum: Datum) -> None:
    reference = districts()
    elsewhere = carried(reference[:2], 3.0, 1.0)
    incoming = convert(np.concatenate([reference[:2], elsewhere]), Datum.WGS84, datum)
    assert detect(incoming, reference).datum == datum


def test_thousands_of_fixes_at_one_place_are_one_sample() -> None:
    place = on_the_globe(shapely.points([(0.0, 0.0)]))
    crowd = jittered(np.repeat(place, 5000), 10)
    with pytest.raises(Unguessable, match=f"{LEAST_SAMPLES} are needed"):
        detect(crowd, place)


REFUSED = {
    "what is about something else": (scatter(500, 9000, 9), districts(), "under no datum"),
    "what lies everywhere": (scatter(900, 3000, 10), scatter(20_000, 3500, 11), "nearly alike"),
    "too few": (districts()[:1], scatter(5, 100_000, 12), "are needed"),
    "far away": (carried(districts(), 5.0, 0.0), districts(), "only 0 places"),
    "nothing": (districts()[:0], districts(), "only 0 places"),
    "nothing to compare with": (districts(), districts()[:0], "reference layer is empty"),
    "a reference without places": (districts(), np.array([None, shapely.Point()], dtype=object), "is empty"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_where_the_evidence_decides_nothing_it_must_be_said(what: str) -> None:
    incoming, reference, why = REFUSED[what]
    with pytest.raises(Unguessable, match=why) as refusal:
        detect(incoming, reference)
    assert "--datum" in str(refusal.value)


def test_outside_china_all_datums_are_wgs84() -> None:
    boston = carried(districts(), -177.6, 12.8)
    with pytest.raises(Unguessable, match=r"outside China.*--datum wgs84"):
        detect(boston, boston)


@settings(max_examples=50)
@given(st.integers(0, 2**32), st.integers(20, 400), st.integers(20, 2000), st.floats(1500, 30_000))
def test_chance_alone_is_never_taken_for_a_datum(seed: int, count: int, known: int, reach: float) -> None:
    incoming, reference = scatter(count, reach, seed), scatter(known, reach, seed + 1)
    with pytest.raises(Unguessable):
        detect(incoming, reference)


@settings(max_examples=30)
@given(st.sampled_from(Datum), st.floats(0, 40))
def test_confidence_is_a_share_and_falls_with_what_is_left_between(datum: Datum, metres: float) -> None:
    known = scatter(300, 12_000, seed=13)
    exact, rough = (detect(convert(jittered(known, error), Datum.WGS84, datum), known) for error in (0, metres))
    assert exact.datum == rough.datum == datum
    assert LEAST_CONFIDENCE <= rough.confidence <= exact.confidence + 0.02 <= 1.02
    assert exact.confidence <= 1


@pytest.fixture
def old_districts(real_data: Path) -> np.ndarray:
    frame = gpd.read_file(real_data / "chongqing_districts_wgs84_old" / "qxj_area.shp", encoding="gbk")
    return np.asarray(frame.geometry.values, dtype=object)


@pytest.mark.data
def test_the_public_districts_of_the_web_are_gcj02(real_data: Path, old_districts: np.ndarray) -> None:
    frame = gpd.read_file(real_data / "chongqing_districts_datav_gcj02" / "500000_full.json")
    guess = detect(np.asarray(frame.geometry.values, dtype=object), old_districts)
    assert guess.datum == Datum.GCJ02
    assert guess.confidence > 0.95
    assert guess.distances[Datum.WGS84] == pytest.approx(342, abs=3)
    assert guess.distances[Datum.GCJ02] == pytest.approx(2.7, abs=0.2)


@pytest.mark.data
@pytest.mark.parametrize("datum", Datum)
def test_the_old_districts_are_known_in_any_datum(old_districts: np.ndarray, datum: Datum) -> None:
    surveyed_again = shapely.transform(old_districts, lambda xy: np.round(xy, 4))
    guess = detect(convert(surveyed_again, Datum.WGS84, datum), old_districts)
    assert guess.datum == datum
    assert guess.confidence > 0.95

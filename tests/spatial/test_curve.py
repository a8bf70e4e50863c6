"""The curve through the world: a box's stretches hold all of the box, and those said to be inside nothing else."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from spatial.box import Box
from spatial.curve import place, stretches

LON, LAT = st.floats(-180, 180), st.floats(-90, 90)
PART = st.floats(0, 1)


def box(lons: tuple[float, float], lats: tuple[float, float]) -> Box:
    return Box(min(lons), min(lats), max(lons), max(lats))


BOXES = st.builds(box, st.tuples(LON, LON), st.tuples(LAT, LAT))


@given(BOXES, PART, PART)
def test_every_place_of_a_box_is_in_one_of_its_stretches(around: Box, across: float, up: float) -> None:
    lon = min(around.west + across * (around.east - around.west), around.east)
    lat = min(around.south + up * (around.north - around.south), around.north)
    at = place(lon, lat)
    assert sum(first <= at <= last for first, last in stretches(around)) == 1


@given(BOXES)
def test_stretches_do_not_overlap_and_are_few(around: Box) -> None:
    found = sorted(stretches(around))
    assert all(first <= last for first, last in found)
    assert all(last < following for (_, last), (following, _) in pairwise(found))
    assert len(found) <= 81


@given(LON, LAT)
def test_a_place_is_one_number(lon: float, lat: float) -> None:
    assert 0 <= place(lon, lat) < 2**62
    assert stretches(Box(lon, lat, lon, lat)) == [(place(lon, lat), place(lon, lat))]


def test_neighbours_are_near_on_the_curve() -> None:
    first, last = stretches(Box(106.5, 29.5, 106.50001, 29.50001))[0]
    assert last - first < 2**16

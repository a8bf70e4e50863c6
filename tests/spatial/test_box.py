"""A box is read, refused, halved at the antimeridian and compared."""

import contextlib

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import shapely

from spatial.box import WORLD, Box, corners
from spatial.errors import BadParameter

longitudes, latitudes = st.floats(-180, 180), st.floats(-90, 90)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    south, north = sorted((draw(latitudes), draw(latitudes)))
    return Box(draw(longitudes), south, draw(longitudes), north)


READ = {
    "106.4,29.4,106.7,29.7": (106.4, 29.4, 106.7, 29.7),
    " 106.4, 29.4 ,106.7,29.7 ": (106.4, 29.4, 106.7, 29.7),
    "106.4,29.4,-50,106.7,29.7,9000": (106.4, 29.4, 106.7, 29.7),  # heights dropped
    "170,-10,-170,10": (170, -10, -170, 10),  # across the antimeridian
    "-180,-90,180,90": (-180, -90, 180, 90),
    "-200,-90,200,90": (-180, -90, 180, 90),  # a map zoomed out past the world
    "170,0,190,1": (170, 0, -170, 1),  # a map panned past the antimeridian
    "-190,0,-170,1": (170, 0, -170, 1),
    "466.4,29.4,466.7,29.7": (pytest.approx(106.4), 29.4, pytest.approx(106.7), 29.7),
    "106,29,106,29": (106, 29, 106, 29),  # a point
    "1e2,0,1.1e2,1": (100, 0, 110, 1),
}

REFUSED = {
    "": "list of numbers",
    "1,2,3": "3 numbers",
    "1,2,3,4,5": "5 numbers",
    "1,2,3,4,5,6,7": "7 numbers",
    "1,2,,4": "list of numbers",
    "a,b,c,d": "list of numbers",
    "nan,0,1,1": "not finite",
    "0,0,inf,1": "not finite",
    "0,10,1,5": "south 10 lies above north 5",
    "29.4,106.4,29.7,106.7": "past a pole",  # latitude first
    "0,-91,1,0": "past a pole",
    "11820000,3400000,11900000,3500000": "bbox-crs",  # metres
    "1,2,3," + "4" * 1000: "characters are no box",
}


@pytest.mark.parametrize(("text", "expected"), READ.items())
def test_what_clients_send_is_read(text: str, expected: tuple[float, float, float, float]) -> None:
    assert Box.read(text).corners == expected


@pytest.mark.parametrize(("text", "why"), REFUSED.items())
def test_what_is_no_box_is_refused_with_what_to_send(text: str, why: str) -> None:
    with pytest.raises(BadParameter, match=why) as refusal:
        Box.read(text)
    assert "106.4,29.4,106.7,29.7" in str(refusal.value)


@given(st.text("0123456789,.-+e naif_", max_size=40) | st.text(max_size=40))
def test_any_text_is_a_box_or_a_refusal(text: str) -> None:
    with contextlib.suppress(BadParameter):
        assert WORLD.contains(Box.read(text))


@pytest.mark.parametrize("wrong", [(181, 0, 182, 1), (float("nan"), 0, 1, 1), (0, 0, 1, 91), (0, 2, 1, 1)])
def test_a_box_cannot_be_made_wrong(wrong: tuple[float, float, float, float]) -> None:
    with pytest.raises(BadParameter):
        Box(*wrong)


def test_corners_are_read_without_a_meaning() -> None:
    assert corners("3272217.3,359474.1,3282217.3,369474.1") == (3272217.3, 359474.1, 3282217.3, 369474.1)


def test_across_the_antimeridian_there_are_two_parts() -> None:
    box = Box(170, -10, -160, 10)
    assert box.parts == (Box(170, -10, 180, 10), Box(-180, -10, -160, 10))
    assert box.crosses
    assert box.width == 30
    assert box.polygon.geom_type == "MultiPolygon"
    assert box.polygon.area == box.area == 600


@given(boxes(), longitudes, latitudes)
def test_the_polygon_holds_what_the_box_holds(box: Box, lon: float, lat: float) -> None:
    point = Box(lon, lat, lon, lat)
    between = box.west <= lon <= box.east if not box.crosses else lon >= box.west or lon <= box.east
    assert box.contains(point) == (between and box.south <= lat <= box.north)
    assert box.contains(point) == box.intersects(point)
    assume(box.area > 1e-6)
    assert shapely.intersects(box.polygon, shapely.Point(lon, lat)) == box.contains(point)
    assert box.polygon.area == pytest.approx(box.area)


@given(boxes(), boxes())
def test_comparing_boxes_keeps_its_laws(one: Box, other: Box) -> None:
    assert WORLD.contains(one)
    assert one.contains(one)
    assert one.intersects(other) == other.intersects(one)
    assert one.intersects(other) or not one.contains(other)
    assert one.area <= other.area or not other.contains(one)


def test_a_box_around_shapes_holds_them_all_and_nothing_has_none() -> None:
    shapes = np.array([shapely.Point(106.4, 29.4), None, shapely.Point(), shapely.Point(106.7, 29.7)], dtype=object)
    assert Box.around(shapes) == Box(106.4, 29.4, 106.7, 29.7)
    assert Box.around(shapes[1:3]) is None

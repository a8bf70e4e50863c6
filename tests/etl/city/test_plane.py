import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shapely

from etl.city.plane import DIGITS, degrees, on_globe, plane, points, segments, spots
from spatial.metres import distance

METRES = st.floats(-35e3, 35e3)


@given(METRES, METRES)
def test_there_and_back_is_a_centimetre_at_most(x: float, y: float) -> None:
    lon, lat = degrees(np.array([x]), np.array([y]))
    assert np.abs(plane(lon, lat) - (x, y)).max() < 0.012
    assert round(float(lon[0]), DIGITS) == lon[0]


@given(METRES, METRES, st.floats(0, 6.28))
def test_metres_are_metres(x: float, y: float, turn: float) -> None:
    xy = np.array([[x, y], [x + 1000 * np.cos(turn), y + 1000 * np.sin(turn)]])
    lon, lat = degrees(xy[:, 0], xy[:, 1])
    assert distance(lon[0], lat[0], lon[1], lat[1]) == pytest.approx(1000, abs=0.05)


def test_shared_vertices_stay_shared() -> None:
    squares = np.array([shapely.box(0.123456, 0, 10, 10), shapely.box(10, 0, 20, 10)], dtype=object)
    left, right = on_globe(squares)
    shared = set(shapely.get_coordinates(left).view("c16").ravel()) & set(
        shapely.get_coordinates(right).view("c16").ravel()
    )
    assert len(shared) == 2


def test_points_are_where_they_were_said_to_be() -> None:
    xy = np.array([[0.0, 0.0], [5000.0, -7000.0]])
    assert (shapely.get_coordinates(points(xy)) == xy).all()
    assert shapely.get_coordinates(spots(xy))[0] == pytest.approx((106.5, 29.55))


def test_segments_are_all_of_the_line_and_know_it() -> None:
    lines = np.array(
        [shapely.LineString([(0, 0), (3, 4), (3, 10)]), shapely.LineString([(9, 9), (10, 9)])], dtype=object
    )
    pieces, of = segments(lines)
    assert shapely.length(pieces).tolist() == [5, 6, 1]
    assert of.tolist() == [0, 0, 1]

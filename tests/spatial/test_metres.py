"""Metres agree with geodesics, and planes with what is near their middle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shapely
from pyproj import Geod

from spatial.errors import BadGeometry
from spatial.metres import Plane, area, distance, length

GEOD = Geod(ellps="WGS84")
CITY = Plane(106.55, 29.56)
HOLE = [(106.2, 29.2), (106.4, 29.2), (106.4, 29.4), (106.2, 29.4)]
HOLED = shapely.Polygon([(106, 29), (107, 29), (107, 30), (106, 30)], [HOLE])
SHAPES: list[tuple[shapely.Geometry | None, float, float]] = [
    (shapely.box(106, 29, 107, 30), 10748075841.854, 415612.7397),
    (shapely.box(106, 29, 107, 30).reverse(), 10748075841.854, 415612.7397),
    (HOLED, 10748075841.854 - 430442671.5, 415612.7397 + 83202.5),
    (shapely.MultiPolygon([HOLED, shapely.box(1, 1, 2, 2)]), 10748075841.854 - 430442671.5 + 12305128751.0, 942517.8),
    (shapely.LineString([(106, 29), (107, 29)]), 0, 97436.2),
    (shapely.MultiLineString([[(106, 29), (107, 29)], [(106, 29), (107, 29)]]), 0, 2 * 97436.2),
    (shapely.LinearRing([(106, 29), (107, 29), (107, 30), (106, 30)]), 0, 415612.7397),
    (shapely.Point(106, 29), 0, 0),
    (shapely.Polygon(), 0, 0),
    (shapely.GeometryCollection([shapely.MultiPolygon([shapely.box(106, 29, 107, 30)]), shapely.Point(1, 1)]),
     10748075841.854, 415612.7397),
    (None, np.nan, np.nan),
]  # fmt: skip


def array(*shapes: object) -> np.ndarray:
    out = np.empty(len(shapes), dtype=object)
    out[:] = shapes
    return out


@pytest.mark.parametrize(("shape", "square", "along"), SHAPES)
def test_each_shape_has_its_area_and_length(shape: object, square: float, along: float) -> None:
    assert area(array(shape))[0] == pytest.approx(square, rel=1e-3, nan_ok=True)
    assert length(array(shape))[0] == pytest.approx(along, rel=1e-3, nan_ok=True)


def test_many_shapes_are_measured_as_each_alone() -> None:
    shapes = array(*(shape for shape, _, _ in SHAPES))
    for measure in (area, length):
        assert measure(shapes) == pytest.approx([measure(array(shape))[0] for shape in shapes], nan_ok=True)
        assert measure(shapes[:0]).shape == (0,)


def test_measures_are_those_of_the_geodesic_library() -> None:
    for shape in (SHAPES[0][0], HOLED, shapely.MultiPolygon([HOLED, shapely.box(1, 1, 2, 2)])):
        square, _ = GEOD.geometry_area_perimeter(shapely.orient_polygons(shape))
        assert area(array(shape))[0] == pytest.approx(square, rel=1e-12)
        assert length(array(shape))[0] == pytest.approx(GEOD.geometry_length(shapely.boundary(shape)), rel=1e-12)


def test_distances_broadcast() -> None:
    out = distance([106.5, 106.6], [29.5, 29.5], 106.5, 29.5)
    assert out == pytest.approx([0, 9696.6], abs=0.1)  # a tenth of a degree of the parallel, a cos φ / √(1 - e² sin² φ)
    assert distance(0, 0, 1, 0) == pytest.approx(111319.4908, abs=1e-4)  # a degree of the equator
    assert distance([], [], [], []).shape == (0,)


near = st.tuples(st.floats(106.1, 107), st.floats(29.1, 30))


@given(near, near)
def test_a_plane_keeps_distances_to_one_in_a_hundred_thousand(
    one: tuple[float, float], two: tuple[float, float]
) -> None:
    x, y = CITY.to_metres(np.array([one[0], two[0]]), np.array([one[1], two[1]]))
    assert np.hypot(x[1] - x[0], y[1] - y[0]) == pytest.approx(float(distance(*one, *two)), rel=2e-5, abs=1e-6)


@given(near)
def test_a_plane_keeps_distances_to_its_middle(place: tuple[float, float]) -> None:
    x, y = CITY.to_metres(np.array([place[0]]), np.array([place[1]]))
    assert np.hypot(x[0], y[0]) == pytest.approx(float(distance(CITY.lon, CITY.lat, *place)), abs=1e-6)
    back = np.array(CITY.to_degrees(x, y))[:, 0]
    assert distance(*place, back[0], back[1]) <= 1e-6


def test_both_sides_of_the_zone_edge_lie_on_one_plane() -> None:
    west, east = shapely.points([(106.499, 29.56), (106.501, 29.56)])
    flat = CITY.flat(array(west, east))
    assert shapely.distance(*flat) == pytest.approx(float(distance(106.499, 29.56, 106.501, 29.56)), rel=1e-6)


def test_a_buffer_in_metres_comes_back_as_a_circle_on_the_globe() -> None:
    ring = CITY.round(shapely.buffer(CITY.flat(array(shapely.Point(CITY.lon, CITY.lat))), 500, quad_segs=64))
    lon, lat = shapely.get_coordinates(ring).T
    assert distance(CITY.lon, CITY.lat, lon, lat) == pytest.approx(np.full(len(lon), 500), abs=1e-6)


def test_a_plane_lies_around_shapes_that_have_a_place() -> None:
    assert Plane.around(array(shapely.Point(106, 29), None, shapely.Point(107, 30))) == Plane(106.5, 29.5)
    for nothing in (array(), array(None), array(shapely.Point())):
        with pytest.raises(BadGeometry, match="to measure around"):
            Plane.around(nothing)
    with pytest.raises(BadGeometry, match="to measure around"):
        Plane(29.5, 106.5)

"""Cells cover their area without gap or overlap, in the order of their serial numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shapely

from spatial.errors import BadGeometry, BadInput, TooMuch
from spatial.grid import NOWHERE, SLIVER, cell_at, cells
from spatial.metres import Plane

SEAT = (106.55, 29.56)
CITY = Plane(*SEAT)


def around(shape: shapely.Geometry) -> shapely.Polygon:
    """Bring a shape in metres around the seat onto the globe."""
    return CITY.round(np.array([shape], dtype=object))[0]


def square_metres(shapes: np.ndarray) -> np.ndarray:
    return shapely.area(CITY.flat(shapes))


SQUARE = around(shapely.box(0, 0, 300, 200))
ROUND = around(shapely.Point(40, 70).buffer(730))
HOLED = around(shapely.Point(40, 70).buffer(730).difference(shapely.Point(100, 0).buffer(311)))
ISLANDS = around(shapely.MultiPolygon([shapely.Point(-900, 0).buffer(300), shapely.Point(900, 0).buffer(9)]))


@st.composite
def areas(draw: st.DrawFn) -> shapely.Polygon:
    """A star round the seat: concave, thin in places, nowhere aligned with a lattice."""
    reach = draw(st.lists(st.floats(50, 1500), min_size=3, max_size=25))
    angle = np.linspace(0, 2 * np.pi, len(reach), endpoint=False) + draw(st.floats(0, 1))
    star = shapely.Polygon(np.column_stack([np.cos(angle), np.sin(angle)]) * np.array(reach)[:, None])
    return around(star)


sides = st.floats(60, 900)


@settings(max_examples=60)
@given(areas(), sides)
def test_cells_cover_the_area_and_do_not_overlap(area: shapely.Polygon, side: float) -> None:
    out = cells(area, side, SEAT)
    assert shapely.is_valid(out).all()
    assert set(shapely.get_type_id(out)) == {shapely.GeometryType.POLYGON}
    assert shapely.coverage_is_valid(out)  # neighbours share their vertices: neither gap nor overlap
    assert shapely.area(out).sum() == pytest.approx(area.area, rel=1e-9)
    assert shapely.symmetric_difference(shapely.union_all(out), area).area < 1e-12


@settings(max_examples=60)
@given(areas(), sides, st.integers(0, 2**32))
def test_every_point_inside_has_exactly_one_cell(area: shapely.Polygon, side: float, seed: int) -> None:
    out = cells(area, side, SEAT)
    chance = np.random.default_rng(seed)
    west, south, east, north = area.bounds
    lon, lat = chance.uniform(west, east, 300), chance.uniform(south, north, 300)
    found = cell_at(shapely.STRtree(out), lon, lat)
    assert ((found != NOWHERE) == shapely.intersects_xy(area, lon, lat)).all()
    there = found != NOWHERE
    assert shapely.intersects_xy(out[found[there]], lon[there], lat[there]).all()


@settings(max_examples=60)
@given(areas(), sides)
def test_no_cell_is_a_sliver_but_one_that_is_alone(area: shapely.Polygon, side: float) -> None:
    sizes = square_metres(cells(area, side, SEAT)) / side**2
    assert len(sizes) == 1 or sizes.min() >= SLIVER
    assert sizes.max() < 1 + 8 * SLIVER


def test_a_square_falls_into_whole_cells_in_reading_order() -> None:
    out = cells(SQUARE, 100, SEAT)
    assert square_metres(out) == pytest.approx(np.full(6, 10_000), rel=1e-4)
    middle = CITY.flat(shapely.centroid(out))
    rows = np.round(np.column_stack([shapely.get_x(middle), shapely.get_y(middle)])).tolist()
    assert rows == [[50, 150], [150, 150], [250, 150], [50, 50], [150, 50], [250, 50]]


@pytest.mark.parametrize("area", [ROUND, HOLED])
def test_serials_run_from_north_to_south_and_west_to_east(area: shapely.Polygon) -> None:
    middle = CITY.flat(shapely.centroid(cells(area, 100, SEAT)))
    x, y = shapely.get_x(middle), shapely.get_y(middle)
    assert (np.diff(y) < 100).all()
    rows = np.split(np.arange(len(y)), np.flatnonzero(np.diff(x) < -30) + 1)
    assert 13 <= len(rows) <= 30  # the circle is 15 rows high; the hole and joined slivers break some
    assert (np.diff(y[[row[0] for row in rows]]) < 60).all()


def test_an_island_too_small_for_a_cell_is_a_cell() -> None:
    out = cells(ISLANDS, 100, SEAT)
    small = square_metres(out) < SLIVER * 10_000
    assert small.sum() == 1
    assert square_metres(out)[small][0] == pytest.approx(np.pi * 81, rel=0.01)


def test_areas_cut_around_one_origin_fit_each_other() -> None:
    west, east = (around(shapely.box(x, 0, x + 200, 200)) for x in (-200, 0))
    both = np.concatenate([cells(west, 100, SEAT), cells(east, 100, SEAT)])
    assert len(both) == 8
    assert shapely.coverage_is_valid(both)


def test_a_long_straight_border_in_degrees_is_kept() -> None:
    area = shapely.box(106.0, 29.0, 107.0, 29.05)  # its parallels bulge by 130 m in the plane
    out = cells(area, 2000, SEAT)
    assert shapely.union_all(out).bounds == area.bounds
    assert shapely.symmetric_difference(shapely.union_all(out), area).area < 1e-12


def test_a_point_on_a_shared_border_belongs_to_the_first_cell() -> None:
    out = cells(HOLED, 100, SEAT)
    lon, lat = np.unique(shapely.get_coordinates(out), axis=0).T
    touching = np.array([shapely.intersects_xy(cell, lon, lat) for cell in out])
    assert (touching.sum(axis=0) > 1).sum() > 100
    assert (cell_at(shapely.STRtree(out), lon, lat) == touching.argmax(axis=0)).all()


def test_a_corner_is_no_border_to_join_across() -> None:
    tip = shapely.Polygon([(300, 200), (310, 200), (310, 210)])
    out = cells(around(shapely.MultiPolygon([shapely.box(0, 0, 300, 200), tip])), 100, SEAT)
    assert set(shapely.get_type_id(out)) == {shapely.GeometryType.POLYGON}
    assert len(out) == 7


def test_points_outside_are_nowhere() -> None:
    index = shapely.STRtree(cells(SQUARE, 100, SEAT))
    nan, out = cell_at(index, np.array([np.nan, 0.0]), np.array([29.56, 0.0])).tolist()
    assert (nan, out) == (NOWHERE, NOWHERE)
    assert cell_at(index, np.array([]), np.array([])).shape == (0,)
    assert cell_at(shapely.STRtree([]), np.array([106.55]), np.array([29.56])).tolist() == [NOWHERE]


@pytest.mark.parametrize("side", [0, -100, float("nan"), float("inf")])
def test_a_side_must_be_a_length(side: float) -> None:
    with pytest.raises(BadInput, match="positive number of metres"):
        cells(SQUARE, side, SEAT)


def test_a_million_cells_are_too_many() -> None:
    with pytest.raises(TooMuch, match="longer side"):
        cells(SQUARE, 0.1, SEAT)


@pytest.mark.parametrize(
    "area",
    [
        shapely.Point(106, 29),
        shapely.Polygon(),
        shapely.Polygon([(106, 29), (107, 30), (107, 29), (106, 30)]),
    ],
)
def test_only_a_valid_polygon_is_cut(area: shapely.Polygon) -> None:
    with pytest.raises(BadGeometry, match="valid polygon"):
        cells(area, 100, SEAT)


def test_an_origin_off_the_globe_is_refused() -> None:
    with pytest.raises(BadGeometry):
        cells(SQUARE, 100, (29.56, 106.55))

"""Tile matrix sets: the registered numbers, and tiles that cover the world once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import NotFound
from spatial.tms import CGCS2000, EDGE, SETS, WEB_MERCATOR, WORLD_CRS84, TileMatrixSet, tile_matrix_set

sets = st.sampled_from(list(SETS.values()))
degrees = st.tuples(st.floats(-180, 179.999999), st.floats(-84.9, 84.9))


def holding(tms: TileMatrixSet, z: int, lon: float, lat: float) -> tuple[int, int]:
    x, y = tms.touched(np.array([[lon, lat, lon, lat]]), z, 0)[0, :2].tolist()
    return x, y


@pytest.mark.parametrize(
    ("tms", "z", "scale", "size"),
    [
        # the registry's definitions (17-083r4, annex D)
        (WEB_MERCATOR, 0, 559082264.028717, (1, 1)),
        (WEB_MERCATOR, 24, 33.3238997477, (16777216, 16777216)),
        (WORLD_CRS84, 0, 279541132.014358, (2, 1)),
        (WORLD_CRS84, 17, 2132.729583849784, (262144, 131072)),
        # 0.703125 degrees a pixel, in two tiles
        (CGCS2000, 1, 279541132.014358, (2, 1)),
    ],
)
def test_scales_and_sizes_are_those_of_the_standard(
    tms: TileMatrixSet, z: int, scale: float, size: tuple[int, int]
) -> None:
    assert tms.scale(z) == pytest.approx(scale, rel=1e-9)
    assert tms.size(z) == size


def test_a_known_tile_is_where_web_maps_have_it() -> None:
    tile = WEB_MERCATOR.tile(10, 815, 423)
    assert tile.degrees() == pytest.approx((106.5234375, 29.5352295629, 106.875, 29.8406438998))
    assert tile.box[2] - tile.box[0] == pytest.approx(39135.7584820102)


def test_china_s_matrix_is_one_ahead_of_the_world_s() -> None:
    assert CGCS2000.tile(11, 1500, 600).box == pytest.approx(WORLD_CRS84.tile(10, 1500, 600).box)


@given(sets, st.integers(1, 17), degrees)
def test_every_place_lies_in_the_tile_that_is_told(tms: TileMatrixSet, z: int, place: tuple[float, float]) -> None:
    tile = tms.tile(z, *holding(tms, z, *place))
    x, y = tile.locate(np.array([place[0]]), np.array([place[1]]), 4096)
    assert -1e-3 <= x[0] <= 4096.001 and -1e-3 <= y[0] <= 4096.001
    west, south, east, north = tile.degrees()
    assert west - 1e-9 <= place[0] <= east + 1e-9 and south - 1e-9 <= place[1] <= north + 1e-9


@given(sets, degrees)
def test_projecting_can_be_undone(tms: TileMatrixSet, place: tuple[float, float]) -> None:
    lon, lat = tms.unproject(*tms.project(np.array([place[0]]), np.array([place[1]])))
    assert (lon[0], lat[0]) == pytest.approx(place, abs=1e-9)


def test_a_buffer_touches_the_neighbours() -> None:
    west, _, _, north = WEB_MERCATOR.tile(12, 3260, 1700).degrees()
    corner = np.array([[west + 1e-6, north - 1e-6, west + 1e-6, north - 1e-6]])
    assert WEB_MERCATOR.touched(corner, 12, 0).tolist() == [[3260, 1700, 3260, 1700]]
    assert WEB_MERCATOR.touched(corner, 12, 1 / 64).tolist() == [[3259, 1699, 3260, 1700]]


def test_the_poles_are_the_edge() -> None:
    _, y = WEB_MERCATOR.project(np.zeros(2), np.array([90.0, EDGE]))
    assert np.isfinite(y).all() and y[0] == pytest.approx(y[1])


@pytest.mark.parametrize(("z", "x", "y"), [(25, 0, 0), (0, 1, 0), (3, 0, 8), (2, -1, 0)])
def test_what_is_outside_does_not_exist(z: int, x: int, y: int) -> None:
    with pytest.raises(NotFound):
        WEB_MERCATOR.tile(z, x, y)


def test_an_unknown_set_names_those_there_are() -> None:
    with pytest.raises(NotFound, match="WebMercatorQuad"):
        tile_matrix_set("Nope")

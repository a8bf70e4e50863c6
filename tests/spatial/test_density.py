"""How dense points lie: laws that any estimate obeys, and the estimate itself written out."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.density import MAX_CELLS, SPREAD, Grid, bandwidth, density, reach
from spatial.errors import BadInput, TooMuch

CELL = 100.0
SEEDS = st.integers(0, 10_000)
COUNTS = st.integers(1, 400)


def crowd(seed: int, count: int) -> tuple[Any, Any]:
    """Two knots of points and some scattered ones, in metres."""
    random = np.random.default_rng(seed)
    knots = np.array([[0, 0], [4000, 2500], [1500, 6000]], float)
    spread = np.array([250, 900, 3000], float)
    which = random.integers(0, 3, count)
    points = knots[which] + random.normal(size=(count, 2)) * spread[which, None]
    return points[:, 0] + 400_000, points[:, 1] + 3_270_000


def surface(x: Any, y: Any, cell: float = CELL, pilot: float = 600.0) -> tuple[Any, Grid]:
    grid = Grid.around(x, y, cell, reach(pilot) + 2 * cell)
    return density(x, y, grid, pilot), grid


@settings(max_examples=25)
@given(SEEDS, COUNTS)
def test_it_adds_up_to_the_number_of_points(seed: int, count: int) -> None:
    x, y = crowd(seed, count)
    found, grid = surface(x, y)
    assert found.sum() * grid.cell**2 == pytest.approx(count, rel=1e-6)
    assert found.min() >= 0


@settings(max_examples=25)
@given(SEEDS, COUNTS, st.integers(-300, 300), st.integers(-300, 300))
def test_moved_points_have_the_same_surface_elsewhere(seed: int, count: int, east: int, north: int) -> None:
    x, y = crowd(seed, count)
    found, grid = surface(x, y)
    other, there = surface(x + east * CELL, y + north * CELL)
    assert there.west - grid.west == pytest.approx(east * CELL)
    assert there.north - grid.north == pytest.approx(north * CELL)
    np.testing.assert_allclose(other, found, atol=found.max() * 1e-6)


@settings(max_examples=25)
@given(SEEDS, COUNTS, st.sampled_from([0.25, 0.5, 2.0, 10.0]))
def test_stretched_points_are_thinner_by_the_square(seed: int, count: int, times: float) -> None:
    x, y = crowd(seed, count)
    found, _ = surface(x, y)
    other, _ = surface(x * times, y * times, CELL * times, 600.0 * times)
    np.testing.assert_allclose(other * times**2, found, atol=found.max() * 1e-6)


@settings(max_examples=25)
@given(SEEDS, st.integers(2, 200), st.integers(2, 5))
def test_points_that_are_there_several_times_count_several_times(seed: int, count: int, times: int) -> None:
    x, y = crowd(seed, count)
    found, grid = surface(x, y)
    again = density(np.repeat(x, times), np.repeat(y, times), grid, 600.0)
    np.testing.assert_allclose(again, found * times, atol=found.max() * 1e-6)


@settings(max_examples=25)
@given(SEEDS, COUNTS)
def test_a_smaller_grid_is_cut_from_the_larger_one(seed: int, count: int) -> None:
    """What reaches over the edge is lost there, and nothing is folded back: but for points that the smaller misses."""
    x, y = crowd(seed, count)
    found, grid = surface(x, y)
    inner = Grid(grid.west + 5 * CELL, grid.north - 7 * CELL, CELL, grid.rows - 9, grid.columns - 8)
    part = density(x, y, inner, 600.0)
    np.testing.assert_allclose(part, found[7 : 7 + inner.rows, 5 : 5 + inner.columns], atol=found.max() * 1e-6)


def test_the_scale_of_the_whole_is_that_of_its_points() -> None:
    x, y = crowd(3, 400)
    width = bandwidth(x, y)
    assert 100 < width < 3000
    assert bandwidth(x * 3, y * 3) == pytest.approx(3 * width)
    assert bandwidth(np.zeros(5), np.zeros(5)) == 0


def written_out(x: Any, y: Any, grid: Grid, pilot: float) -> Any:
    """The estimate as its definition has it: every point at every cell."""
    rows, columns = np.mgrid[: grid.rows, : grid.columns]
    east = grid.west + (columns + 0.5) * grid.cell
    north = grid.north - (rows + 0.5) * grid.cell

    def quartic(away: Any, width: Any) -> Any:
        return 3 / np.pi / width**2 * np.clip(1 - away**2 / width**2, 0, None) ** 2

    pairs = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    first = quartic(pairs, pilot).sum(axis=1)
    own = pilot * np.clip(np.sqrt(np.exp(np.log(first).mean()) / first), 1 / SPREAD, SPREAD)
    whole = np.zeros(grid.shape)
    for each in range(len(x)):
        whole += quartic(np.hypot(east - x[each], north - y[each]), own[each])
    return whole


def test_it_is_what_its_definition_says() -> None:
    x, y = crowd(11, 300)
    found, grid = surface(x, y, cell=50.0, pilot=900.0)
    exact = written_out(x, y, grid, 900.0)
    assert np.abs(found - exact).max() < 0.03 * exact.max()
    assert np.abs(found - exact).sum() < 0.02 * exact.sum()


def test_crowds_are_told_sharper_than_by_one_bandwidth() -> None:
    random = np.random.default_rng(1)
    x = np.concatenate([random.normal(0, 60, 500), random.uniform(-4000, 4000, 200)])
    y = np.concatenate([random.normal(0, 60, 500), random.uniform(-4000, 4000, 200)])
    found, _ = surface(x, y, cell=50.0, pilot=900.0)
    fixed = 700 * 3 / np.pi / 900**2
    assert found.max() > 2 * fixed


def test_one_point_and_one_place_are_no_trouble() -> None:
    found, grid = surface(np.array([5.0]), np.array([7.0]), pilot=0.0)
    assert found.sum() * grid.cell**2 == pytest.approx(1)
    many, grid = surface(np.full(40, 5.0), np.full(40, 7.0), pilot=0.0)
    assert many.sum() * grid.cell**2 == pytest.approx(40)
    assert not density(np.empty(0), np.empty(0), grid, 500.0).any()


def test_edges_are_multiples_of_the_cell() -> None:
    grid = Grid.around(np.array([123.0, 456.0]), np.array([78.0, 90.0]), 100.0, 250.0)
    assert grid == Grid(-200.0, 400.0, 100.0, 6, 10)
    assert grid.corners == (-200.0, -200.0, 800.0, 400.0)


@pytest.mark.parametrize("cell", [0.0, -5.0, float("nan")])
def test_cells_need_a_side(cell: float) -> None:
    with pytest.raises(BadInput):
        Grid.around(np.zeros(2), np.zeros(2), cell, 10.0)


def test_a_surface_has_no_more_cells_than_a_server_can_bear() -> None:
    with pytest.raises(TooMuch, match="larger cells"):
        Grid(0, 0, 1.0, MAX_CELLS, 2)
    with pytest.raises(BadInput):
        Grid.around(np.empty(0), np.empty(0), 100.0, 0.0)

from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import shapely

from etl.city.cells import cells, parts
from etl.city.fabric import fabric
from etl.city.plane import on_globe
from layers.codes import code_list
from spatial.cell_code import CellCode

type Rows = list[dict[str, Any]]


def test_cells_lie_side_by_side_without_gap_or_overlap(seed: int) -> None:
    cloth = fabric(seed)
    assert shapely.coverage_is_valid(cloth.cells)
    assert shapely.is_valid(cells(seed).places).all()
    assert 1800 < len(cloth.cells) < 2200


def test_built_up_land_has_no_holes_smaller_than_a_cell(seed: int) -> None:
    whole = shapely.get_parts(shapely.coverage_union_all(fabric(seed).cells))
    holes = [hole for part in whole for hole in part.interiors]
    assert all(shapely.Polygon(hole).area > 20_000 for hole in holes)


def test_a_cell_lies_in_the_district_of_its_code(seed: int) -> None:
    grid, cloth = cells(seed), fabric(seed)
    for code, district in cloth.districts.items():
        own = np.char.startswith(grid.codes, code)
        assert own.sum() > 50
        assert shapely.covers(district, cloth.cells[own]).all()


def test_codes_are_unique_and_name_a_known_street_of_their_county(rows: Callable[[str], Rows]) -> None:
    found = rows("grid_cells")
    assert len({row["code"] for row in found}) == len(found)
    streets = code_list("streets").codes
    for row in found:
        code = CellCode.read(row["code"])
        assert streets[row["street"]].parent == row["district"] == code.county
        assert row["code"].startswith(row["street"])
    central = {c.code for c in streets.values() if c.parent in fabric(2026).districts}
    assert {row["street"] for row in found} == central


def test_serials_run_from_one_and_from_north_to_south(rows: Callable[[str], Rows]) -> None:
    communities: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for row in rows("grid_cells"):
        code = CellCode.read(row["code"])
        communities[code.prefix].append((code.serial, row["place"].centroid.y))
    for found in communities.values():
        found.sort()
        assert [serial for serial, _ in found] == list(range(1, len(found) + 1))
        assert all(one[1] > other[1] - 0.0045 for one, other in pairwise(found))


def test_communities_are_compact(rows: Callable[[str], Rows]) -> None:
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in rows("grid_cells"):
        groups[row["code"][:12]].append(row["place"].centroid)
    sizes = Counter(map(len, groups.values()))
    assert max(sizes) <= 6
    spans = [shapely.multipoints(of).envelope.length / 4 for of in groups.values() if len(of) > 1]
    assert np.median(spans) < 0.012


def test_a_cell_says_its_size(rows: Callable[[str], Rows]) -> None:
    said = np.array([row["area_m2"] for row in rows("grid_cells")])
    flat = shapely.area(fabric(2026).cells)
    assert (np.abs(said / flat - 1) < 0.001).all()
    assert on_globe(fabric(2026).cells[:1])[0].equals_exact(rows("grid_cells")[0]["place"])


@given(st.integers(1, 90), st.integers(1, 12), st.integers(0, 9))
def test_parts_are_a_partition_into_equals(size: int, count: int, seed: int) -> None:
    xy = np.random.default_rng(seed).normal(size=(size + 5, 2))
    found = parts(xy, np.arange(size), min(count, size))
    assert sorted(np.concatenate(found).tolist()) == list(range(size))
    assert len(found) == min(count, size)
    assert min(map(len, found)) >= 1
    assert max(map(len, found)) <= 2 * (size // len(found)) + 1

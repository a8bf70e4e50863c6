import numpy as np
import pytest

import shapely

from etl.city.atlas import QUARTERS, RIDGES, SEATS
from etl.city.fabric import fabric
from etl.city.ground import ground
from etl.city.plane import plane, points


def middles() -> np.ndarray:
    seats = SEATS.values()
    return points(plane(np.array([s.lon for s in seats]), np.array([s.lat for s in seats])))


def test_districts_cover_the_city_without_gap_or_overlap(seed: int) -> None:
    land = list(fabric(seed).districts.values())
    assert shapely.coverage_is_valid(land)
    whole = shapely.coverage_union_all(land)
    assert isinstance(whole, shapely.Polygon) and not whole.interiors
    assert whole.area == pytest.approx(sum(d.area for d in land))
    assert 3000e6 < whole.area < 3800e6


def test_every_district_is_one_piece_round_its_seat(seed: int) -> None:
    cloth = fabric(seed)
    for (code, district), seat in zip(cloth.districts.items(), middles(), strict=True):
        assert len(district.geoms) == 1, code
        assert district.contains(seat), code
        assert not any(river.contains(seat) for river in cloth.rivers.values())


def test_the_rivers_meet_and_leave_the_city(seed: int) -> None:
    cloth = fabric(seed)
    yangtze, jialing = cloth.rivers["yangtze"], cloth.rivers["jialing"]
    assert yangtze.distance(jialing) < 5
    assert yangtze.intersection(jialing).area < 2000
    edge = ground(seed).outline.boundary
    assert yangtze.distance(edge) < 60 and jialing.distance(edge) < 60
    assert 300 < yangtze.area / (yangtze.length / 2) < 900


def test_a_river_parts_districts(seed: int) -> None:
    cloth = fabric(seed)
    shared = shapely.intersection(cloth.districts["500103"], cloth.districts["500105"])
    assert shapely.intersection(shared, cloth.rivers["jialing"].buffer(20)).length > 0.9 * shared.length


def test_ridges_keep_free_of_building() -> None:
    cloth, base = fabric(2026), ground(2026)
    near = shapely.union_all([r.buffer(300) for r in base.ridges])
    built = shapely.area(shapely.intersection(cloth.cells, near)).sum()
    assert built < 0.05 * near.intersection(base.outline).area
    assert len(base.ridges) == len(RIDGES)


def test_the_same_seed_is_the_same_ground_and_another_is_not() -> None:
    ground.cache_clear()
    again = ground(2026)
    ground.cache_clear()
    assert ground(2026).outline.equals_exact(again.outline)
    assert not ground(8).outline.equals_exact(again.outline)


def test_names_are_met_once() -> None:
    names = [q.name for q in (*SEATS.values(), *QUARTERS)]
    assert len(set(names)) == len(names)

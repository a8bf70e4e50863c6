import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shapely

from etl.city.atlas import SEATS
from etl.city.fabric import fabric
from etl.city.manners import PACE
from etl.city.network import Grade, Track, network
from etl.city.plane import plane, points
from etl.city.routes import tree, way_back, way_out


def test_every_street_can_be_reached(seed: int) -> None:
    streets = network(seed)
    seen, edge = {0}, [0]
    while edge:
        for _, other in streets.leaving[edge.pop()]:
            if other not in seen:
                seen.add(other)
                edge.append(other)
    assert len(seen) == len(streets.nodes)


def test_an_edge_ends_at_its_nodes(seed: int) -> None:
    streets = network(seed)
    for end, index in ((0, 0), (1, -1)):
        at = shapely.get_coordinates(shapely.get_point(streets.edges, index))
        assert (at == streets.nodes[streets.ends[:, end]]).all()


def test_streets_pass_by_nearly_every_cell(seed: int) -> None:
    touched = np.unique(network(seed).beside[network(seed).beside >= 0])
    assert len(touched) > 0.995 * len(fabric(seed).cells)


def test_beside_an_edge_lies_what_it_says() -> None:
    streets, cloth = network(2026), fabric(2026)
    at, ahead = streets.track.at(np.arange(len(streets.edges)), streets.length / 2)
    left = at + np.column_stack((-ahead[:, 1], ahead[:, 0])) * 3
    known = streets.beside[:, 0] >= 0
    inside = shapely.contains(cloth.cells[streets.beside[known, 0]], points(left[known]))
    assert inside.mean() > 0.995


def test_a_seat_lies_on_an_arterial(seed: int) -> None:
    streets = network(seed)
    great = shapely.union_all(streets.edges[streets.grade == Grade.ARTERIAL])
    seats = SEATS.values()
    for seat in points(plane(np.array([s.lon for s in seats]), np.array([s.lat for s in seats]))):
        assert great.distance(seat) < 350


def test_arterials_cross_the_rivers_and_lanes_do_not() -> None:
    streets, cloth = network(2026), fabric(2026)
    water = shapely.union_all(list(cloth.rivers.values())).buffer(-40)
    wet = shapely.intersects(streets.edges, water)
    assert set(streets.grade[wet].tolist()) <= {Grade.EXPRESSWAY, Grade.ARTERIAL}
    assert wet.sum() > 10


def test_every_street_has_a_name_in_both_languages(seed: int) -> None:
    streets = network(seed)
    names = [streets.names[line] for line in np.unique(streets.line).tolist()]
    assert all(name.zh and name.en.isascii() for name in names)
    assert sum(name.zh.endswith("滨江路") for name in names) >= 7


def test_a_track_is_measured_as_shapely_measures() -> None:
    streets = network(2026)
    chosen = np.arange(0, len(streets.edges), 37)
    share = np.linspace(0.01, 0.99, len(chosen))
    at, ahead = streets.track.at(chosen, streets.length[chosen] * share)
    want = shapely.get_coordinates(shapely.line_interpolate_point(streets.edges[chosen], share, normalized=True))
    assert np.abs(at - want).max() < 1e-6
    assert np.linalg.norm(ahead, axis=1) == pytest.approx(1)


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=9, unique=True), st.floats(0, 1)
)
def test_a_point_of_a_track_lies_on_its_line(xy: list[tuple[int, int]], share: float) -> None:
    lines = np.array([shapely.LineString([(-9, -9), (-8, -9)]), shapely.LineString(xy)], dtype=object)
    at, _ = Track.of(lines).at(np.array([1]), np.array([lines[1].length * share]))
    assert lines[1].distance(shapely.Point(at[0])) < 1e-6


def test_a_way_out_hangs_together_and_the_way_back_is_its_mirror() -> None:
    streets = network(2026)
    root = int(streets.ends[np.argmax(streets.grade == Grade.LOCAL), 0])
    far = max(tree(2026, root).seconds, key=lambda node: tree(2026, root).seconds[node])
    at = root
    for leg in way_out(2026, root, far):
        first, last = streets.ends[leg.edge].tolist()
        start, end = (first, last) if leg.forward else (last, first)
        assert start == at
        at = end
    assert at == far
    back = way_back(2026, root, far)
    assert [leg.edge for leg in back] == [leg.edge for leg in way_out(2026, root, far)][::-1]
    assert way_out(2026, root, root) == []


def test_no_street_shortens_a_way_of_the_tree() -> None:
    streets = network(2026)
    seconds = tree(2026, int(streets.ends[100, 0])).seconds
    cost = streets.length / (32 / 3.6 * np.array(PACE)[streets.grade])
    near = [(a, b, edge) for edge, (a, b) in enumerate(streets.ends.tolist()) if a in seconds and b in seconds]
    assert len(near) > 500
    assert all(abs(seconds[a] - seconds[b]) <= cost[edge] + 1e-6 for a, b, edge in near)

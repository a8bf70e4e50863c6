from collections import Counter
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import shapely

from etl.city.cases import DAY
from etl.city.duty import Day, day_is, shifts
from etl.city.fabric import fabric
from etl.city.fleet import fleet
from etl.city.manners import MANNERS
from etl.city.network import network
from etl.city.plane import points
from etl.city.routes import Round, tree
from etl.city.shift import STATES
from etl.city.sight import parked
from layers.codes import code_list

# Friday 2026-11-20 10:07:30 on the city's clock
NOW = 1_795_140_450

NUMBERS = st.integers(0, 299)
TIMES = st.integers(NOW - 2 * DAY, NOW + 2 * DAY)


def test_the_fleet_is_what_the_manners_say(seed: int) -> None:
    found = fleet(seed)
    assert Counter(v.kind for v in found) == {kind: manner.size for kind, manner in MANNERS.items()}
    assert len(found) == len({v.plate for v in found}) == len({v.berth for v in found}) == 300
    assert set(MANNERS) <= set(code_list("vehicle-kind").codes)
    assert set(STATES) == set(code_list("vehicle-state").codes)


def test_a_vehicle_lives_in_its_district(seed: int) -> None:
    districts = fabric(seed).districts
    for vehicle in fleet(seed):
        berth = points(parked(seed, vehicle, 1).xy)[0]
        assert districts[vehicle.district].buffer(10).contains(berth)
    assert len({v.district for v in fleet(seed)}) == 9


def test_berths_are_on_the_depots_street(seed: int) -> None:
    streets = network(seed)
    for vehicle in fleet(seed):
        edge, along = vehicle.berth
        assert 0 < along < streets.length[edge]
        assert vehicle.depot == streets.ends[edge, 0]
        assert vehicle.beat in tree(seed, vehicle.depot).seconds


def test_a_round_hangs_together_stays_near_and_covers_streets() -> None:
    vehicle, streets = fleet(2026)[3], network(2026)
    walk = Round(2026, vehicle.depot, vehicle.beat, MANNERS[vehicle.kind], np.random.default_rng(1))
    visits: Counter[int] = Counter()
    for _ in range(150):
        before = walk.node
        leg = walk.step(1300)
        first, last = streets.ends[leg.edge].tolist()
        assert (before, walk.node) == ((first, last) if leg.forward else (last, first))
        assert np.hypot(*(streets.nodes[walk.node] - streets.nodes[vehicle.beat])) < 3500
        visits[leg.edge] += 1
    assert len(visits) > 70
    assert max(visits.values()) < 12


@given(NUMBERS)
def test_shifts_do_not_overlap_and_keep_near_their_hours(number: int) -> None:
    vehicle = fleet(2026)[number]
    found = sorted(shifts(2026, vehicle, NOW - DAY, NOW + DAY), key=lambda shift: shift.time[0])
    assert all(one.time[-1] < other.time[0] for one, other in pairwise(found))
    longest = max(last - first for first, last in MANNERS[vehicle.kind].shifts)
    assert all(shift.time[-1] - shift.time[0] < (longest + 0.8) * 3600 for shift in found)


@given(NUMBERS)
def test_a_shift_begins_and_ends_in_its_berth(number: int) -> None:
    vehicle = fleet(2026)[number]
    berth = parked(2026, vehicle, 1).xy[0]
    for shift in shifts(2026, vehicle, NOW - DAY, NOW):
        assert np.abs(shift.xy[[0, -1]] - berth).max() < 0.01
        assert (
            (np.diff(shift.time) > 0).all() and (np.diff(shift.gone) >= 0).all() and (np.diff(shift.metres) > 0).all()
        )
        assert np.isclose(shift.gone[-1], shift.metres[-1])


@given(NUMBERS, st.integers(0, 86_399))
def test_a_vehicle_is_on_a_street_at_any_second(number: int, second: int) -> None:
    vehicle, streets = fleet(2026)[number], network(2026)
    for shift in shifts(2026, vehicle, NOW, NOW):
        at = shift.time[0] + (shift.time[-1] - shift.time[0]) * second / 86_400
        where = points(shift.at(np.array([at])).xy)[0]
        assert shapely.dwithin(streets.edges, where, 10).any()


@given(NUMBERS)
def test_nobody_flies(number: int) -> None:
    for shift in shifts(2026, fleet(2026)[number], NOW, NOW):
        at = np.arange(shift.time[0], shift.time[-1] - 10, 10)
        motion = shift.at(at)
        step = np.linalg.norm(np.diff(motion.xy, axis=0), axis=1)
        # 90 km/h, and the width of a street crossed at a corner
        assert step.max() < 250 + 12
        assert motion.speed.max() < 90
        assert ((motion.heading >= 0) & (motion.heading < 360)).all()


def test_work_is_slower_than_the_way_to_it() -> None:
    speed: dict[str, list[float]] = {state: [] for state in STATES}
    for vehicle in fleet(2026):
        if vehicle.kind in ("sweeper", "washer"):
            for shift in shifts(2026, vehicle, NOW, NOW):
                motion = shift.at(np.arange(shift.time[0], shift.time[-1], 30))
                for state, kmh in zip(motion.state.tolist(), motion.speed.tolist(), strict=True):
                    speed[STATES[state]].append(kmh)
    assert 7 < np.mean(speed["working"]) < 13
    assert 15 < np.mean(speed["driving"]) < 40
    assert max(speed["idling"]) == 0


def test_some_days_are_off() -> None:
    days = Counter(day_is(2026, vehicle, day) for vehicle in fleet(2026) for day in range(20_770, 20_780))
    assert 0.02 < days[Day.REST] / 3000 < 0.07
    assert 0.005 < days[Day.DEAD] / 3000 < 0.03

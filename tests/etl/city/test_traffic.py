from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shapely

from etl.city.cases import DAY
from etl.city.city import HISTORY, City
from etl.city.duty import Day, day_is, shifts
from etl.city.fleet import fleet
from etl.city.network import network
from etl.city.plane import on_globe
from etl.city.sight import HEARTBEAT, heard, seen
from etl.city.traffic import SPACING, fixes, vehicles
from spatial.metres import distance

# Friday 2026-11-20 10:07:30 on the city's clock
NOW = 1_795_140_450
NIGHT = NOW - 7 * 3600

type Rows = list[dict[str, Any]]
type Make = Callable[[str], Rows]

NUMBERS = st.integers(0, 299)
TIMES = st.integers(NOW - 2 * DAY, NOW + 2 * DAY)


@pytest.mark.parametrize(("now", "least"), [(NOW, 130), (NIGHT, 40)])
def test_many_are_out_by_day_and_some_by_night(now: int, least: int) -> None:
    states = Counter(row["state"] for row in vehicles(2026, now))
    assert states["working"] + states["driving"] + states["idling"] > least
    assert states["parked"] > 40


def test_all_states_are_met_in_a_day() -> None:
    states = Counter(row["state"] for hour in range(0, 24, 3) for row in vehicles(2026, NOW + hour * 3600))
    assert set(states) == {"working", "driving", "idling", "parked", "silent"}


def test_the_map_moves() -> None:
    before, after = ({row["plate"]: row for row in vehicles(2026, now)} for now in (NOW, NOW + 20))
    moved = [plate for plate, row in before.items() if not row["place"].equals(after[plate]["place"])]
    assert len(moved) > 100
    assert {before[plate]["state"] for plate in moved} <= {"working", "driving", "idling", "silent", "parked"}
    assert all(before[p] == after[p] for p in before if before[p]["state"] == after[p]["state"] == "silent")


def test_vehicles_are_within_ten_metres_of_a_street(rows: Make) -> None:
    index = shapely.STRtree(on_globe(network(2026).edges))
    found = [row["place"] for row in (*rows("vehicles"), *rows("fixes")[::7])]
    point, street = index.query_nearest(found, all_matches=False)
    ends = shapely.get_coordinates(shapely.shortest_line(np.array(found)[point], index.geometries[street]))
    assert distance(ends[::2, 0], ends[::2, 1], ends[1::2, 0], ends[1::2, 1]).max() < 10


def test_fixes_follow_each_other_as_fast_as_a_vehicle_drives(rows: Make) -> None:
    track: dict[str, Rows] = {}
    for row in rows("fixes"):
        track.setdefault(row["vehicle"], []).append(row)
    assert len(track) > 280
    for found in track.values():
        at = np.array([row["at"].timestamp() for row in found])
        xy = shapely.get_coordinates([row["place"] for row in found])
        assert (np.diff(at) >= SPACING).all()
        metres = distance(xy[:-1, 0], xy[:-1, 1], xy[1:, 0], xy[1:, 1])
        assert (metres <= 25 * np.diff(at) + 12).all()


def test_fixes_are_the_last_hour_and_no_more(rows: Make, city: City) -> None:
    at = [row["at"].timestamp() for row in rows("fixes")]
    assert city.instant - HISTORY < min(at) <= max(at) <= city.instant
    assert len({row["code"] for row in rows("fixes")}) == len(at)
    assert 30_000 < len(at) < 110_000
    assert {row["vehicle"] for row in rows("fixes")} <= {row["plate"] for row in rows("vehicles")}


@given(NUMBERS, TIMES, st.integers(0, 4000), st.integers(0, 4000))
def test_two_stretches_of_time_are_one(number: int, start: int, first: int, second: int) -> None:
    vehicle = fleet(2026)[number]
    whole, motion = heard(2026, vehicle, start, start + first + second, SPACING)
    parts = [heard(2026, vehicle, *ends, SPACING) for ends in
             ((start, start + first), (start + first, start + first + second))]  # fmt: skip
    assert whole.tolist() == np.concatenate([at for at, _ in parts]).tolist()
    assert np.allclose(motion.xy, np.concatenate([motion.xy for _, motion in parts]))


@given(NUMBERS, TIMES)
def test_what_is_seen_is_what_was_heard_last(number: int, now: int) -> None:
    vehicle, now = fleet(2026)[number], now - now % SPACING
    sight = seen(2026, vehicle, now)
    at, motion = heard(2026, vehicle, now - HEARTBEAT, now, SPACING)
    assert sight.at <= now
    if len(at):
        assert sight.at >= at[-1]
    if sight.at in at:
        assert np.allclose(motion.xy[at == sight.at], sight.motion.xy)
    if sight.state in ("working", "driving", "idling"):
        assert sight.at == now == at[-1]


@given(NUMBERS, TIMES, st.integers(0, 3000))
def test_time_never_runs_backwards(number: int, now: int, wait: int) -> None:
    vehicle = fleet(2026)[number]
    assert seen(2026, vehicle, now).at <= seen(2026, vehicle, now + wait).at


def test_a_silent_vehicle_says_nothing_and_keeps_its_place() -> None:
    found = [
        (vehicle, shift)
        for vehicle in fleet(2026)
        for shift in shifts(2026, vehicle, NOW, NOW)
        if np.isfinite(shift.silence[0])
    ]
    assert len(found) > 3
    for vehicle, shift in found:
        first, last = map(int, shift.silence)
        at, _ = heard(2026, vehicle, first, last - 1, SPACING)
        assert len(at) == 0
        early, late = seen(2026, vehicle, first + 5), seen(2026, vehicle, last - 5)
        assert early.state == late.state == "silent"
        assert early.at == late.at == first
        assert (early.motion.xy == late.motion.xy).all()


def test_a_dead_device_says_nothing_all_day() -> None:
    today = (NOW + 8 * 3600) // DAY
    dead = [v for v in fleet(2026) for day in (today - 1, today) if day_is(2026, v, day) is Day.DEAD]
    assert dead
    silent = {row["plate"] for now in (NOW - DAY, NOW) for row in vehicles(2026, now) if row["state"] == "silent"}
    assert silent & {v.plate for v in dead}


def test_rows_are_a_function_of_the_time() -> None:
    assert list(vehicles(2026, NOW)) == list(vehicles(2026, NOW))
    assert list(fixes(2026, NOW, NOW + 20)) == list(fixes(2026, NOW, NOW + 20))
    assert list(fixes(2026, NOW, NOW)) == []

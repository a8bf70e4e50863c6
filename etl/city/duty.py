"""Duty: which shifts a vehicle drives on a day, on which days it stays in, and when its device is dead."""

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from functools import lru_cache

import numpy as np

from etl.city.cases import DAY, OFFSET, day_of
from etl.city.chance import chance
from etl.city.fleet import Vehicle, fleet
from etl.city.manners import MANNERS, Manner
from etl.city.network import network
from etl.city.routes import Round, tree, way_back, way_out
from etl.city.shift import Shift, Timed, Timing, shift

_REACH = 1300.0
"""Metres round the middle of a beat."""

_REST, _DEAD = 0.04, 0.015
"""Share of days on which a vehicle stays in, and on which its device is dead."""

_QUIET = 0.09
"""Share of shifts in which the signal is lost for a while."""

_DELAY = 600.0
"""Seconds by which a shift may begin later than planned."""

_MARGIN = 3600
"""Seconds by which a shift may lie outside its planned hours."""


class Day(Enum):
    """What a day is for a vehicle."""

    OUT = "out"
    REST = "rest"
    DEAD = "dead"


def day_is(seed: int, vehicle: Vehicle, day: int) -> Day:
    """Return what a day of the city's clock is for a vehicle."""
    draw = chance(seed, "day", vehicle.number, day).random()
    return Day.DEAD if draw < _DEAD else Day.REST if draw < _DEAD + _REST else Day.OUT


def shifts(seed: int, vehicle: Vehicle, after: int, until: int) -> Iterator[Shift]:
    """Yield the shifts of a vehicle that may touch the time from `after` to `until` (s)."""
    hours = MANNERS[vehicle.kind].shifts
    for day in range(day_of(after) - 1, day_of(until) + 1):
        begin = day * DAY - OFFSET + vehicle.later
        if day_is(seed, vehicle, day) is not Day.OUT:
            continue
        for number, (first, last) in enumerate(hours):
            if begin + first * 3600 - _MARGIN <= until and begin + last * 3600 + _MARGIN >= after:
                yield _driven(seed, vehicle.number, day, number)


@lru_cache(maxsize=4096)
def _driven(seed: int, number: int, day: int, turn: int) -> Shift:
    vehicle, rng = fleet(seed)[number], chance(seed, "shift", number, day, turn)
    manner = MANNERS[vehicle.kind]
    first, last = manner.shifts[turn]
    start = day * DAY - OFFSET + vehicle.later + first * 3600 + rng.uniform(0, _DELAY)
    legs = _legs(seed, vehicle, manner, (last - first) * 3600, rng)
    made = shift(network(seed), vehicle.berth, legs, start)
    return replace(made, silence=_silence(made, rng))


def _legs(seed: int, vehicle: Vehicle, manner: Manner, seconds: float, rng: np.random.Generator) -> list[Timed]:
    """Return the way out, the round, and the way back, in about so many seconds."""
    timing, round = Timing(network(seed), manner, rng), Round(seed, vehicle.depot, vehicle.beat, manner, rng)
    legs = [timing.of(leg) for leg in way_out(seed, vehicle.depot, vehicle.beat)]
    spent, back = sum(leg.moving + leg.stop for leg in legs), tree(seed, vehicle.depot).seconds
    while spent + 1.2 * back[round.node] + 300 < seconds:
        legs.append(timing.of(round.step(_REACH)))
        spent += legs[-1].moving + legs[-1].stop
    return legs + [timing.of(leg) for leg in way_back(seed, vehicle.depot, round.node)]


def _silence(made: Shift, rng: np.random.Generator) -> tuple[float, float]:
    """Return the first and the last second of a silence, on whole ten seconds; most shifts have none."""
    whether, when, long = rng.random(3)
    if whether > _QUIET:
        return made.silence
    first, last = float(made.time[0]), float(made.time[-1])
    start = round((first + (0.1 + 0.7 * when) * (last - first)) / 10) * 10.0
    return start, min(start + round(30 + 120 * long) * 10.0, last)

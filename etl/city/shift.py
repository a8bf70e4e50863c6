"""One shift of one vehicle: where it is at any second of it."""

from dataclasses import dataclass
from itertools import cycle
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from etl.city.manners import PACE, Manner
from etl.city.network import Grade, Network
from etl.city.routes import Leg
from spatial.coordinates import Floats

WORKING, DRIVING, IDLING, PARKED, SILENT = "working", "driving", "idling", "parked", "silent"
STATES = (WORKING, DRIVING, IDLING, PARKED, SILENT)
"""Codes of the scheme vehicle-state, in the order in which motions number them."""

_LANE = 3.0
"""Metres that a vehicle keeps to the right of the middle line."""

_WARM_UP = 180.0
"""Seconds that it stands with the engine running before it leaves."""

_LIGHT, _LIGHT_SHARE = 32.0, 0.16
"""Seconds at a red light, and the share of crossings that show one."""


_CREEP = 3.0
"""Metres a second in a depot."""

_WORKING, _DRIVING, _IDLING = range(3)


class Timed(NamedTuple):
    """A leg, the seconds that it takes, those of the stop at its end, and the number of the state in that stop."""

    leg: Leg
    moving: float
    stop: float
    doing: int


class Motion(NamedTuple):
    """Where vehicles are (n,): x, y on the plane (n, 2), km/h, degrees from north, and the number of the state."""

    xy: Floats
    speed: Floats
    heading: Floats
    state: NDArray[np.int64]

    def only(self, chosen: NDArray[np.bool_]) -> "Motion":
        """Return the chosen ones."""
        return Motion(self.xy[chosen], self.speed[chosen], self.heading[chosen], self.state[chosen])

    def put(self, chosen: NDArray[np.bool_], other: "Motion") -> None:
        """Replace the chosen ones by others."""
        self.xy[chosen], self.speed[chosen], self.heading[chosen], self.state[chosen] = other


@dataclass(frozen=True, eq=False)
class Shift:
    """A way and a timetable along it.

    xy: vertices (k, 2). metres: up to each. time: seconds since 1970 (j,). gone: metres at each time. doing: what it
    does from each time on (j - 1,). silence: first and last second without a signal, or none.
    """

    xy: Floats
    metres: Floats
    time: Floats
    gone: Floats
    doing: NDArray[np.int64]
    silence: tuple[float, float]

    def covers(self, at: Floats) -> NDArray[np.bool_]:
        """Tell which instants (n,) lie within the shift."""
        return (at >= self.time[0]) & (at < self.time[-1])

    def mute(self, at: Floats) -> NDArray[np.bool_]:
        """Tell at which instants (n,) no signal comes."""
        return (at > self.silence[0]) & (at <= self.silence[1])

    def at(self, at: Floats) -> Motion:
        """Return the motion at instants (n,) within the shift."""
        now = np.clip(np.searchsorted(self.time, at, side="right") - 1, 0, len(self.doing) - 1)
        pace = (self.gone[now + 1] - self.gone[now]) / np.maximum(self.time[now + 1] - self.time[now], 1e-9)
        gone = self.gone[now] + pace * (at - self.time[now])
        left = np.clip(np.searchsorted(self.metres, gone, side="right") - 1, 0, len(self.metres) - 2)
        step = self.xy[left + 1] - self.xy[left]
        ahead = step / np.linalg.norm(step, axis=1)[:, None]
        right = np.column_stack((ahead[:, 1], -ahead[:, 0])) * _LANE
        heading = np.degrees(np.arctan2(ahead[:, 0], ahead[:, 1])) % 360
        xy = self.xy[left] + ahead * (gone - self.metres[left])[:, None] + right
        return Motion(xy, pace * 3.6, heading, self.doing[now])


class Timing:
    """Turns legs into seconds, with all the chance there is in it."""

    def __init__(self, streets: Network, manner: Manner, rng: np.random.Generator) -> None:
        """Draw from `rng`, leg after leg."""
        self._plain, self._manner = streets.plain, manner
        self._draws = cycle(rng.random(1999).tolist())

    def of(self, leg: Leg) -> Timed:
        """Return the leg with its seconds and those of the stop after it."""
        length, grade, manner = self._plain.length[leg.edge], self._plain.grade[leg.edge], self._manner
        draw, stay = next(self._draws), next(self._draws)
        pace = manner.work * (0.85 + 0.3 * draw) if leg.work else manner.drive * PACE[grade]
        moving = length / (pace / 3.6)
        if leg.work and manner.every and draw * manner.every < length:
            return Timed(leg, moving, manner.stay * (0.5 + stay), _WORKING)
        red = grade <= Grade.SECONDARY and stay < _LIGHT_SHARE
        return Timed(leg, moving, _LIGHT * (0.4 + 6 * stay) if red else 0.0, _IDLING)


def shift(streets: Network, berth: tuple[int, float], legs: list[Timed], start: float) -> Shift:
    """Return the shift that leaves its berth (edge, metres along it) at `start` (s), drives the legs, comes back."""
    stub = _stub(streets, berth)
    xy = np.concatenate((stub, *(_vertices(streets, timed.leg)[1:] for timed in legs), stub[::-1][1:]))
    metres = _measured(xy)
    moved = np.append(True, np.diff(metres) > 0)
    short, length = float(_measured(stub)[-1]), streets.plain.length
    steps = [(_WARM_UP, 0.0, _IDLING), (short / _CREEP, short, _DRIVING)]
    for leg, moving, stop, doing in legs:
        steps += [(moving, length[leg.edge], _WORKING if leg.work else _DRIVING), (stop, 0.0, doing)]
    steps.append((short / _CREEP, short, _DRIVING))
    span, gone, doing = (np.array(column) for column in zip(*(step for step in steps if step[0]), strict=True))
    time = start + np.concatenate(([0.0], np.cumsum(span)))
    gone = np.concatenate(([0.0], np.cumsum(gone))) * (metres[-1] / gone.sum())
    return Shift(xy[moved], metres[moved], time, gone, doing.astype(np.int64), (np.inf, np.inf))


def _stub(streets: Network, berth: tuple[int, float]) -> Floats:
    """Return the way from a berth to the first end of its edge."""
    edge, along = berth
    track = streets.track
    xy = track.xy[track.start[edge] : track.start[edge + 1]]
    spot = track.at(np.array([edge]), np.array([along]))[0]
    return np.concatenate((spot, xy[_measured(xy) < along][::-1]))


def _vertices(streets: Network, leg: Leg) -> Floats:
    track = streets.track
    xy = track.xy[track.start[leg.edge] : track.start[leg.edge + 1]]
    return xy if leg.forward else xy[::-1]


def _measured(xy: Floats) -> Floats:
    return np.concatenate(([0.0], np.cumsum(np.linalg.norm(np.diff(xy, axis=0), axis=1))))

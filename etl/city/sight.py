"""What is known of a vehicle: what its last message said, and all that it said in a stretch of time."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from etl.city.cases import DAY, OFFSET, day_of
from etl.city.duty import Day, day_is, shifts
from etl.city.fleet import Vehicle
from etl.city.network import network
from etl.city.shift import PARKED, SILENT, STATES, Motion
from spatial.coordinates import Floats

type Instants = NDArray[np.int64]

HEARTBEAT = 600
"""Seconds from one message of a parked vehicle to the next."""


class Sight(NamedTuple):
    """When a vehicle spoke last (s), what it said, and its state now."""

    at: int
    motion: Motion
    state: str


def seen(seed: int, vehicle: Vehicle, now: int) -> Sight:
    """Return what is known of a vehicle at an instant (s)."""
    at, ended = np.array([float(now)]), _beat_before(vehicle, now)
    for shift in shifts(seed, vehicle, now - HEARTBEAT, now):
        if shift.covers(at)[0]:
            mute = bool(shift.mute(at)[0])
            spoke = shift.silence[0] if mute else float(now)
            motion = shift.at(np.array([spoke]))
            return Sight(int(spoke), motion, SILENT if mute else STATES[int(motion.state[0])])
        if shift.time[-1] <= now:
            ended = max(ended, int(shift.time[-1]))
    if day_is(seed, vehicle, day_of(now)) is Day.DEAD:
        return Sight(day_of(now) * DAY - OFFSET, parked(seed, vehicle, 1), SILENT)
    return Sight(ended, parked(seed, vehicle, 1), PARKED)


def heard(seed: int, vehicle: Vehicle, after: int, until: int, every: int) -> tuple[Instants, Motion]:
    """Return the instants (n,) in (after, until] at which a vehicle spoke, and its motion then.

    It speaks at every multiple of `every` seconds while it is out, and at every heartbeat while it is parked.
    """
    at = np.arange(after - after % every + every, until + 1, every)
    seconds, motion = at.astype(np.float64), parked(seed, vehicle, len(at))
    spoke = (at - _phase(vehicle)) % HEARTBEAT == 0
    for day in np.unique((at + OFFSET) // DAY).tolist():
        if day_is(seed, vehicle, day) is Day.DEAD:
            spoke &= (at + OFFSET) // DAY != day
    for shift in shifts(seed, vehicle, after, until):
        out = shift.covers(seconds)
        spoke = np.where(out, ~shift.mute(seconds), spoke)
        motion.put(out, shift.at(seconds[out]))
    return at[spoke], motion.only(spoke)


def parked(seed: int, vehicle: Vehicle, count: int) -> Motion:
    """Return `count` times the motion of a vehicle in its berth."""
    edge, along = (np.full(count, v) for v in vehicle.berth)
    xy, ahead = network(seed).track.at(edge, along)
    heading: Floats = np.degrees(np.arctan2(ahead[:, 0], ahead[:, 1])) % 360
    return Motion(xy, np.zeros(count), heading, np.full(count, STATES.index(PARKED)))


def _phase(vehicle: Vehicle) -> int:
    return vehicle.number * 70 % HEARTBEAT


def _beat_before(vehicle: Vehicle, now: int) -> int:
    return now - (now - _phase(vehicle)) % HEARTBEAT

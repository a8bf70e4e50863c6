"""Rows of vehicles and of their fixes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np

from etl.city.fleet import fleet
from etl.city.plane import spots
from etl.city.shift import Motion
from etl.city.sight import heard, seen

type Rows = Iterator[dict[str, Any]]

SPACING = 10
"""Seconds from one fix of a vehicle to the next, while it is out."""


def vehicles(seed: int, now: int) -> Rows:
    """Yield the rows of the layer vehicles as they are at an instant (s)."""
    known = [(vehicle, seen(seed, vehicle, now)) for vehicle in fleet(seed)]
    moved = _columns(Motion(*map(np.concatenate, zip(*(sight.motion for _, sight in known), strict=True))))
    for (vehicle, sight), (speed, heading, place) in zip(known, moved, strict=True):
        yield {
            "plate": vehicle.plate,
            "kind": vehicle.kind,
            "district": vehicle.district,
            "state": sight.state,
            "speed_kmh": speed,
            "heading": heading,
            "driver": vehicle.driver,
            "at": datetime.fromtimestamp(sight.at, UTC),
            "place": place,
        }


def fixes(seed: int, after: int, until: int) -> Rows:
    """Yield the rows of the layer fixes: every message in (after, until] (s), vehicle by vehicle."""
    for vehicle in fleet(seed):
        at, motion = heard(seed, vehicle, after, until, SPACING)
        for second, (speed, heading, place) in zip(at.tolist(), _columns(motion), strict=True):
            yield {
                "code": f"{vehicle.plate}-{second}",
                "vehicle": vehicle.plate,
                "speed_kmh": speed,
                "heading": heading,
                "datum": "wgs84",
                "at": datetime.fromtimestamp(second, UTC),
                "place": place,
            }


def _columns(motion: Motion) -> Iterator[tuple[float, float, Any]]:
    speed: list[float] = motion.speed.round(1).tolist()
    heading: list[float] = (motion.heading.round() % 360).tolist()
    return zip(speed, heading, spots(motion.xy), strict=True)

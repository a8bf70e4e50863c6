"""The fleet: 300 vehicles, and where each one lives and works."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from etl.city.assets import streetside
from etl.city.chance import chance
from etl.city.manners import MANNERS
from etl.city.names import people, plates
from etl.city.network import Grade
from etl.city.places import Places, places
from etl.city.routes import tree

_DEPOTS = 3
"""Depots of a district."""

_GATE, _GAP, _ROOM = 20.0, 9.0, 150.0
"""Metres along a depot's street to the first berth, from one to the next, and of street that a depot needs."""

_NEAREST, _FARTHEST = 60.0, 540.0
"""Seconds from a depot to the middle of a beat."""


_STAGGER, _NIGHT = 2700.0, 43_200.0
"""Seconds by which vehicles of one kind begin sooner or later, and by which those of the night begin later."""


class Vehicle(NamedTuple):
    """A vehicle: number, plate, kind, district, driver, berth (edge, metres along it), depot and beat (nodes).

    later: seconds by which all its shifts begin later than those of its kind.
    """

    number: int
    plate: str
    kind: str
    district: str
    driver: str
    berth: tuple[int, float]
    depot: int
    beat: int
    later: float


@lru_cache(maxsize=4)
def fleet(seed: int) -> tuple[Vehicle, ...]:
    """Return the vehicles that the seed makes."""
    rng, where = chance(seed, "fleet"), places(seed)
    kinds = [kind for kind, manner in MANNERS.items() for _ in range(manner.size)]
    rng.shuffle(kinds)
    count = len(kinds)
    depots = _depots(where, rng)
    told = zip(kinds, plates(count, rng), people(count, rng), rng.random((count, 3)).tolist(), strict=True)
    out: list[Vehicle] = []
    for n, (kind, plate, driver, (draw, turn, delay)) in enumerate(told):
        district, edge = depots[n % len(depots)]
        root = int(where.streets.ends[edge, 0])
        berth = (edge, _GATE + _GAP * (n // len(depots)))
        later = (2 * delay - 1) * _STAGGER + (_NIGHT if turn < MANNERS[kind].night else 0)
        out.append(Vehicle(n, plate, kind, district, driver, berth, root, _beat(seed, root, draw), later))
    return tuple(out)


def _depots(where: Places, rng: np.random.Generator) -> list[tuple[str, int]]:
    """Return the depots, of every district in turn: district and the edge along which vehicles park."""
    edges = streetside(where, 4000, rng, floor=0.2, most=Grade.LOCAL)
    edges = edges[where.streets.length[edges] > _ROOM]
    owner = where.cells.owner[where.streets.beside[edges].max(axis=1)]
    chosen = [list(dict.fromkeys(edges[owner == code].tolist()))[:_DEPOTS] for code in where.districts]
    return [(code, of[n]) for n in range(_DEPOTS) for code, of in zip(where.districts, chosen, strict=True)]


def _beat(seed: int, root: int, draw: float) -> int:
    """Return the node in the middle of a beat, `draw` (0 to 1) of the way through all that are near the depot."""
    near = [node for node, seconds in tree(seed, root).seconds.items() if _NEAREST < seconds < _FARTHEST]
    return near[int(draw * len(near))]

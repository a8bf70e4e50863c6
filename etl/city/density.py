"""How dense the city is: high in its quarters, stretched along its arterials, nothing on its ridges."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

import shapely

from etl.city.atlas import QUARTERS, SEATS
from etl.city.chance import chance, swell
from etl.city.ground import KM, Ground, ground
from etl.city.plane import plane, segments
from spatial.coordinates import Floats, Geometries

BUILT = 0.13
"""Density from which land counts as built up."""

_RIBBON = 650.0
_RIDGE = 1150.0
"""Metres beside an arterial that attract building, and beside a ridge's crest that forbid it."""


@lru_cache(maxsize=1)
def middles() -> Floats:
    """Return where the city's quarters are on its plane (n, 2), the seats first."""
    of = (*SEATS.values(), *QUARTERS)
    return plane(np.array([q.lon for q in of]), np.array([q.lat for q in of]))


@dataclass(frozen=True, eq=False)
class Density:
    """The city's density as a function of place."""

    seed: int
    roads: shapely.STRtree
    ridges: shapely.STRtree
    core: Floats
    reach: Floats

    def at(self, points: Geometries) -> Floats:
        """Return the density (n,) at points of the plane (n,), 0 to 1."""
        xy = shapely.get_coordinates(points)
        ribbon = 1 + 0.42 * np.exp(-((_away(self.roads, points) / _RIBBON) ** 2))
        stretch = ribbon * np.exp(swell(xy, chance(self.seed, "reach"), 4200, 0.17))
        away = np.linalg.norm(xy[:, None] - middles(), axis=2) / (self.reach * stretch[:, None])
        near = 1 - np.prod(1 - self.core * np.exp(-(away**2.2)), axis=1)
        return near * (1 - 0.97 * np.exp(-((_away(self.ridges, points) / _RIDGE) ** 4)))


def density(seed: int, roads: Geometries, base: Ground | None = None) -> Density:
    """Return the density that quarters, ridges and these roads make."""
    of = (*SEATS.values(), *QUARTERS)
    core, reach = np.array([q.density for q in of]), np.array([q.reach for q in of]) * KM
    return Density(
        seed,
        shapely.STRtree(segments(roads)[0]),
        shapely.STRtree(segments((base or ground(seed)).ridges)[0]),
        core,
        reach,
    )


def _away(lines: shapely.STRtree, points: Geometries) -> Floats:
    found = lines.query_nearest(points, return_distance=True, all_matches=False)
    return np.asarray(found[1], dtype=np.float64)

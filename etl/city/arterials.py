"""The great roads: between quarters that have no third one between them, and two rings."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

import shapely

from etl.city.chance import chance, swell
from etl.city.density import middles
from etl.city.ground import KM, ground
from spatial.coordinates import Floats, Geometries

_LONGEST = 18 * KM
_RINGS = ((8.6, 3.2, 3.0), (23.5, 3.5, 3.5))
"""Radius and middle of each ring (km)."""


@lru_cache(maxsize=4)
def arterials(seed: int) -> tuple[Geometries, NDArray[np.int64]]:
    """Return the great roads (n,) on the plane, and of each 0, or 1 for a ring."""
    a, b = _joined(middles())
    straight = shapely.segmentize(shapely.linestrings(np.stack((middles()[a], middles()[b]), axis=1)), 150)
    roads = np.asarray(straight, dtype=object)
    rings = np.array([_ring(*ring) for ring in _RINGS], dtype=object)
    bent = shapely.transform(np.concatenate((roads, rings)), lambda at: _bent(np.asarray(at), seed))
    return shapely.intersection(bent, ground(seed).outline), np.repeat((0, 1), (len(roads), len(rings)))


def _joined(xy: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs whose circle holds no third point (Gabriel and Sokal 1969)."""
    a, b = np.triu_indices(len(xy), 1)
    middle, radius = (xy[a] + xy[b]) / 2, np.linalg.norm(xy[a] - xy[b], axis=1) / 2
    others = np.linalg.norm(middle[:, None] - xy, axis=2)
    others[np.arange(len(a)), a] = others[np.arange(len(a)), b] = np.inf
    near = (others.min(axis=1) > radius) & (2 * radius < _LONGEST)
    return a[near], b[near]


def _ring(radius: float, x: float, y: float) -> shapely.LineString:
    turn = np.linspace(0, 2 * np.pi, 400)
    stretch = np.array([1.05, 0.92]) * radius
    return shapely.LineString((np.column_stack((np.cos(turn), np.sin(turn))) * stretch + (x, y)) * KM)


def _bent(xy: Floats, seed: int) -> Floats:
    return xy + np.column_stack([swell(xy, chance(seed, "road", axis), 5000, 150) for axis in "xy"])

"""The shifted datums of Chinese web maps, GCJ-02 and BD-09, and WGS 84.

The forward formulas are the published reverse-engineered ones; nobody outside knows how well they agree with the
services themselves. Their inverse is exact: it is iterated. Outside a box round China nothing is shifted.
"""

from collections.abc import Iterator
from enum import StrEnum
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.coordinates import Floats, Geometries, Mover, moved

WEST, SOUTH, EAST, NORTH = 72.004, 0.8293, 137.8347, 55.8271
"""The box inside which coordinates are shifted, degrees of WGS 84."""

_SEMI_MAJOR, _ECCENTRICITY2 = 6378245.0, 0.00669342162296594323
"""Krasovsky 1940, which the formula computes on."""

_TOLERANCE = 1e-11
"""Degrees, 1e-6 m: what a last step this small leaves is less, for the shift varies by a hundredth of the way."""

_MOST_STEPS = 12
_REACH = 0.1
"""Degrees; no shift is longer, so further out nothing has to be undone."""

_BLOCK = 1 << 14
"""Points at a time: their temporaries stay in the processor's cache."""

_BAIDU = np.pi * 3000 / 180


class Datum(StrEnum):
    """What longitude and latitude refer to."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def from_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> tuple[Floats, Floats]:
    """Return WGS 84 longitudes and latitudes (n,) degrees as `datum` gives them."""
    return _in_blocks(lon, lat, partial(_shifted, datum=datum))


def to_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes (n,) degrees of `datum` in WGS 84, the exact inverse of `from_wgs84`.

    Two places may share a shifted coordinate within a kilometre outside the box: the one inside is returned.
    """
    return _in_blocks(lon, lat, partial(_unshifted, datum=datum))


def convert(geometries: Geometries, source: Datum, target: Datum) -> Geometries:
    """Return the geometries (n,) moved from one datum to the other; heights stay."""
    return geometries if source == target else moved(geometries, partial(_between, source=source, target=target))


def shifted_there(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Return a mask of the WGS 84 points (n,) that lie in the box where the datums differ."""
    return _within(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64), 0.0)


def _within(lon: Floats, lat: Floats, beyond: float) -> NDArray[np.bool_]:
    """Return a mask of the points (n,) in the box, or at most `beyond` degrees out of it."""
    across = (lon >= WEST - beyond) & (lon <= EAST + beyond)
    return across & (lat >= SOUTH - beyond) & (lat <= NORTH + beyond)


def _between(lon: Floats, lat: Floats, source: Datum, target: Datum) -> tuple[Floats, Floats]:
    return from_wgs84(*to_wgs84(lon, lat, source), target)


def _in_blocks(lon: ArrayLike, lat: ArrayLike, mover: Mover) -> tuple[Floats, Floats]:
    x, y = np.broadcast_arrays(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    flat_x, flat_y = x.reshape(-1), y.reshape(-1)
    out_x, out_y = np.empty_like(flat_x), np.empty_like(flat_y)
    for block in _blocks(len(flat_x)):
        out_x[block], out_y[block] = mover(flat_x[block], flat_y[block])
    return out_x.reshape(x.shape), out_y.reshape(x.shape)


def _blocks(length: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, length, _BLOCK))


def _shifted(lon: Floats, lat: Floats, datum: Datum) -> tuple[Floats, Floats]:
    there = shifted_there(lon, lat)
    x, y = _SHIFT[datum](lon[there], lat[there])
    return _put(lon, there, x), _put(lat, there, y)


def _unshifted(lon: Floats, lat: Floats, datum: Datum) -> tuple[Floats, Floats]:
    near = _within(lon, lat, _REACH)
    x, y = _inverse(lon[near], lat[near], _SHIFT[datum])
    # what came from the very edge of the box may return a rounding beside it
    undone = _within(x, y, _TOLERANCE) | shifted_there(lon[near], lat[near])
    near[near] = undone
    return _put(lon, near, x[undone]), _put(lat, near, y[undone])


def _put(values: Floats, where: NDArray[np.bool_], new: Floats) -> Floats:
    out = values.copy()
    out[where] = new
    return out


def _inverse(lon: Floats, lat: Floats, shift: Mover) -> tuple[Floats, Floats]:
    """Solve shift(x, y) = (lon, lat) by fixed point: the shift hardly varies over its own length."""
    x, y = lon, lat
    for _ in range(_MOST_STEPS):
        back_x, back_y = shift(x, y)
        step_x, step_y = lon - back_x, lat - back_y
        x, y = x + step_x, y + step_y
        if max(np.abs(step_x).max(initial=0), np.abs(step_y).max(initial=0)) < _TOLERANCE:
            break
    return x, y


def _unmoved(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    return lon, lat


def _gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    phi = np.radians(lat)
    magic = 1 - _ECCENTRICITY2 * np.sin(phi) ** 2
    east, north = _metres(lon - 105, lat - 35)
    along_meridian = _SEMI_MAJOR * (1 - _ECCENTRICITY2) / (magic * np.sqrt(magic))
    along_parallel = _SEMI_MAJOR / np.sqrt(magic) * np.cos(phi)
    return lon + np.degrees(east / along_parallel), lat + np.degrees(north / along_meridian)


def _metres(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return the shift east and north in metres at x, y degrees from 105°E 35°N, constants as published."""
    root, product, pi_x, pi_y = np.sqrt(np.abs(x)), 0.1 * x * y, np.pi * x, np.pi * y
    common = 20 * np.sin(6 * pi_x) + 20 * np.sin(2 * pi_x)
    east = common + 20 * np.sin(pi_x) + 40 * np.sin(pi_x / 3) + 150 * np.sin(pi_x / 12) + 300 * np.sin(pi_x / 30)
    north = common + 20 * np.sin(pi_y) + 40 * np.sin(pi_y / 3) + 160 * np.sin(pi_y / 12) + 320 * np.sin(pi_y / 30)
    return (
        300 + x + 2 * y + 0.1 * x * x + product + 0.1 * root + east * 2 / 3,
        -100 + 2 * x + 3 * y + 0.2 * y * y + product + 0.2 * root + north * 2 / 3,
    )


def _bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = _gcj02(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


_SHIFT: dict[Datum, Mover] = {Datum.WGS84: _unmoved, Datum.GCJ02: _gcj02, Datum.BD09: _bd09}

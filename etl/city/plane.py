"""The city's own plane: metres east and north of its middle."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

import shapely

from spatial.coordinates import Floats, Geometries, moved
from spatial.metres import Plane

PLANE = Plane(106.5, 29.55)

DIGITS = 7
"""Decimals of a degree that places are kept with: about a centimetre."""


def plane(lon: Floats, lat: Floats) -> Floats:
    """Return places in degrees (n,) as x, y in metres (n, 2)."""
    return np.column_stack(PLANE.to_metres(lon, lat))


def degrees(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return x, y in metres (n,) as longitude, latitude (n,), rounded as they are kept."""
    lon, lat = PLANE.to_degrees(x, y)
    return np.round(lon, DIGITS), np.round(lat, DIGITS)


def spots(xy: Floats) -> Geometries:
    """Return x, y of the plane (n, 2) as points (n,) in degrees."""
    return np.asarray(shapely.points(*degrees(xy[:, 0], xy[:, 1])), dtype=object)


def on_globe(shapes: Geometries) -> Geometries:
    """Return shapes of the plane (n,) in degrees; vertices that two of them share stay shared."""
    return moved(shapes, degrees)


def points(xy: Floats) -> Geometries:
    """Return x, y (n, 2) as points (n,) of the plane."""
    return np.asarray(shapely.points(xy), dtype=object)


def segments(lines: Geometries) -> tuple[Geometries, NDArray[np.intp]]:
    """Return the straight pieces (m,) of lines (n,), and the line of each: their index finds what is near quickly."""
    xy, of = cast("tuple[Floats, NDArray[np.intp]]", shapely.get_coordinates(lines, return_index=True))
    same = of[1:] == of[:-1]
    pieces = shapely.linestrings(np.stack((xy[:-1][same], xy[1:][same]), axis=1))
    return np.asarray(pieces, dtype=object), of[1:][same]

"""The place on the globe that a box in any coordinate reference system covers."""

from functools import lru_cache
from math import isclose, isfinite
from typing import cast

import numpy as np

import shapely
import shapely.affinity

from spatial.box import WORLD, Box, Corners
from spatial.coordinates import Floats
from spatial.crs import Crs, definition, points_in, points_out
from spatial.errors import BadParameter

type Region = shapely.Polygon | shapely.MultiPolygon

_STEPS = 100
"""Points along an edge: the chord of a parallel 100 km long then lies within 2 cm of it."""

_STRAIGHT = 1e-9
"""Degrees (0.1 mm): points that near a straight edge say nothing and are dropped."""

_MARGIN = 10.0
"""Degrees round its area of use in which a projection is still trusted."""

_HINT = "send the box in CRS84: bbox=west,south,east,north without bbox-crs"


def box_region(box: Corners, crs: Crs) -> Region:
    """Return the stored shape of a box whose corners stand in the axis order of `crs`; raise BadParameter.

    Edges that are curved on the globe are followed. A box is cut to where the system is trusted: one that covers all
    of that is the whole world, one that misses it is empty.
    """
    west, south, east, north = (box[1], box[0], box[3], box[2]) if crs.north_first else box
    if crs.is_stored:
        return _in_degrees((west, south, east, north), crs)
    if not all(map(isfinite, box)) or west > east or south > north:
        raise BadParameter(f"{box} is no box in {crs.name}; send its lowest {' and '.join(crs.axes)}, then its highest")
    domain = _domain(crs)
    inside = _cut((west, south, east, north), domain)
    if inside == domain:
        return WORLD.polygon
    return _traced(inside, crs) if inside[0] <= inside[2] and inside[1] <= inside[3] else shapely.Polygon()


def _in_degrees(box: Corners, crs: Crs) -> Region:
    try:
        return Box.of(*box).polygon
    except BadParameter as bad:
        order = ",".join(axis.lower() for axis in crs.axes * 2)
        raise BadParameter(f"{bad}; {crs.name} is written {order}") from bad


@lru_cache(maxsize=256)
def _domain(crs: Crs) -> Corners:
    """Return west, south, east, north in the coordinates of `crs` of the area where it is trusted."""
    west, south, east, north = _trusted(crs)
    lon, lat = np.meshgrid(np.linspace(west, east, _STEPS + 1), np.linspace(south, north, _STEPS + 1))
    x, y = points_out(lon.ravel(), lat.ravel(), crs)
    there = np.isfinite(x) & np.isfinite(y)
    if not there.any():
        raise BadParameter(f"{crs.name} cannot express its own area of use; {_HINT}")
    x, y = x[there], y[there]
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _trusted(crs: Crs) -> Corners:
    area = definition(crs.code).area_of_use if crs.code else None
    west, south, east, north = area.bounds if area else (-180.0, -85.0, 180.0, 85.0)
    east = east + 360 if east < west else east
    beside = max(0.0, min(_MARGIN, (360 - (east - west)) / 2))
    return west - beside, max(-89.9, south - _MARGIN), east + beside, min(89.9, north + _MARGIN)


def _cut(box: Corners, domain: Corners) -> Corners:
    # clients round: 20037508.34 is meant to be the edge of the world
    near = [mine if not isclose(mine, edge, rel_tol=1e-9) else edge for mine, edge in zip(box, domain, strict=True)]
    west, south, east, north = near
    return max(west, domain[0]), max(south, domain[1]), min(east, domain[2]), min(north, domain[3])


def _traced(box: Corners, crs: Crs) -> Region:
    lon, lat = points_in(*_ring(box), crs)
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise BadParameter(f"the box reaches where {crs.name} has no places; {_HINT}")
    lon = np.unwrap(lon, period=360)
    if abs(lon[-1] - lon[0]) > 180:  # noqa: PLR2004 - once round
        raise BadParameter(f"the box in {crs.name} lies round a pole; {_HINT}")
    outline = shapely.Polygon(np.column_stack([lon, lat]))
    return _split(cast("shapely.Polygon", outline.simplify(_STRAIGHT)))


def _ring(box: Corners) -> tuple[Floats, Floats]:
    west, south, east, north = box
    along, nodes = np.linspace(0, 4, 4 * _STEPS + 1), np.arange(5)
    x = np.interp(along, nodes, [west, east, east, west, west])
    return x, np.interp(along, nodes, [south, south, north, north, south])


def _split(shape: shapely.Polygon) -> Region:
    """Cut a shape that runs past ±180 at the antimeridian and put each part back on the globe."""
    west, _, east, _ = shape.bounds
    if west >= -180 and east <= 180:  # noqa: PLR2004 - the antimeridian
        return shape
    turned = [shapely.affinity.translate(shape, shift) for shift in (-360, 0, 360)]
    return cast("Region", shapely.union_all(shapely.intersection(turned, WORLD.polygon)))

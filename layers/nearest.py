"""The features nearest to a place, with their distances; on any store."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import shapely

from layers.feature import Layer
from layers.query import Near, Query
from layers.store.protocol import Store
from spatial.box import WORLD, Box
from spatial.errors import BadLayer, BadParameter
from spatial.metres import Plane

MAX_NEAREST = 1000
FIRST, GROWTH, LAST = 250.0, 3.0, 21_000_000.0
"""Metres: the first circle looked into, how it grows, and half way round the globe."""

EDGE = 0.05
"""Degrees: longer edges are cut, because straight in degrees is bent in metres (by 0.3 m on an edge of 0.05°)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A feature and how far it is, in metres along the ellipsoid."""

    key: str
    metres: float
    properties: dict[str, Any]
    place: shapely.Geometry


def nearest(store: Store, layer: Layer, near: Near, query: Query | None = None) -> list[Found]:
    """Return the k features nearest to the point, nearest first, of those that the query lets through.

    Circles that grow are looked into until one holds k features: the index does the work whatever the layer's size.
    Raise BadLayer for a layer without places, BadParameter for a k out of 1 to MAX_NEAREST.
    """
    if layer.place is None:
        raise BadLayer(f"{layer.name} has no places to be near to")
    if not 0 < near.k <= MAX_NEAREST:
        raise BadParameter(f"k is 1 to {MAX_NEAREST}")
    plane = Plane(near.point.x, near.point.y)
    most = min(near.within or LAST, LAST)
    found: list[Found] = []
    for radius in _radii(most):
        found = _inside(store, layer, plane, replace(query or Query(), box=_around(plane, radius)), radius)
        if len(found) >= near.k:
            break
    return found[: near.k]


def _radii(most: float) -> Iterator[float]:
    radius = FIRST
    while radius < most:
        yield radius
        radius *= GROWTH
    yield most


def _around(plane: Plane, radius: float) -> Box:
    """Return a box that surely holds the circle; the whole world where a circle cannot be boxed."""
    ring = plane.round(np.array([shapely.Point(0, 0).buffer(radius * 1.01)], dtype=object))[0]
    # near a pole, the antimeridian or half the globe a ring of degrees no longer surrounds its middle
    if radius > LAST / 20 or ring is None or not ring.is_valid or not ring.contains(_middle(plane)):
        return WORLD
    return Box.of(*ring.bounds)


def _middle(plane: Plane) -> shapely.Point:
    return shapely.Point(plane.lon, plane.lat)


def _inside(store: Store, layer: Layer, plane: Plane, query: Query, radius: float) -> list[Found]:
    found: list[Found] = []
    for block in store.blocks(layer, replace(query, limit=10**9, sort=(), cursor=None, offset=0, skip_geometry=False)):
        places = np.array([], dtype=object) if block.places is None else block.places
        metres = _metres(plane, places)
        for n in np.flatnonzero(metres <= radius).tolist():
            row: dict[str, Any] = dict(zip(block.names, block.rows[n], strict=True))
            found.append(Found(block.keys[n], float(metres[n]), row, places[n]))
    return sorted(found, key=lambda f: (f.metres, f.key))


def _metres(plane: Plane, places: NDArray[np.object_]) -> NDArray[np.float64]:
    # in this plane distances to its middle are exact; NaN for a missing place is never within a radius
    return shapely.distance(plane.flat(shapely.segmentize(places, EDGE)), shapely.Point(0, 0))

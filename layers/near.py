"""What lies around a place: all within some metres or the nearest few, on any store."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

import geopandas as gpd
import shapely

from layers.feature import Layer
from layers.query import Near, Query
from layers.store.frame import frame
from layers.store.protocol import Block, Store
from spatial.box import WORLD, Box
from spatial.coordinates import Floats
from spatial.errors import BadLayer, BadParameter, TooMuch
from spatial.metres import Plane

MOST = 100_000
"""Features within some metres of a place at most; more than that is not near but everywhere."""

MOST_NEAREST = 1000

FIRST, GROWTH, LAST = 250.0, 3.0, 21_000_000.0
"""Metres: the first circle in which the nearest are looked for, how it grows, and half way round the globe."""

EDGE = 0.05
"""Degrees: longer edges are cut, because straight in degrees is bent in metres (by 0.3 m on an edge of 0.05°)."""

_MARGIN = 1.02
"""A circle drawn with corners lies inside the true one; this much wider it holds the true one."""


@dataclass(frozen=True, slots=True)
class Circle:
    """All that is within some metres of a lon/lat place, on a plane around its middle."""

    place: shapely.Geometry
    metres: float
    plane: Plane

    @property
    def box(self) -> Box:
        """A box that surely holds the circle; the whole world where a circle cannot be boxed."""
        ring: Any = self.plane.round(_one(self._flat.buffer(self.metres * _MARGIN)))[0]
        # near a pole, the antimeridian or half the globe a ring of degrees no longer surrounds its middle
        if self.metres > LAST / 20 or ring is None or not ring.is_valid or not ring.contains(self.place):
            return WORLD
        return Box.of(*ring.bounds)

    def away(self, places: NDArray[np.object_]) -> Floats:
        """Return the metres from the place to each lon/lat geometry (n,): 0 within it, NaN for a missing one."""
        return shapely.distance(self.plane.flat(shapely.segmentize(places, EDGE)), self._flat)

    @property
    def _flat(self) -> Any:
        return self.plane.flat(_one(self.place))[0]


def near(store: Store, layer: Layer, query: Query) -> gpd.GeoDataFrame:
    """Return the features that `query.near` asks for, nearest first, with a column `metres` (to 0.1 m).

    The rest of the query says which of them, which of their properties and in which CRS; its box, order and page are
    not used. From a point metres are geodesic, from a larger place within 50 km true to 1 in 100,000. The nearest are
    looked for in circles that grow, so that the index does the work whatever the layer's size. Raise BadLayer for a
    layer without places, BadParameter for a query that says neither how near nor how many, TooMuch beyond MOST.
    """
    asked = _asked(layer, query)
    plane = Plane.around(_one(asked.place))
    found = gpd.GeoDataFrame()
    for metres in _radii(asked):
        found = _found(store, layer, query, Circle(asked.place, metres, plane))
        if asked.k is None or len(found) >= asked.k:
            break
    return found.head(asked.k or MOST)


def _asked(layer: Layer, query: Query) -> Near:
    if layer.place is None:
        raise BadLayer(f"{layer.name} has no places to be near to")
    asked = query.near
    if asked is None or (asked.k is None and asked.within is None):
        raise BadParameter("say within how many metres, or how many: Query(near=Near(place, within=500))")
    if asked.k is not None and not 0 < asked.k <= MOST_NEAREST:
        raise BadParameter(f"{asked.k:,} nearest features cannot be asked for; ask for 1 to {MOST_NEAREST:,}")
    return asked


def _radii(asked: Near) -> Iterator[float]:
    most = min(LAST if asked.within is None else asked.within, LAST)
    metres = most if asked.k is None else FIRST
    while metres < most:
        yield metres
        metres *= GROWTH
    yield most


def _found(store: Store, layer: Layer, query: Query, circle: Circle) -> gpd.GeoDataFrame:
    whole = {"limit": 10**9, "sort": (), "cursor": None, "offset": 0, "skip_geometry": False, "count": False}
    asked = replace(query, near=None, box=circle.box, **cast("Any", whole))
    kept: list[Block] = []
    metres = np.empty(0)
    for block in store.blocks(layer, asked, size=5000):
        away = circle.away(np.empty(0, dtype=object) if block.places is None else block.places)
        chosen = _chosen(away, circle.metres, query)
        kept.append(_only(block, chosen))
        metres = np.append(metres, away[chosen])
        if query.near and query.near.k is None and len(metres) > MOST:
            raise TooMuch(f"more than {MOST:,} {layer.name} lie there; ask for fewer metres than {circle.metres:g}")
    order = np.lexsort((np.array([key for block in kept for key in block.keys], dtype=str), metres))
    rows = cast("Any", frame(layer, asked, kept))
    return rows.assign(metres=metres.round(1)).iloc[order]


def _chosen(away: Floats, metres: float, query: Query) -> list[int]:
    """Return which rows of a block count: those within the circle, of the nearest as many as are wanted."""
    order = np.argsort(away, kind="stable")
    inside = order[away[order] <= metres]
    return inside[: query.near.k if query.near else None].tolist()


def _only(block: Block, chosen: list[int]) -> Block:
    rows, keys, fids = ([part[n] for n in chosen] for part in (block.rows, block.keys, block.fids))
    places = None if block.places is None else block.places[chosen]
    return replace(block, rows=cast("Any", rows), keys=cast("Any", keys), fids=cast("Any", fids), places=places)


def _one(place: shapely.Geometry) -> NDArray[np.object_]:
    alone = np.empty(1, dtype=object)
    alone[0] = place
    return alone

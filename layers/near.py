"""What lies near a place, and how far from it."""

from dataclasses import replace
from typing import Any, cast

import numpy as np

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from layers.feature import Layer
from layers.nearest import EDGE
from layers.query import Query
from layers.store.protocol import Store
from spatial.box import Box
from spatial.errors import TooMuch
from spatial.metres import Plane

MOST = 100_000
"""Features around a place that are looked at; more than that is not near but everywhere."""

_MARGIN = 1.02
"""A circle drawn with corners lies inside the true one; this much wider it holds the true one."""


def near(
    store: Store, layer: Layer, place: BaseGeometry, metres: float, query: Query | None = None
) -> gpd.GeoDataFrame:
    """Return the layer's features within some metres of a lon/lat place, nearest first, with a column `metres`.

    `query` says which of them (time, filter, properties); its box and limit are not used. From a point the distance is
    exact, from a larger place true to 1 in 100,000. Raise TooMuch if more than MOST features lie around the place.
    """
    plane = Plane.around(_one(place))
    asked = replace(query or Query(), box=_around(plane, place, metres), limit=MOST + 1, count=False)
    frame = store.frame(layer, asked)
    if len(frame) > MOST:
        raise TooMuch(f"more than {MOST:,} {layer.name} lie around the place; ask for fewer metres than {metres:g}")
    flat = plane.flat(shapely.segmentize(frame.geometry.to_numpy(), EDGE))
    away = shapely.distance(flat, plane.flat(_one(place))[0])
    rows = cast("Any", frame.assign(metres=away.round(1)))
    return rows[away <= metres].sort_values("metres", kind="stable")


def _around(plane: Plane, place: BaseGeometry, metres: float) -> Box:
    circle = shapely.buffer(plane.flat(_one(place)), metres * _MARGIN)
    return Box.of(*shapely.bounds(plane.round(circle))[0].tolist())


def _one(place: BaseGeometry) -> Any:
    alone = np.empty(1, dtype=object)
    alone[0] = place
    return alone

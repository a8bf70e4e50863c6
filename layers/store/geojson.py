"""Rows as GeoJSON text, block-wise: numpy for points, GEOS for the rest, orjson for what holds them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np
import orjson
from numpy.typing import NDArray

import shapely

from layers.table import wkb_offset
from spatial.crs import Crs, project

POINT_BYTES = 29
"""A point's GeoPackage binary without envelope: 8 of header, 5 of WKB head, two doubles."""

POINT = np.dtype([("head", "V13"), ("x", "<f8"), ("y", "<f8")])
Places = NDArray[np.object_]


def features(keys: Sequence[str], places: Sequence[Any] | None, properties: Sequence[Mapping[str, Any]]) -> bytes:
    """Return features, comma-separated, from ids, geometry objects and properties (RFC 7946 §3.2)."""
    shapes = places if places is not None else [None] * len(keys)
    made = [
        {"type": "Feature", "id": key, "geometry": shape, "properties": row}
        for key, shape, row in zip(keys, shapes, properties, strict=True)
    ]
    return orjson.dumps(made)[1:-1]


def geometries(blobs: Sequence[bytes | None], crs: Crs) -> list[Any]:
    """Return GeoPackage binaries as what orjson writes as GeoJSON geometries, in `crs` (its axis order)."""
    if crs.is_stored and not crs.north_first and all(b is not None and len(b) == POINT_BYTES for b in blobs):
        return _points(cast("Sequence[bytes]", blobs), crs.decimals)
    return written(decoded(blobs), crs)


def written(places: Places, crs: Crs) -> list[Any]:
    """Return stored geometries (n,) as orjson fragments in `crs` (its axis order); None stays None."""
    moved = project(places, crs)
    rounded = shapely.transform(moved, _rounder(crs.decimals))
    return [None if text is None else orjson.Fragment(text) for text in shapely.to_geojson(rounded)]


def decoded(blobs: Sequence[bytes | None]) -> Places:
    """Return GeoPackage binaries as geometries (n,), None for null."""
    wkb = np.empty(len(blobs), dtype=object)
    wkb[:] = [None if b is None else b[wkb_offset(b) :] for b in blobs]
    return shapely.from_wkb(wkb)


def _rounder(decimals: int) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    def rounded(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.round(xy, decimals)

    return rounded


def _points(blobs: Sequence[bytes], decimals: int) -> list[Any]:
    raw = np.frombuffer(b"".join(blobs), dtype=POINT)
    pairs = np.round(np.column_stack((raw["x"], raw["y"])), decimals).tolist()
    return [{"type": "Point", "coordinates": pair} for pair in pairs]

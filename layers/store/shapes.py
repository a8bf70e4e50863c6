"""GeoPackage binaries as SQLite's functions read them, one row at a time."""

import struct
from collections.abc import Callable
from functools import lru_cache

import shapely
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from layers.table import shape_of

type Bounds = tuple[float, float, float, float]
type Relation = Callable[[bytes | None, bytes | None], bool | None]

_POINT = b"\x01\x01\x00\x00\x00"
"""How the WKB of a little-endian point starts; after an eight-byte header its x, y stand at 13."""

_POINT_LENGTH, _HEADER, _XY = 29, 8, 13
_EMPTY, _ENVELOPE = 0b0001_0000, 0b0000_1110
_UNREADABLE = (GEOSException, struct.error, TypeError, IndexError, ValueError)

CONVERSE = {
    "ST_Intersects": "intersects",
    "ST_Equals": "equals",
    "ST_Disjoint": "disjoint",
    "ST_Touches": "touches",
    "ST_Within": "contains",
    "ST_Overlaps": "overlaps",
    "ST_Crosses": "crosses",
    "ST_Contains": "within",
}
"""Each spatial relation of a row to a shape, as shapely's method of the (prepared) shape on the row."""

_OF_POINTS: dict[str, Callable[[BaseGeometry, float, float], object]] = {
    "ST_Intersects": shapely.intersects_xy,
    "ST_Within": shapely.contains_xy,
    "ST_Disjoint": lambda shape, x, y: not shapely.intersects_xy(shape, x, y),
}


class Known:
    """Shapes already read and prepared; the last one is found without hashing its bytes."""

    def __init__(self) -> None:
        self._last: tuple[bytes, BaseGeometry] = (b"", shapely.Point())
        self._shapes = lru_cache(maxsize=64)(_prepared)

    def shape(self, blob: bytes) -> BaseGeometry:
        """Return the prepared shape of a binary."""
        last = self._last
        if blob == last[0]:
            return last[1]
        shape = self._shapes(blob)
        self._last = (blob, shape)
        return shape


def relation(name: str) -> Relation:
    """Return a spatial relation as a function of two binaries; the second one is the one that is remembered.

    A missing or unreadable shape makes it unknown (None).
    """
    known, method, of_point = Known(), CONVERSE[name], _OF_POINTS.get(name)

    def holds(row: bytes | None, other: bytes | None) -> bool | None:
        if row is None or other is None:
            return None
        try:
            shape = known.shape(other)
            if of_point is not None and _is_point(row):
                return bool(of_point(shape, *struct.unpack_from("<2d", row, _XY)))
            return bool(getattr(shape, method)(shape_of(row)))
        except _UNREADABLE:
            return None

    return holds


def edge(at: int) -> Callable[[bytes | None], float | None]:
    """Return the function that gives one of minx, miny, maxx, maxy (0 to 3) of a binary."""

    def of(row: bytes | None) -> float | None:
        if row is None:
            return None
        try:
            found = bounds(row)
        except _UNREADABLE:
            return None
        return None if found is None else found[at]

    return of


def is_empty(row: bytes | None) -> bool | None:
    """Tell whether the shape of a binary has no coordinates; None if it cannot be read."""
    if row is None:
        return None
    try:
        return bool(row[3] & _EMPTY) or bounds(row) is None
    except _UNREADABLE:
        return None


@lru_cache(maxsize=4)
def bounds(row: bytes) -> Bounds | None:
    """Return minx, miny, maxx, maxy of a binary; None of an empty shape. A header's envelope is believed."""
    if _is_point(row):
        x, y = struct.unpack_from("<2d", row, _XY)
        return None if x != x else (x, y, x, y)  # noqa: PLR0124 - NaN, an empty point
    if row[3] & _ENVELOPE and not row[3] & _EMPTY:
        minx, maxx, miny, maxy = struct.unpack_from("<4d" if row[3] & 1 else ">4d", row, _HEADER)
        return minx, miny, maxx, maxy
    shape = shape_of(row)
    return None if shape.is_empty else shape.bounds


def _is_point(row: bytes) -> bool:
    return len(row) == _POINT_LENGTH and row.startswith(_POINT, _HEADER) and not row[3] & _EMPTY


def _prepared(blob: bytes) -> BaseGeometry:
    shape = shape_of(blob)
    shapely.prepare(shape)
    return shape

"""Geometries made from what records hold, all of a chunk at once where they are points."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

import shapely
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from spatial.coordinates import Floats, Geometries
from spatial.errors import BadGeometry
from spatial.shape import parsed

type Why = dict[int, str]


def from_mappings(values: Sequence[Any]) -> tuple[Geometries, Why]:
    """Return GeoJSON geometries (n,) as shapes, None where there is none, and why some cannot be read."""
    pairs = [_pair(value) for value in values]
    points = [n for n, pair in enumerate(pairs) if pair]
    out = np.full(len(values), None, dtype=object)
    if points:
        out[points] = shapely.points(np.array([pairs[n] for n in points], dtype=np.float64))
    return out, _each(out, {n: v for n, v in enumerate(values) if v is not None and not pairs[n]})


def from_values(values: Sequence[Any]) -> tuple[Geometries, Why]:
    """Return WKT, WKB or GeoJSON values (n,) as shapes, None where there is none, and why some cannot be read."""
    out = np.full(len(values), None, dtype=object)
    return out, _each(out, {n: _plain(v) for n, v in enumerate(values) if v not in (None, "")})


def from_wkb(values: Sequence[bytes | None]) -> tuple[Geometries, Why]:
    """Return WKB (n,) as shapes, None where there is none, and why some cannot be read."""
    array = np.array(values, dtype=object) if len(values) else np.empty(0, dtype=object)
    out = shapely.from_wkb(array, on_invalid="ignore")
    return out, {n: "the geometry is no WKB" for n, v in enumerate(values) if v is not None and out[n] is None}


def from_xy(xs: Sequence[Any], ys: Sequence[Any]) -> tuple[Geometries, Why]:
    """Return points (n,) from numbers or their text, None where both are empty, and why some cannot be read."""
    why: Why = {}
    x, y = _numbers(xs, why), _numbers(ys, why)
    out = np.asarray(shapely.points(x, y), dtype=object)
    for n in np.flatnonzero(np.isnan(x) | np.isnan(y)).tolist():
        empty = (_empty(xs[n]), _empty(ys[n]))
        if any(empty) or n in why:
            out[n] = None
        if any(empty) and not all(empty):
            why.setdefault(n, "one of the two coordinates is missing")
    return out, why


def _numbers(values: Sequence[Any], why: Why) -> Floats:
    try:
        return np.array(values, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        return np.array([_number(n, value, why) for n, value in enumerate(values)], dtype=np.float64)


def _number(n: int, value: Any, why: Why) -> float:
    try:
        return float("nan") if _empty(value) else float(value)
    except (ValueError, TypeError, OverflowError):
        why[n] = f"the coordinate {str(value)[:40]!r} is no number"
        return float("nan")


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _pair(value: Any) -> tuple[float, float] | None:
    """Return x, y of a GeoJSON point that is as it should be."""
    if not isinstance(value, Mapping) or cast("Mapping[str, Any]", value).get("type") != "Point":
        return None
    match cast("Mapping[str, Any]", value).get("coordinates"):
        case [float() as x, float() as y, *_]:
            return x, y
        case _:
            return None


def _each(out: Geometries, values: Mapping[int, Any]) -> Why:
    why: Why = {}
    with np.errstate(invalid="ignore"):
        for n, value in values.items():
            try:
                out[n] = _shape(value)
            except BadGeometry as bad:
                why[n] = str(bad)
    return why


def _shape(value: Any) -> BaseGeometry:
    try:
        return parsed(value)
    except (OverflowError, GEOSException) as bad:
        raise BadGeometry(f"the geometry cannot be read: {bad}") from bad


def _plain(value: Any) -> Any:
    """Return WKT without the SRID that PostGIS writes before it."""
    return value.split(";", 1)[-1] if isinstance(value, str) and value[:5].upper() == "SRID=" else value

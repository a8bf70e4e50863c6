"""Coordinates inside geometries, moved all at once."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

import shapely

type Floats = NDArray[np.float64]
type Geometries = NDArray[np.object_]
type Mover = Callable[[Floats, Floats], tuple[Floats, Floats]]


def moved(geometries: Geometries, mover: Mover) -> Geometries:
    """Return the geometries (n,) with every x, y moved by `mover`; heights stay.

    A geometry with a coordinate that has no finite image becomes None, as None does.
    """
    high = bool(shapely.has_z(geometries).any())
    out = np.asarray(shapely.transform(geometries, lambda xyz: _columns(xyz, mover), include_z=high), dtype=object)
    out[_unmoved(out)] = None
    return out


def vertices(geometries: Geometries) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Return x, y of all vertices (m,), and to which geometry each belongs."""
    xy, owner = cast("tuple[Floats, NDArray[np.intp]]", shapely.get_coordinates(geometries, return_index=True))
    return xy[:, 0], xy[:, 1], owner


def extent(geometries: Geometries) -> tuple[float, float, float, float] | None:
    """Return the least x, y and the greatest x, y of all vertices, or None where there are none."""
    x, y, _ = vertices(geometries)
    return (float(x.min()), float(y.min()), float(x.max()), float(y.max())) if len(x) else None


def _columns(xyz: Any, mover: Mover) -> Floats:
    out = np.array(xyz, dtype=np.float64)
    out[:, 0], out[:, 1] = mover(np.ascontiguousarray(out[:, 0]), np.ascontiguousarray(out[:, 1]))
    return out


def _unmoved(geometries: Geometries) -> NDArray[np.intp]:
    x, y, owner = vertices(geometries)
    return owner[~(np.isfinite(x) & np.isfinite(y))]

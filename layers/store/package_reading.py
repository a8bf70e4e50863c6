"""Rows of a GeoPackage as tiles are drawn from them."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from sqlalchemy import Select

from layers.column import ColumnKind
from layers.store.connection import compiled
from layers.store.geojson import POINT, POINT_BYTES, decoded
from layers.store.rowcodec import mended
from spatial.coordinates import Geometries


@dataclass(frozen=True, slots=True)
class PackageReading:
    """One state of a GeoPackage: the connection's transaction has begun."""

    connection: sqlite3.Connection
    # lists stay the JSON text that they are
    out: ClassVar[Mapping[ColumnKind, Callable[[Any], Any]]] = {
        ColumnKind.BOOLEAN: bool,
        ColumnKind.NUMBER: float,
        ColumnKind.INSTANT: mended,
    }

    def rows(self, statement: Select[Any]) -> Sequence[tuple[Any, ...]]:
        """Return what a statement finds."""
        return self.connection.execute(*compiled(statement)).fetchall()

    def shapes(self, values: Sequence[Any]) -> Geometries:
        """Return raw places as geometries (n,)."""
        return decoded(values)

    def spots(self, values: Sequence[Any]) -> Any:
        """Return raw places as longitudes and latitudes (n,); None if not each is a plain point."""
        if not all(len(blob) == POINT_BYTES for blob in values):
            return None
        raw = np.frombuffer(b"".join(values), dtype=POINT)
        return raw["x"], raw["y"]

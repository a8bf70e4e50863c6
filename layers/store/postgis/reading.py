"""Rows of a PostGIS store as tiles are drawn from them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from sqlalchemy import Select

import shapely

from layers.column import ColumnKind
from layers.store.postgis.connection import Connection, compiled, fetched
from layers.store.state import State
from layers.tile import Dirt
from spatial.coordinates import Geometries
from spatial.time import written

POINT = np.dtype([("head", "V9"), ("x", "<f8"), ("y", "<f8")])
"""A point's EWKB: byte order, type, SRID, two doubles."""

NOW = """SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint,
  ARRAY(SELECT pg_snapshot_xip(s)::text::bigint) FROM pg_current_snapshot() AS s"""
_SINCE = "SELECT layer, mark, minx, miny, maxx, maxy FROM om_dirt WHERE mark >= $1 LIMIT $2"
_FORGOTTEN = "SELECT value::bigint FROM om_meta WHERE name = 'dirt'"
KEPT = 20_000
"""Areas that one answer tells of; after more of them anything may have changed."""


@dataclass(frozen=True, slots=True)
class PostgisReading:
    """One state of the database: the connection's transaction keeps to one snapshot."""

    connection: Connection
    out: ClassVar[Mapping[ColumnKind, Callable[[Any], Any]]] = {
        ColumnKind.INSTANT: written,
        ColumnKind.DATE: str,
        ColumnKind.TEXTS: lambda texts: json.dumps(texts, ensure_ascii=False),
    }

    def rows(self, statement: Select[Any]) -> Sequence[tuple[Any, ...]]:
        """Return what a statement finds."""
        return fetched(self.connection, *compiled(statement))

    def shapes(self, values: Sequence[Any]) -> Geometries:
        """Return raw places as geometries (n,)."""
        raw = np.empty(len(values), dtype=object)
        raw[:] = values
        return shapely.from_wkb(raw)

    def spots(self, values: Sequence[Any]) -> Any:
        """Return raw places as longitudes and latitudes (n,); None if not each is a plain point."""
        if not all(len(raw) == POINT.itemsize for raw in values):
            return None
        raw = np.frombuffer(b"".join(values), dtype=POINT)
        return raw["x"], raw["y"]

    def state(self) -> State:
        """Return which writes the snapshot sees."""
        low, high, running = fetched(self.connection, NOW)[0]
        return State(low, high, frozenset(running))

    def dirt(self, since: State) -> Sequence[Dirt] | None:
        """Return where writes that it sees and `since` does not changed the map; None if that is forgotten."""
        if since.low <= fetched(self.connection, _FORGOTTEN)[0][0]:
            return None
        found = fetched(self.connection, _SINCE, (since.low, KEPT + 1))
        if len(found) > KEPT:
            return None
        return [Dirt(layer, mark, tuple(box)) for layer, mark, *box in found if not since.sees(mark)]

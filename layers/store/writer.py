"""One write transaction on a GeoPackage: rows in, tombstones out, one revision for all of it."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import bindparam, delete, func, insert, select, update

from layers.feature import Layer
from layers.store import dirt
from layers.store.connection import compiled
from layers.store.ledger import Ledger
from layers.store.package import index, unindex
from layers.store.protocol import Row, Tally
from layers.store.rowcodec import bounds, encoded
from layers.table import FID, REVISION, table

BULK = 200
"""From this many new rows on, the R*Tree is written by us in one go rather than row by row through its triggers."""


@dataclass(frozen=True, slots=True)
class Known:
    """A row that the table holds already."""

    fid: int
    values: tuple[Any, ...]


class PackageWriter(Ledger):
    """Writes rows inside one open transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take the next revision; the connection has begun its transaction."""
        super().__init__(connection)
        self.revision = self._next_revision()

    def upsert(self, layer: Layer, rows: Sequence[Row]) -> Tally:
        """Write the rows by key; rows that say nothing new are left alone, of repeated keys the last one counts."""
        return self._write(layer, rows, self._change)

    def append(self, layer: Layer, rows: Sequence[Row]) -> Tally:
        """Add the rows whose keys are new; a known key is a repeat."""
        return self._write(layer, rows, _repeat)

    def delete(self, layer: Layer, keys: Sequence[str]) -> Tally:
        """Delete the rows and leave tombstones (by the table's own trigger, which other writers need too)."""
        rows = table(layer)
        statement = compiled(delete(rows).where(rows.c[layer.key.name] == bindparam("key", "")))[0]
        return Tally(deleted=sum(self.connection.execute(statement, (key,)).rowcount for key in keys))

    def expire(self, layer: Layer, before: datetime, most: int) -> Tally:
        """Delete the oldest rows whose instant lies before, up to `most`, without tombstones; never the newest row."""
        if layer.when is None:
            return Tally()
        rows, when = table(layer), layer.when[0].name
        # the newest stays, so that its number is not given again
        newest = select(func.max(rows.c[FID])).scalar_subquery()
        old = select(rows.c[FID]).where(rows.c[when] < before, rows.c[FID] < newest).order_by(rows.c[when]).limit(most)
        sql, bound = compiled(delete(rows).where(rows.c[FID].in_(old)))
        mark = self._revision()
        gone = self.connection.execute(sql, bound).rowcount
        # by the table's own trigger, which other writers need too
        self.connection.execute("DELETE FROM om_tombstones WHERE layer = ? AND revision > ?", (layer.name, mark))
        return Tally(deleted=gone)

    def finish(self) -> None:
        """Move the revision on, so that no row bears it and what others write is told from what we do."""
        self._next_revision()
        dirt.prune(self.connection)

    def _write(self, layer: Layer, rows: Sequence[Row], known: "Callable[..., Tally]") -> Tally:
        key = layer.key.name
        last = {row[key]: row for row in rows}
        found = self._known(layer, list(last))
        fresh = [row for k, row in last.items() if k not in found]
        self._insert(layer, fresh)
        old = [row for k, row in last.items() if k in found]
        tally = known(layer, old, found) if old else Tally()
        return tally + Tally(inserted=len(fresh), repeated=len(rows) - len(last))

    def _known(self, layer: Layer, keys: Sequence[str]) -> dict[str, Known]:
        rows = table(layer)
        wanted = [rows.c[layer.key.name], rows.c[FID], *(rows.c[c.name] for c in layer.columns)]
        # one text for any number of keys; written out one by one they would be compiled anew each time
        asked = select(func.json_each(json.dumps(keys)).table_valued("value").c.value)
        sql, bound = compiled(select(*wanted).where(rows.c[layer.key.name].in_(asked)))
        return {key: Known(fid, tuple(values)) for key, fid, *values in self.connection.execute(sql, bound)}

    def _insert(self, layer: Layer, rows: Sequence[Row]) -> None:
        if not rows:
            return
        first = self._next_fid(layer)
        fids = range(first, first + len(rows))
        bulk = layer.place is not None and len(rows) >= BULK
        if bulk:
            unindex(self.connection, layer)
        sql = compiled(insert(table(layer)))[0]
        values = [(fid, *row, self.revision) for fid, row in zip(fids, encoded(layer, rows), strict=True)]
        self.connection.executemany(sql, values)
        boxes = bounds(layer, rows)
        if bulk:
            self._index(layer, np.arange(first, first + len(rows)), boxes)
            self.connection.execute(_COUNTED, (len(rows), layer.name))
            index(self.connection, layer)
        self._widen(layer, boxes)
        dirt.note(self.connection, layer, self.revision, boxes)

    def _index(self, layer: Layer, fids: np.ndarray, boxes: np.ndarray) -> None:
        has = ~np.isnan(boxes[:, 0])
        entries = np.column_stack((boxes[has][:, [0, 2, 1, 3]],)).tolist()
        name = f"rtree_{layer.name}_{layer.place.name if layer.place else ''}"
        rows = [(fid, *box) for fid, box in zip(fids[has].tolist(), entries, strict=True)]
        self.connection.executemany(f'INSERT INTO "{name}" VALUES (?, ?, ?, ?, ?)', rows)  # noqa: S608 - a checked name

    def _change(self, layer: Layer, rows: Sequence[Row], found: dict[str, Known]) -> Tally:
        changed: list[tuple[Any, ...]] = []
        moved: list[Row] = []
        old: list[bytes | None] = []
        at = layer.columns.index(layer.place) if layer.place else 0
        for row, values in zip(rows, encoded(layer, rows), strict=True):
            known = found[row[layer.key.name]]
            if tuple(values) != known.values:
                changed.append((*values, self.revision, known.fid))
                moved.append(row)
                old.append(known.values[at])
        if changed:
            self.connection.executemany(_updating(layer), changed)
            boxes = bounds(layer, moved)
            self._widen(layer, boxes)
            dirt.note(self.connection, layer, self.revision, dirt.with_old(layer, boxes, old))
        return Tally(updated=len(changed), unchanged=len(rows) - len(changed))

    def _next_fid(self, layer: Layer) -> int:
        top = self.connection.execute(compiled(select(func.max(table(layer).c[FID])))[0]).fetchone()
        dead = self.connection.execute("SELECT max(fid) FROM om_tombstones WHERE layer = ?", (layer.name,)).fetchone()
        # a row number is never given twice: a client may still hold the old one
        return max(top[0] or 0, dead[0] or 0) + 1

    def _widen(self, layer: Layer, boxes: np.ndarray) -> None:
        if len(boxes) and not np.isnan(boxes).all():
            low, high = np.nanmin(boxes[:, :2], axis=0), np.nanmax(boxes[:, 2:], axis=0)
            self.connection.execute(_WIDEN, (*map(float, low), *map(float, high), layer.name))

    def _revision(self) -> int:
        return int(self.connection.execute("SELECT value FROM om_meta WHERE name = 'revision'").fetchone()[0])

    def _next_revision(self) -> int:
        bumped = "UPDATE om_meta SET value = value + 1 WHERE name = 'revision' RETURNING value"
        return int(self.connection.execute(bumped).fetchone()[0])


_WIDEN = """UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ','now'),
  min_x = min(ifnull(min_x, 1e9), ?), min_y = min(ifnull(min_y, 1e9), ?),
  max_x = max(ifnull(max_x, -1e9), ?), max_y = max(ifnull(max_y, -1e9), ?) WHERE table_name = ?"""

_COUNTED = "UPDATE gpkg_ogr_contents SET feature_count = feature_count + ? WHERE table_name = ?"


def _repeat(layer: Layer, rows: Sequence[Row], found: dict[str, Known]) -> Tally:
    return Tally(repeated=len(rows))


def _updating(layer: Layer) -> str:
    rows = table(layer)
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in (*layer.by_name, REVISION)}
    return compiled(update(rows).where(rows.c[FID] == bindparam("at")).values(values))[0]

"""Where a GeoPackage's writes changed the map, kept for as long as those who hold tiles may ask."""

import sqlite3
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

import shapely

from layers.feature import Layer
from layers.store.geojson import decoded
from layers.store.state import State
from layers.tile import Dirt

KEPT = 20_000
"""Boxes that are remembered, and a tenth more before the oldest are let go."""

EXACT = 1000
"""From this many boxes of one write on, they are gathered in GRID by GRID cells: each costs a row."""

GRID = 16
CLOSE = 0.005
"""Degrees: where a row moves by less, one box holds where it was and where it is."""

type Boxes = NDArray[np.float64]

_REVISION = "SELECT value FROM om_meta WHERE name = 'revision'"
_FORGOTTEN = "SELECT value FROM om_meta WHERE name = 'dirt'"
_SINCE = "SELECT layer, revision, minx, miny, maxx, maxy FROM om_dirt WHERE revision >= ? LIMIT ?"
_PRUNED = "SELECT max(revision) FROM om_dirt WHERE id <= ?"


def state(connection: sqlite3.Connection) -> State:
    """Return what the connection sees: all writes up to the revision, and none beyond."""
    after = int(connection.execute(_REVISION).fetchone()[0]) + 1
    return State(after, after)


def since(connection: sqlite3.Connection, known: State) -> Sequence[Dirt] | None:
    """Return what changed that `known` does not see; None if that is no longer remembered, or too much."""
    if known.low <= connection.execute(_FORGOTTEN).fetchone()[0]:
        return None
    rows = connection.execute(_SINCE, (known.low, KEPT + 1)).fetchall()
    if len(rows) > KEPT:
        return None
    return [Dirt(layer, revision, tuple(box)) for layer, revision, *box in rows]


def note(connection: sqlite3.Connection, layer: Layer, revision: int, boxes: Boxes) -> None:
    """Remember that a write changed the map in the boxes (n, 4); those of rows without a place are NaN."""
    there = boxes[~np.isnan(boxes[:, 0])]
    rows = [(layer.name, revision, *box) for box in _gathered(there).tolist()]
    sql = "INSERT INTO om_dirt (layer, revision, minx, miny, maxx, maxy) VALUES (?, ?, ?, ?, ?, ?)"
    connection.executemany(sql, rows)


def with_old(layer: Layer, boxes: Boxes, blobs: Sequence[bytes | None]) -> Boxes:
    """Return boxes of rows' new places (n, 4) with those of their old ones: joined where they are close together."""
    old = shapely.bounds(decoded(blobs)) if layer.place else boxes
    west_south = np.fmin(boxes[:, :2], old[:, :2])
    east_north = np.fmax(boxes[:, 2:], old[:, 2:])
    size = np.maximum(boxes[:, 2:] - boxes[:, :2], old[:, 2:] - old[:, :2])
    # NaN, where there was or is no place, is joined with the other
    far = ((east_north - west_south) > size + CLOSE).any(axis=1)
    joined = np.column_stack((west_south, east_north))
    return np.concatenate((joined[~far], boxes[far], old[far]))


def prune(connection: sqlite3.Connection) -> None:
    """Let go of the oldest boxes if there are too many."""
    first, last = connection.execute("SELECT min(id), max(id) FROM om_dirt").fetchone()
    if first is None or last - first < KEPT * 1.1:
        return
    edge = last - KEPT
    forgotten = connection.execute(_PRUNED, (edge,)).fetchone()[0]
    connection.execute("UPDATE om_meta SET value = max(value, ?) WHERE name = 'dirt'", (forgotten,))
    connection.execute("DELETE FROM om_dirt WHERE id <= ?", (edge,))


def _gathered(boxes: Boxes) -> Boxes:
    if len(boxes) <= EXACT:
        return boxes
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    cell = np.floor((middle - low) / np.maximum(high - low, 1e-9) * (GRID - 1)).astype(np.int64)
    _, cells = np.unique(cell[:, 0] * GRID + cell[:, 1], return_inverse=True)
    order = np.argsort(cells, kind="stable")
    starts = np.flatnonzero(np.diff(cells[order], prepend=-1))
    least = np.minimum.reduceat(boxes[order, :2], starts)
    return np.column_stack((least, np.maximum.reduceat(boxes[order, 2:], starts)))

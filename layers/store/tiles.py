"""Tiles from a store's rows: found by the index of their places, drawn by numpy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Protocol

import numpy as np
from sqlalchemy import Select, select

import shapely

from layers.column import Column, ColumnKind
from layers.store.box_hit import box_touch
from layers.store.select import conditions, one_of
from layers.table import FID, table
from layers.tile import EXTENT, REACH, Part, Piece, Room, fitted
from layers.tile_drawing import Columns, Floats, Forms, Spots, gathered, scattered, shaped, whole
from spatial.mvt_drawing import Shapes
from spatial.shape import Kind
from spatial.tms import Tile

type Raw = Sequence[tuple[Any, ...]]


class Reading(Protocol):
    """One state of a store, and how its values are read."""

    out: ClassVar[Mapping[ColumnKind, Callable[[Any], Any]]]
    """What makes a raw value of a kind one that a tile can hold, where it is none."""

    def rows(self, statement: Select[Any]) -> Raw:
        """Return what a statement finds."""
        ...

    def shapes(self, values: Sequence[Any]) -> Shapes:
        """Return raw places as geometries (n,)."""
        ...

    def spots(self, values: Sequence[Any]) -> tuple[Floats, Floats] | None:
        """Return raw places as longitudes and latitudes (n,); None if not each is a plain point."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """One layer of one tile, and where it is read."""

    reading: Reading
    tile: Tile
    room: Room
    part: Part

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that features carry."""
        return tuple(self.part.layer.by_name[name] for name in self.part.properties)


def drawn(reading: Reading, tile: Tile, parts: Sequence[Part], room: Room) -> tuple[bytes, bool]:
    """Return the tile's layers, and whether they are thinned."""
    return fitted(parts, lambda part, grid: _piece(Asked(reading, tile, room, part), grid), room)


def _piece(asked: Asked, grid: int | None) -> Piece:
    place = asked.part.layer.place
    if place is None or place.place is None:
        return Piece(b"")
    if grid is None:
        return _whole(asked, single=place.place.kind is Kind.POINT)
    if asked.part.grids[0] is not None:
        forms = _forms(asked, _rows(asked, asked.columns), asked.columns)
        return shaped(asked.part, forms, grid)
    known = tuple(c for c in asked.columns if c.name == asked.part.by)
    rows = _rows(asked, known)
    return gathered(asked.part, _spots(asked, rows, known), grid, partial(_properties, asked))


def _whole(asked: Asked, *, single: bool) -> Piece:
    rows = _rows(asked, asked.columns, asked.room.features + 1)
    if len(rows) > asked.room.features:
        return Piece(b"", full=True)
    if single:
        return scattered(asked.part, _spots(asked, rows, asked.columns))
    return whole(asked.part, _forms(asked, rows, asked.columns))


def _rows(asked: Asked, columns: Sequence[Column], limit: int | None = None) -> Raw:
    """Return row number, place and the columns of what may lie in the tile or its buffer."""
    layer = asked.part.layer
    rows = table(layer)
    place = rows.c[layer.place.name if layer.place else ""]
    wanted = select(rows.c[FID], place, *(rows.c[c.name] for c in columns))
    around = shapely.box(*asked.tile.degrees(REACH))
    statement = wanted.where(box_touch(rows, place, around), *conditions(layer, asked.part.query))
    return asked.reading.rows(statement if limit is None else statement.limit(limit))


def _properties(asked: Asked, fids: Sequence[int]) -> Columns:
    """Return the properties of some rows, in the order asked."""
    rows = table(asked.part.layer)
    statement = select(rows.c[FID], *(rows.c[c.name] for c in asked.columns)).where(one_of(rows.c[FID], fids))
    found = {row[0]: row for row in asked.reading.rows(statement)}
    return _valued(asked, asked.columns, [found[fid][1:] for fid in fids])


def _spots(asked: Asked, rows: Raw, columns: Sequence[Column]) -> Spots:
    found = asked.reading.spots([row[1] for row in rows])
    if found is None:
        return _forms(asked, rows, columns).spots
    x, y = asked.tile.locate(*found, EXTENT)
    return Spots(_fids(rows), x, y, _valued(asked, columns, [row[2:] for row in rows]))


def _forms(asked: Asked, rows: Raw, columns: Sequence[Column]) -> Forms:
    def moved(xy: Floats) -> Floats:
        return np.column_stack(asked.tile.locate(xy[:, 0], xy[:, 1], EXTENT))

    shapes = shapely.transform(shapely.force_2d(asked.reading.shapes([row[1] for row in rows])), moved)
    return Forms(_fids(rows), shapes, _valued(asked, columns, [row[2:] for row in rows]))


def _fids(rows: Raw) -> "np.ndarray[Any, np.dtype[np.int64]]":
    return np.array([row[0] for row in rows], np.int64)


def _valued(asked: Asked, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> Columns:
    """Return raw rows as columns of values that a tile can hold."""
    out = asked.reading.out
    return {c.name: _read(out.get(c.kind), [row[n] for row in rows]) for n, c in enumerate(columns)}


def _read(out: Callable[[Any], Any] | None, values: list[Any]) -> list[Any]:
    return values if out is None else [None if value is None else out(value) for value in values]

"""One page read from SQLite: rows as they come, then as a block or as GeoJSON text."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from layers.column import Column
from layers.feature import Layer
from layers.query import Cursor, Query
from layers.store import geojson
from layers.store.connection import compiled
from layers.store.protocol import Block, Features
from layers.store.rowcodec import decode
from layers.store.select import page, shown


@dataclass(frozen=True, slots=True)
class Page:
    """Raw rows of one page and what lies around it."""

    query: Query
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Any, ...]]
    has_place: bool
    next: Cursor | None
    prev: Cursor | None

    @property
    def values(self) -> list[list[Any]]:
        """The properties of each row, as JSON can hold them."""
        rows = [list(row[self.span]) for row in self.rows]
        decode(self.columns, rows, by_name=False)
        return rows

    @property
    def properties(self) -> list[dict[str, Any]]:
        """The properties of each row by name, as JSON can hold them."""
        names = [c.name for c in self.columns]
        rows = [dict(zip(names, row[self.span], strict=True)) for row in self.rows]
        decode(self.columns, rows, by_name=True)
        return rows

    @property
    def span(self) -> slice:
        """Where in a row its properties are."""
        first = 3 if self.has_place else 2
        return slice(first, first + len(self.columns))

    @property
    def keys(self) -> list[str]:
        """The id of each row."""
        return [row[1] for row in self.rows]

    @property
    def blobs(self) -> list[bytes | None]:
        """The place of each row as a GeoPackage binary."""
        return [row[2] for row in self.rows]


def fetched(connection: sqlite3.Connection, layer: Layer, query: Query) -> Page:
    """Return the page of a query; one row more than asked tells whether there is another page."""
    columns = shown(layer, query)
    sql, bound = compiled(page(layer, query, query.limit + 1))
    rows = connection.execute(sql, bound).fetchall()
    more = len(rows) > query.limit
    rows = rows[: query.limit]
    back = query.cursor is not None and query.cursor.back
    if back:
        rows.reverse()
    has_place = layer.place is not None and not query.skip_geometry
    after, before = around(rows, query, more, len(query.sort))
    return Page(query, columns, rows, has_place, after, before)


def block_of(found: Page) -> Block:
    """Return a page as columns and geometries."""
    places = geojson.decoded(found.blobs) if found.has_place else None
    names, fids = tuple(c.name for c in found.columns), [row[0] for row in found.rows]
    return Block(names, found.values, found.keys, fids, places, found.next, found.prev)


def features_of(found: Page) -> Features:
    """Return a page as GeoJSON features in the query's CRS."""
    places = geojson.geometries(found.blobs, found.query.crs) if found.has_place else None
    text = geojson.features(found.keys, places, found.properties)
    return Features(text, len(found.rows), found.next, found.prev)


def every(block: Callable[[Layer, Query], Block], layer: Layer, query: Query, size: int) -> Iterator[Block]:
    """Yield all pages of a query, up to its limit, as `block` reads each."""
    left, asked = query.limit, query
    while left > 0:
        found = block(layer, replace(asked, limit=min(size, left)))
        yield found
        left -= len(found.fids)
        if found.next is None:
            return
        asked = replace(query, cursor=found.next)


def around(rows: Sequence[Sequence[Any]], query: Query, more: bool, tail: int) -> tuple[Cursor | None, Cursor | None]:
    """Return where the next page begins and where the one before ends; rows end in their `tail` sort values."""
    if not rows:
        return None, None
    back = query.cursor is not None and query.cursor.back
    after = _cursor(rows[-1], tail, back=False) if more or back else None
    came = query.cursor is not None or query.offset > 0
    before = _cursor(rows[0], tail, back=True) if (more if back else came) else None
    return after, before


def _cursor(row: Sequence[Any], tail: int, *, back: bool) -> Cursor:
    return Cursor(tuple(row[len(row) - tail :]), row[0], back)

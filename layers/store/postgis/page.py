"""One page read from PostGIS: as columns and geometries, or as GeoJSON that the database wrote."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import orjson

import shapely

from layers.column import Column, ColumnKind
from layers.feature import Layer
from layers.query import Cursor, Query
from layers.store import geojson
from layers.store.keyset import orders
from layers.store.paging import around
from layers.store.postgis.connection import compiled
from layers.store.postgis.curve import Way, follows_curve, start
from layers.store.postgis.written import Written, as_json, outer
from layers.store.protocol import Block, Features
from layers.store.select import page, paged, shown
from layers.table import FID, raw, table
from spatial.time import written

type Rows = Callable[[str, tuple[Any, ...]], Sequence[Sequence[Any]]]
"""What runs a statement that only reads."""

_ALONE = Query(count=False)
_FREE: dict[str, Any] = {
    "ids": (),
    "limit": _ALONE.limit,
    "properties": None,
    "skip_geometry": False,
    "crs": _ALONE.crs,
    "count": False,
}
"""What a question for one row by its key may say besides."""

OUT: Mapping[ColumnKind, Callable[[Any], Any]] = {ColumnKind.INSTANT: written, ColumnKind.DATE: str}


def block(rows: Rows, layer: Layer, query: Query) -> Block:
    """Return a page as columns and geometries; one row more than asked tells whether there is another page."""
    columns = shown(layer, query)
    found = rows(*_rows_asked(layer, query))
    more, back = len(found) > query.limit, _back(query)
    read = [list(row) for row in found[: query.limit]]
    if back:
        read.reverse()
    has_place = layer.place is not None and not query.skip_geometry
    first = 3 if has_place else 2
    _decode(read, (*columns, *(layer.by_name[key.name] for key in query.sort)), first)
    after, before = around(read, query, more, 1 if follows_curve(layer, query) else len(query.sort))
    places = _places([row[2] for row in read]) if has_place else None
    values = [row[first : first + len(columns)] for row in read]
    names = tuple(c.name for c in columns)
    return Block(names, values, [row[1] for row in read], [row[0] for row in read], places, after, before)


def _rows_asked(layer: Layer, query: Query) -> tuple[str, tuple[Any, ...]]:
    if query.box and follows_curve(layer, query):
        way = _way(layer, query.properties, query.skip_geometry, query.crs.decimals, _back(query))
        return way.rows, way.bound(query.box, query.limit, start(query))
    return compiled(page(layer, query, query.limit + 1))


def features(rows: Rows, layer: Layer, query: Query) -> Features:
    """Return a page as GeoJSON features in the query's CRS; the database writes those in the stored one."""
    if not is_written(query):
        return features_of(block(rows, layer, query), query)
    return read_features(rows(*features_asked(layer, query))[0], query)


def is_written(query: Query) -> bool:
    """Tell whether the database writes the page's text itself: coordinates are as they are stored."""
    return query.crs.is_stored and not query.crs.north_first


def features_of(found: Block, query: Query) -> Features:
    """Return a page's features as GeoJSON text, places in the query's CRS."""
    places = None if found.places is None else geojson.written(found.places, query.crs)
    properties = [dict(zip(found.names, row, strict=True)) for row in found.rows]
    return Features(geojson.features(found.keys, places, properties), len(found.keys), found.next, found.prev)


def features_asked(layer: Layer, query: Query) -> tuple[str, tuple[Any, ...]]:
    """Return the statement that has the database write a page as one text, and what it is bound to."""
    if query.box and follows_curve(layer, query):
        way = _way(layer, query.properties, query.skip_geometry, query.crs.decimals, _back(query))
        return way.text, (*way.bound(query.box, query.limit, start(query)), query.limit)
    if len(query.ids) == 1 and replace(query, **_FREE) == _ALONE:
        return _single(layer, query.properties, query.skip_geometry, query.crs.decimals), (query.ids[0], 1)
    rows, sorts = table(layer), orders(layer, table(layer), query.sort)
    place = layer.place.name if layer.place and not query.skip_geometry else None
    columns = shown(layer, query)
    names = dict.fromkeys((FID, layer.key.name, *(c.name for c in columns), *(key.name for key in query.sort)))
    wanted = [rows.c[name] for name in names] + ([raw(rows.c[place])] if place else [])
    inner, bound = compiled(paged(layer, query, query.limit + 1, wanted))
    back = _back(query)
    shape = Written(layer.key.name, columns, place, query.crs.decimals, tuple(as_json(s.field) for s in sorts), back)
    return outer(shape).format(inner=inner, limit=f"${len(bound) + 1}"), (*bound, query.limit)


@lru_cache(maxsize=512)
def _single(layer: Layer, names: tuple[str, ...] | None, skip: bool, decimals: int) -> str:
    """Return the statement that has the database write one row, found by its key."""
    columns, place = shown(layer, Query(properties=names)), layer.place.name if layer.place and not skip else None
    wanted = dict.fromkeys((FID, layer.key.name, *(c.name for c in columns), *([place] if place else ())))
    listed = ", ".join(f'"{name}"' for name in wanted)
    inner = f'SELECT {listed} FROM "{layer.name}" WHERE "{layer.key.name}" = $1'  # noqa: S608 - checked names
    return outer(Written(layer.key.name, columns, place, decimals, (), back=False)).format(inner=inner, limit="$2")


@lru_cache(maxsize=512)
def _way(layer: Layer, names: tuple[str, ...] | None, skip: bool, decimals: int, back: bool) -> Way:
    place = layer.place.name if layer.place and not skip else None
    return Way(layer, shown(layer, Query(properties=names)), place, decimals, back)


def _back(query: Query) -> bool:
    return query.cursor is not None and query.cursor.back


def read_features(row: Sequence[Any], query: Query) -> Features:
    """Return the page that the database wrote; nothing at all is a page too."""
    text, found, first, last = row
    more, back = found > query.limit, query.cursor is not None and query.cursor.back
    came = query.cursor is not None or query.offset > 0
    begin, end = _cursor(first, back=not back), _cursor(last, back=back) if more else None
    # read backwards, the row read first is the page's last one
    after, before = (begin, end) if back else (end, begin if came else None)
    # texts come as bytes where an event loop reads them
    body = text.encode() if isinstance(text, str) else text or b""
    return Features(body, min(found, query.limit), after, before)


def _cursor(text: str | bytes | None, *, back: bool) -> Cursor | None:
    if text is None:
        return None
    fid, *values = orjson.loads(text)
    return Cursor(tuple(values), fid, back)


def _decode(rows: Sequence[list[Any]], columns: Sequence[Column], first: int) -> None:
    for at, column in enumerate(columns, first):
        out = OUT.get(column.kind)
        if out is not None:
            for row in rows:
                row[at] = None if row[at] is None else out(row[at])


def _places(found: Sequence[bytes | None]) -> Any:
    wkb = np.empty(len(found), dtype=object)
    wkb[:] = found
    return shapely.from_wkb(wkb)

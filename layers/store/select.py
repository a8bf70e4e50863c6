"""A Query as SQL: the same SQLAlchemy expressions for every store."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column as SqlColumn
from sqlalchemy import ColumnElement, Select, Table, and_, func, literal, or_, select

from layers.column import Column, ColumnKind
from layers.feature import Layer
from layers.filter import compiled as filtered
from layers.query import Query
from layers.store import keyset
from layers.store.box_hit import box_count, box_hit, region_hit
from layers.store.element import condition
from layers.table import FID, NumbersType, TextsType, table
from spatial.errors import BadParameter
from spatial.time import Span

MAX_WORDS = 12

_OneOf = condition("({0} IN (SELECT value FROM json_each({1})))", "({0} = ANY({1}))")
"""Whether a text is in a list; the same SQL text whatever the list's length."""


def shown(layer: Layer, query: Query) -> tuple[Column, ...]:
    """Return the property columns a query asks for, in the layer's order; raise BadParameter."""
    if query.properties is None:
        return layer.properties
    known = {c.name for c in layer.properties}
    if unknown := [n for n in query.properties if n not in known]:
        raise BadParameter(f"{layer.name} has no property {unknown[0][:60]!r}; it has {', '.join(sorted(known))}")
    return tuple(c for c in layer.properties if c.name in query.properties)


def page(layer: Layer, query: Query, limit: int) -> Select[Any]:
    """Return the rows of one page: fid, key, place (if asked for), the properties, then the sort values."""
    rows = table(layer)
    place = [rows.c[layer.place.name]] if layer.place and not query.skip_geometry else []
    wanted = [rows.c[c.name] for c in shown(layer, query)]
    tail = [key.column for key in keyset.orders(layer, rows, query.sort)]
    return paged(layer, query, limit, [rows.c[FID], rows.c[layer.key.name], *place, *wanted, *tail])


def paged(layer: Layer, query: Query, limit: int, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """Return the columns of the rows of one page, in its order."""
    rows = table(layer)
    keys = keyset.orders(layer, rows, query.sort)
    back = query.cursor.back if query.cursor else False
    statement = select(*columns).where(*conditions(layer, query))
    if query.cursor:
        statement = statement.where(keyset.after(keys, rows, query.cursor))
    statement = statement.order_by(*keyset.ordering(keys, rows, back)).limit(limit)
    return statement.offset(query.offset) if query.offset and not query.cursor else statement


def counted(layer: Layer, query: Query) -> Select[Any]:
    """Return how many rows match, whatever the page."""
    if layer.place and query.box and not query.box.crosses and _only_box(query):
        rows = table(layer)
        return select(box_count(rows, rows.c[layer.place.name], query.box))
    return select(func.count()).select_from(table(layer)).where(*conditions(layer, query))


def _only_box(query: Query) -> bool:
    named = query.ids or query.span or query.filters or query.near
    return not (named or query.region is not None or query.text is not None)


def conditions(layer: Layer, query: Query) -> list[ColumnElement[bool]]:
    """Return all that a row must fulfil; raise BadParameter where that is more than a condition."""
    if query.near:
        raise BadParameter("what is near is found by layers.near.near; leave `near` out of the query")
    return list(_conditions(layer, table(layer), query))


def _conditions(layer: Layer, rows: Table, query: Query) -> Iterator[ColumnElement[bool]]:
    if query.ids:
        yield _named(rows.c[layer.key.name], query.ids)
    if query.span and layer.when:
        yield during(rows, layer.when, query.span)
    for one in query.filters:
        yield filtered(one, layer, rows)
    if query.text is not None:
        yield mentions(layer, rows, query.text)
    if layer.place:
        yield from _where(rows, rows.c[layer.place.name], query)


def _named(key: ColumnElement[Any], ids: Sequence[str]) -> ColumnElement[bool]:
    return key == ids[0] if len(ids) == 1 else _OneOf(key, literal(list(ids), TextsType()))


def one_of(number: ColumnElement[Any], fids: Sequence[int]) -> ColumnElement[bool]:
    """Return what is true of rows that have one of the row numbers; one text whatever their number."""
    return _OneOf(number, literal(list(fids), NumbersType()))


def _where(rows: Table, place: SqlColumn[Any], query: Query) -> Iterator[ColumnElement[bool]]:
    if query.box:
        yield box_hit(rows, place, query.box)
    if query.region is not None:
        yield region_hit(rows, place, query.region)


def during(rows: Table, when: tuple[Column, Column | None], span: Span) -> ColumnElement[bool]:
    """Return what is true of rows whose instant or interval meets the span; a missing end is open."""
    start, end = rows.c[when[0].name], rows.c[when[1].name] if when[1] else None
    parts: list[ColumnElement[bool]] = [start.is_not(None)]
    if span.end is not None:
        parts.append(start <= span.end if span.whole else start < span.end)
    if span.start is not None:
        parts.append(_not_before(start, end, span.start))
    return and_(*parts)


def _not_before(start: ColumnElement[Any], end: ColumnElement[Any] | None, edge: datetime) -> ColumnElement[bool]:
    return start >= edge if end is None else or_(end.is_(None), end >= edge)


def mentions(layer: Layer, rows: Table, text: str) -> ColumnElement[bool]:
    """Return what is true of rows that hold all words of one of the comma-separated terms (OGC API Records, `q`)."""
    columns = [rows.c[c.name] for c in layer.searched if c.kind is ColumnKind.TEXT]
    terms = [words for part in text.split(",") if (words := part.split())]
    if not terms or not columns or sum(map(len, terms)) > MAX_WORDS:
        raise BadParameter(f"q takes one to {MAX_WORDS} words, as in q=石门大桥 or q=bridge,tunnel")
    return or_(*(and_(*(_holds(columns, word) for word in words)) for words in terms))


def _holds(columns: Sequence[ColumnElement[Any]], word: str) -> ColumnElement[bool]:
    return or_(*(c.icontains(word, autoescape=True) for c in columns))

"""Paging by the last row seen, both ways: no page costs more than the first, none repeats or misses a row."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import orjson
from sqlalchemy import Boolean, ColumnElement, Table, and_, false, literal, or_

from layers.column import Column, ColumnKind
from layers.feature import Layer
from layers.query import Cursor, Query, Sort
from layers.schema import SORTABLE
from layers.table import FID
from spatial.errors import BadParameter, BadTime
from spatial.time import instant, written

LONGEST = 30_000
"""Characters of a cursor: it holds the values of the last row, and some texts are long."""

BROKEN = "the cursor is not one of ours; follow the next and prev links as they are"
_WIDEST = 2**63


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _WIDEST else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


_READ: Mapping[ColumnKind, Callable[[Any], Any]] = {
    ColumnKind.TEXT: _text,
    ColumnKind.INTEGER: _whole,
    ColumnKind.NUMBER: lambda value: value if isinstance(value, float) else _whole(value),
    # 0 and 1 in one store, false and true in the other
    ColumnKind.BOOLEAN: lambda value: literal(bool(value), Boolean()) if value in (0, 1) else None,
    ColumnKind.INSTANT: lambda value: written(instant(value)) if isinstance(value, str) else None,
    ColumnKind.DATE: lambda value: date.fromisoformat(value).isoformat() if isinstance(value, str) else None,
}
"""A value of a cursor as the store compares it; None if the column cannot hold it."""


@dataclass(frozen=True, slots=True)
class Order:
    """One key that rows are ordered by; nulls come last whichever way."""

    column: ColumnElement[Any]
    descending: bool
    field: Column

    @property
    def kind(self) -> ColumnKind:
        """What kind of values the key has."""
        return self.field.kind

    def read(self, value: Any) -> Any:
        """Return a value of a cursor; raise BadParameter if no row can have it."""
        try:
            read = None if value is None else _READ[self.kind](value)
        except (ValueError, BadTime) as bad:
            raise BadParameter(BROKEN) from bad
        if read is None and value is not None:
            raise BadParameter(BROKEN)
        return read

    def term(self, back: bool) -> tuple[ColumnElement[Any], ...]:
        """Return what stands in ORDER BY, turned round for the way back."""
        column = self.column.desc() if self.descending ^ back else self.column.asc()
        if self.field.required:
            return (column,)
        return (column.nulls_first() if back else column.nulls_last(),)

    def beyond(self, value: Any, back: bool) -> ColumnElement[bool]:
        """Return what is true of values that come after `value` (before it, going back)."""
        if value is None:
            return self.column.is_not(None) if back else false()
        after = self.column < value if self.descending ^ back else self.column > value
        return after if back or self.field.required else or_(after, self.column.is_(None))

    def same(self, value: Any) -> ColumnElement[bool]:
        """Return what is true of values equal to `value`, null being equal to null."""
        return self.column.is_(None) if value is None else self.column == value


def orders(layer: Layer, rows: Table, sort: Sequence[Sort]) -> tuple[Order, ...]:
    """Return the keys of a sort, checked against the layer; raise BadParameter."""
    for key in sort:
        if key.name not in layer.by_name or layer.by_name[key.name].kind not in SORTABLE:
            known = ", ".join(c.name for c in layer.columns if c.kind in SORTABLE)
            raise BadParameter(f"{key.name[:60]!r} cannot be sorted by; sortable are {known}")
    return tuple(Order(rows.c[key.name], key.descending, layer.by_name[key.name]) for key in sort)


def ordering(keys: Sequence[Order], rows: Table, back: bool) -> list[ColumnElement[Any]]:
    """Return ORDER BY: the sort, then the row number."""
    fid = rows.c[FID]
    return [term for key in keys for term in key.term(back)] + [fid.desc() if back else fid.asc()]


def after(keys: Sequence[Order], rows: Table, cursor: Cursor) -> ColumnElement[bool]:
    """Return what is true of the rows beyond the cursor."""
    if len(cursor.values) != len(keys):
        raise BadParameter(BROKEN)
    fid = rows.c[FID]
    beyond: ColumnElement[bool] = fid < cursor.fid if cursor.back else fid > cursor.fid
    values = [key.read(value) for key, value in zip(keys, cursor.values, strict=True)]
    for key, value in reversed(list(zip(keys, values, strict=True))):
        beyond = or_(key.beyond(value, cursor.back), and_(key.same(value), beyond))
    return beyond


def token(cursor: Cursor) -> str:
    """Return the cursor as a text for a link."""
    packed = orjson.dumps([int(cursor.back), cursor.fid, *cursor.values])
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def cursor(text: str, query: Query) -> Cursor:
    """Return the cursor that `token` wrote; raise BadParameter for any other text, or for another sort's."""
    try:
        if len(text) > LONGEST:
            raise ValueError("too long")
        back, fid, *values = cast("list[Any]", orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))
    except (ValueError, TypeError, binascii.Error) as bad:
        raise BadParameter(BROKEN) from bad
    # one value more than the sort: where on its own order's way a store was
    if back not in (0, 1) or _whole(fid) is None or len(values) - len(query.sort) not in (0, 1):
        raise BadParameter("the cursor belongs to another query; start again without it")
    return Cursor(tuple(values), fid, bool(back))

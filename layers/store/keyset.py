"""Paging by the last row seen, both ways: no page costs more than the first, none repeats or misses a row."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson
from sqlalchemy import ColumnElement, Table, and_, false, or_

from layers.feature import Layer
from layers.query import Cursor, Query, Sort
from layers.schema import SORTABLE
from layers.table import FID
from spatial.errors import BadParameter

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Order:
    """One key that rows are ordered by; nulls come last whichever way."""

    column: ColumnElement[Any]
    descending: bool

    def term(self, back: bool) -> tuple[ColumnElement[Any], ...]:
        """Return what stands in ORDER BY, turned round for the way back."""
        nulls = self.column.is_(None)
        down = self.descending ^ back
        return (nulls.desc() if back else nulls.asc(), self.column.desc() if down else self.column.asc())

    def beyond(self, value: Any, back: bool) -> ColumnElement[bool]:
        """Return what is true of values that come after `value` (before it, going back)."""
        if value is None:
            return self.column.is_not(None) if back else false()
        after = self.column < value if self.descending ^ back else self.column > value
        return after if back else or_(after, self.column.is_(None))

    def same(self, value: Any) -> ColumnElement[bool]:
        """Return what is true of values equal to `value`, null being equal to null."""
        return self.column.is_(None) if value is None else self.column == value


def orders(layer: Layer, rows: Table, sort: Sequence[Sort]) -> tuple[Order, ...]:
    """Return the keys of a sort, checked against the layer; raise BadParameter."""
    for key in sort:
        if key.name not in layer.by_name or layer.by_name[key.name].kind not in SORTABLE:
            known = ", ".join(c.name for c in layer.columns if c.kind in SORTABLE)
            raise BadParameter(f"{key.name[:60]!r} cannot be sorted by; sortable are {known}")
    return tuple(Order(rows.c[key.name], key.descending) for key in sort)


def ordering(keys: Sequence[Order], rows: Table, back: bool) -> list[ColumnElement[Any]]:
    """Return ORDER BY: the sort, then the row number."""
    fid = rows.c[FID]
    return [term for key in keys for term in key.term(back)] + [fid.desc() if back else fid.asc()]


def after(keys: Sequence[Order], rows: Table, cursor: Cursor) -> ColumnElement[bool]:
    """Return what is true of the rows beyond the cursor."""
    fid = rows.c[FID]
    beyond: ColumnElement[bool] = fid < cursor.fid if cursor.back else fid > cursor.fid
    for key, value in reversed(list(zip(keys, cursor.values, strict=True))):
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
        raise BadParameter("the cursor is not one of ours; follow the next and prev links as they are") from bad
    plain = all(isinstance(v, str | int | float | None) for v in values)
    if (
        back not in (0, 1)
        or not isinstance(fid, int)
        or abs(fid) > 2**62
        or len(values) != len(query.sort)
        or not plain
    ):
        raise BadParameter("the cursor belongs to another query; start again without it")
    return Cursor(tuple(values), fid, bool(back))

"""A queryable as a query parameter: name=value (OGC API Features Part 1, 7.15.5)."""

from collections.abc import Callable
from datetime import date
from math import isfinite
from typing import Any

from layers.column import Column, ColumnKind
from layers.query import Filter
from spatial.errors import BadParameter, BadTime
from spatial.time import instant, written

_TRUE = {"true": True, "false": False, "1": True, "0": False}


def equality(column: Column, text: str) -> Filter:
    """Return the filter column = value, the value read as the column's kind; raise BadParameter."""
    try:
        return Filter({"op": "=", "args": [{"property": column.name}, LITERAL[column.kind](text)]})
    except (ValueError, KeyError, BadTime) as bad:
        raise BadParameter(f"{column.name}={text[:60]!r} is no {column.kind}: {_example(column)}") from bad


def _finite(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise ValueError(text)
    return value


def _whole(text: str) -> int:
    value = int(text)
    if abs(value) >= 2**63:
        raise ValueError(text)
    return value


def _example(column: Column) -> str:
    return f"send {column.name}={EXAMPLES[column.kind]}"


LITERAL: dict[ColumnKind, Callable[[str], Any]] = {
    ColumnKind.TEXT: str,
    ColumnKind.INTEGER: _whole,
    ColumnKind.NUMBER: _finite,
    ColumnKind.BOOLEAN: lambda text: _TRUE[text.lower()],
    ColumnKind.INSTANT: lambda text: {"timestamp": written(instant(text))},
    ColumnKind.DATE: lambda text: {"date": date.fromisoformat(text).isoformat()},
}
EXAMPLES = {
    ColumnKind.TEXT: "text",
    ColumnKind.INTEGER: "42",
    ColumnKind.NUMBER: "4.2",
    ColumnKind.BOOLEAN: "true",
    ColumnKind.INSTANT: "2026-01-31T08:00:00Z",
    ColumnKind.DATE: "2026-01-31",
}

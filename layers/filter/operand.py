"""What stands between a filter's operators: typed pieces of SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import BigInteger, Boolean, ColumnElement, Double, Text, literal
from sqlalchemy.types import TypeEngine

from layers.column import Column, ColumnKind
from layers.table import DateType, InstantType
from spatial.errors import BadFilter, BadTime
from spatial.time import instant

EXACT = 2**53
"""Up to here every whole number is a float."""

WIDEST = 2**63
"""From here a whole number is no integer to a database."""

KINDS: Mapping[ColumnKind, tuple[ColumnKind, str]] = {
    ColumnKind.TEXT: (ColumnKind.TEXT, "text"),
    ColumnKind.INTEGER: (ColumnKind.NUMBER, "number"),
    ColumnKind.NUMBER: (ColumnKind.NUMBER, "number"),
    ColumnKind.BOOLEAN: (ColumnKind.BOOLEAN, "boolean"),
    ColumnKind.INSTANT: (ColumnKind.INSTANT, "instant"),
    ColumnKind.DATE: (ColumnKind.DATE, "date"),
    ColumnKind.TEXTS: (ColumnKind.TEXTS, "list of texts"),
    ColumnKind.PLACE: (ColumnKind.PLACE, "geometry"),
}
"""Each kind of column as operators see it, and what it is called."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A property, a literal or a result: its kind, its SQL, how messages name it, and the value if it is a literal."""

    kind: ColumnKind
    sql: ColumnElement[Any]
    said: str
    value: Any = None
    is_column: bool = False
    is_nullable: bool = False

    def __str__(self) -> str:
        """Return how messages name it."""
        return f"{self.said} ({KINDS[self.kind][1]})"


def of_column(column: Column, sql: ColumnElement[Any]) -> Operand:
    """Return a layer's property as an operand."""
    return Operand(KINDS[column.kind][0], sql, column.name, is_column=True, is_nullable=not column.required)


def of_literal(value: Any) -> Operand:
    """Return a text, number or boolean of a filter's tree as an operand; raise BadFilter."""
    match value:
        case bool():
            return Operand(ColumnKind.BOOLEAN, literal(value, Boolean()), str(value).upper(), value)
        case str():
            return Operand(ColumnKind.TEXT, literal(value, Text()), _quoted(value), value)
        case int() | float():
            return _number(value)
        case list():
            raise BadFilter("a list stands where one value is expected; lists belong behind IN and in A_... functions")
        case _:
            raise BadFilter(f"{str(value)[:60]} is no value")


def of_instant(text: str) -> Operand:
    """Return an RFC 3339 date-time as an operand; raise BadFilter."""
    when = _read(text)
    return Operand(ColumnKind.INSTANT, literal(when, InstantType()), f"TIMESTAMP({_quoted(text)})", when)


def of_date(text: str) -> Operand:
    """Return an RFC 3339 full-date as an operand; raise BadFilter."""
    if "T" in text.strip().upper():
        raise BadFilter(f"DATE({_quoted(text)}) is a point in time; write TIMESTAMP({_quoted(text)})")
    day = _read(text).date()
    return Operand(ColumnKind.DATE, literal(day, DateType()), f"DATE({_quoted(text)})", day)


def of_time(text: str) -> Operand:
    """Return a date or a date-time, whichever the text is, as an operand; raise BadFilter."""
    return of_date(text) if len(text.strip()) == len(date.min.isoformat()) else of_instant(text)


def of_test(sql: ColumnElement[bool], said: str) -> Operand:
    """Return a predicate as an operand."""
    return Operand(ColumnKind.BOOLEAN, sql, said)


def expected(operand: Operand, kind: ColumnKind, by: str) -> Operand:
    """Return the operand if it is of that kind; raise BadFilter."""
    if operand.kind is not kind:
        raise BadFilter(f"{by} works on a {KINDS[kind][1]}, not on {operand}")
    return operand


def _number(value: float) -> Operand:
    if isinstance(value, float) and value.is_integer() and abs(value) <= EXACT:
        value = int(value)
    whole = isinstance(value, int) and abs(value) < WIDEST
    kind = cast("TypeEngine[Any]", BigInteger() if whole else Double())
    return Operand(ColumnKind.NUMBER, literal(value if whole else float(value), kind), f"{value:.15g}", value)


def _read(text: str) -> Any:
    try:
        return instant(text)
    except BadTime as bad:
        raise BadFilter(str(bad)) from bad


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")  # noqa: PLR2004 - a line of a message

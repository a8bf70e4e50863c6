"""Arithmetic in floating point: + - * / % div ^ (OGC 21-065r2, 7.12)."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Double
from sqlalchemy.types import TypeEngine

from layers.column import ColumnKind
from layers.filter.operand import Operand
from layers.filter.scope import Node, Operator, Scope
from layers.store.element import Element, element

_NUMBER = cast("TypeEngine[Any]", Double())

_ELEMENTS: dict[str, type[Element]] = {
    "+": element(_NUMBER, "({0} + {1})", "om_plus({0}, {1})"),
    "-": element(_NUMBER, "({0} - {1})", "om_plus({0}, -({1}))"),
    "*": element(_NUMBER, "({0} * {1})", "om_times({0}, {1})"),
    # SQLite would divide integers as integers; it knows no quotient by 0 either
    "/": element(_NUMBER, "({0} * 1.0 / {1})", "om_over({0}, {1})"),
    "%": element(_NUMBER, "modulo({0}, {1})", "om_modulo({0}, {1})"),
    "div": element(_NUMBER, "div({0}, {1})", "om_div({0}, {1})"),
    "^": element(_NUMBER, "power({0}, {1})", "om_power({0}, {1})"),
}
"""Remainders have the sign of the dividend, `div` drops what is behind the decimal point."""


def calculated(scope: Scope, op: str, args: Sequence[Node]) -> Operand:
    """Return the result of a calculation; unknown where an operand is, or where there is none."""
    left, right = (scope.within.number(a, op) for a in args)
    sql: Any = _ELEMENTS[op](left.sql, right.sql)
    return Operand(ColumnKind.NUMBER, sql, f"{left.said} {op} {right.said}"[:60])


OPERATORS: dict[str, Operator] = dict.fromkeys(_ELEMENTS, calculated)

"""Comparisons of values of one kind: = <> < > <= >=, BETWEEN, IN."""

import operator
from collections.abc import Callable, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, or_

from layers.column import ColumnKind
from layers.filter.logic import joined
from layers.filter.operand import Operand, of_test, of_time
from layers.filter.scope import Node, Operator, Scope
from layers.filter.temporal import by_day
from layers.store.element import Group
from spatial.errors import BadFilter

type Comparison = Callable[[Any, Any], ColumnElement[bool]]

COMPARISONS: dict[str, Comparison] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_TIMES = frozenset((ColumnKind.INSTANT, ColumnKind.DATE))
_ELSEWHERE = {
    ColumnKind.PLACE: "geometries are compared with S_EQUALS(a, b) and the other S_... functions",
    ColumnKind.TEXTS: "lists are compared with A_EQUALS(a, ('x', 'y')), A_CONTAINS and the like",
}


def compared(scope: Scope, op: str, args: Sequence[Node]) -> Operand:
    """Return a comparison of two values."""
    left, right = (scope.within.read(a) for a in args)
    return of_test(_test(op, left, right), op)


def between(scope: Scope, op: str, args: Sequence[Node]) -> Operand:
    """Return whether a value lies between two others, both included."""
    value, low, high = (scope.within.read(a) for a in args)
    return of_test(and_(_test(">=", value, low), _test("<=", value, high)), op.upper())


def is_in(scope: Scope, op: str, args: Sequence[Node]) -> Operand:
    """Return whether a value equals one of a list."""
    if not isinstance(args[1], list) or not args[1]:
        raise BadFilter("IN needs a list of at least one value: IN ('a', 'b')")
    value = scope.within.read(args[0])
    pairs = [_matched(value, scope.within.read(n)) for n in cast("list[Node]", args[1])]
    if all(left.kind is right.kind for left, right in pairs) and value.kind is pairs[0][0].kind:
        return of_test(_plain(value).in_([_plain(right) for _, right in pairs]), "IN")
    return of_test(Group(joined(or_, [_test("=", left, right) for left, right in pairs])), "IN")


def _test(op: str, left: Operand, right: Operand) -> ColumnElement[bool]:
    left, right = _matched(left, right)
    if left.kind is not right.kind:
        return by_day(op, left, right)
    return COMPARISONS[op](_plain(left), _plain(right))


def _matched(left: Operand, right: Operand) -> tuple[Operand, Operand]:
    """Return both, of one kind or both times: a text literal beside a time is read as one; raise BadFilter."""
    if left.kind in _TIMES and isinstance(right.value, str):
        right = of_time(right.value)
    elif right.kind in _TIMES and isinstance(left.value, str):
        left = of_time(left.value)
    for one in (left, right):
        if one.kind in _ELSEWHERE:
            raise BadFilter(f"{one} cannot be compared so; {_ELSEWHERE[one.kind]}")
    if left.kind is not right.kind and not {left.kind, right.kind} <= _TIMES:
        raise BadFilter(f"{left} and {right} cannot be compared; {_hint(left, right)}")
    return left, right


def _hint(left: Operand, right: Operand) -> str:
    for one, other in ((left, right), (right, left)):
        if one.kind is ColumnKind.TEXT and other.value is not None:
            return f"a text is written in quotes: '{other.said}'"
        if one.kind in _TIMES:
            return "a time is written TIMESTAMP('2026-01-31T08:00:00Z') or DATE('2026-01-31')"
    return "compare like with like"


def _plain(operand: Operand) -> ColumnElement[Any]:
    """Return the operand's SQL, a predicate in parentheses."""
    is_test = operand.kind is ColumnKind.BOOLEAN and operand.value is None and not operand.is_column
    return Group(operand.sql) if is_test else operand.sql


OPERATORS: dict[str, Operator] = {**dict.fromkeys(COMPARISONS, compared), "between": between, "in": is_in}

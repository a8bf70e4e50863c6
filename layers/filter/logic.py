"""AND, OR, NOT and IS NULL, in three-valued logic (OGC 21-065r2, 6.2)."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, false, not_, or_

from layers.filter.operand import Operand, of_test
from layers.filter.scope import Node, Operator, Scope
from layers.store.element import Group

_TOGETHER = 200
"""Conditions in a row; SQLite takes each as one level of depth, and no more than 1,000 levels."""


def connected(scope: Scope, op: str, args: Sequence[Node]) -> Operand:
    """Return all or any of the conditions."""
    return of_test(joined(and_ if op == "and" else or_, [scope.test(a) for a in args]), op.upper())


def negated(scope: Scope, op: str, args: Sequence[Node]) -> Operand:
    """Return what is true where the condition is false."""
    return of_test(not_(Group(scope.within.test(args[0]))), op.upper())


def is_null(scope: Scope, op: str, args: Sequence[Node]) -> Operand:
    """Return what is true where the value is missing or unknown."""
    if isinstance(args[0], dict) and not {"op", "property"} & set(cast("dict[str, Any]", args[0])):
        return of_test(false(), "IS NULL")  # of a literal
    operand = scope.within.read(args[0])
    unknown = operand.sql if operand.is_column else Group(operand.sql)
    return of_test(false() if operand.value is not None else unknown.is_(None), "IS NULL")


def joined(join: Callable[..., ColumnElement[bool]], tests: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Return many conditions as one, by SQLAlchemy's and_ or or_."""
    while len(tests) > _TOGETHER:
        tests = [Group(join(*tests[i : i + _TOGETHER])) for i in range(0, len(tests), _TOGETHER)]
    return join(*tests)


OPERATORS: dict[str, Operator] = {"and": connected, "or": connected, "not": negated, "isnull": is_null}

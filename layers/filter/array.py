"""Relations of lists, taken as sets (OGC 21-065r2, 7.9)."""

import operator
from collections.abc import Callable, Sequence
from typing import Any, cast

import orjson
from sqlalchemy import ColumnElement, false, literal, true

from layers.column import ColumnKind
from layers.filter.operand import Operand, expected, of_test
from layers.filter.scope import Node, Operator, Scope
from layers.store.element import Element, condition, element
from layers.table import TextsType
from spatial.errors import BadFilter

MAX_MIXED = 100
"""Members of a list that has properties among them; SQLite's functions take 127 arguments."""


type Sets = Callable[[frozenset[bytes], frozenset[bytes]], bool]

_ELEMENTS: dict[str, tuple[type[Element], Sets]] = {
    "a_equals": (condition("a_equals({0}, {1})", "({0} @> {1} AND {0} <@ {1})"), operator.eq),
    "a_contains": (condition("a_contains({0}, {1})", "({0} @> {1})"), operator.ge),
    "a_containedby": (condition("a_containedby({0}, {1})", "({0} <@ {1})"), operator.le),
    "a_overlaps": (condition("a_overlaps({0}, {1})", "({0} && {1})"), lambda a, b: not a.isdisjoint(b)),
}
_Texts = element(TextsType(), "texts({all})", "om_texts({all})")
"""A list, unknown as soon as one of its members is."""


def related(scope: Scope, op: str, args: Sequence[Node]) -> Operand:
    """Return whether two lists, as sets, stand in a relation."""
    piece, compare = _ELEMENTS[op]
    args = [_list(a) for a in args]
    if all(_is_literal(a) for a in args):
        held = compare(*(frozenset(map(_canonical, a)) for a in args))
        return of_test(true() if held else false(), op.upper())
    return of_test(piece(*(_side(scope.within, a, op.upper()) for a in args)), op.upper())


def _side(scope: Scope, node: Node, by: str) -> ColumnElement[Any]:
    if not isinstance(node, list):
        return expected(scope.read(node), ColumnKind.TEXTS, by).sql
    texts = [scope.text(member, f"a list in {by}") for member in cast("list[Node]", node)]
    if all(isinstance(t.value, str) for t in texts):
        return literal([t.value for t in texts], TextsType())
    if len(texts) > MAX_MIXED:
        raise BadFilter(f"a list with properties in it has at most {MAX_MIXED} members")
    return _Texts(*(t.sql for t in texts))


def _list(node: Node) -> Node:
    """Return a literal as a list of one: in text, (1) is both. A property is taken to be a list itself."""
    is_list = isinstance(node, list) or (isinstance(node, dict) and "property" in node)
    return cast("Node", node) if is_list else [node]


def _is_literal(node: Node) -> bool:
    """Tell whether a node is a list of nothing but literals."""
    return isinstance(node, list) and not any(b'"property"' in _canonical(m) for m in cast("list[Node]", node))


def _canonical(node: Node) -> bytes:
    """Return one text for equal literals: 1 and 1.0 are the same number."""
    if isinstance(node, int | float) and not isinstance(node, bool):
        return orjson.dumps(float(node))
    return orjson.dumps(node, option=orjson.OPT_SORT_KEYS)


OPERATORS: dict[str, Operator] = dict.fromkeys(_ELEMENTS, related)

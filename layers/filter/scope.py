"""Where a filter is read: the layer's properties, the table they stand in, and the operators there are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from sqlalchemy import ColumnElement, Table

from layers.column import ColumnKind
from layers.feature import Layer
from layers.filter.operand import Operand, expected, of_column, of_date, of_instant, of_literal
from spatial.crs import Crs
from spatial.errors import BadFilter

type Node = Any
"""A node of a filter's tree."""

GEOMETRY_NAMES = frozenset(("geometry", "geom"))
"""What clients call the geometry of any layer."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a node can refer to.

    selects: whether an unknown result means here what a false one does, so that rows the index rules out may be false.
    """

    layer: Layer
    rows: Table
    crs: Crs
    operators: "Mapping[str, Operator]"
    selects: bool = True

    @property
    def within(self) -> "Scope":
        """The scope inside an operator that tells unknown from false."""
        return replace(self, selects=False) if self.selects else self

    def read(self, node: Node) -> Operand:
        """Return a node as an operand; raise BadFilter."""
        match node:
            case {"op": op, "args": [*args]}:
                return self._applied(str(op).lower(), args)
            case {"property": str(name)}:
                return self._property(name)
            case dict():
                return _instance(cast("dict[str, Any]", node))
            case _:
                return of_literal(node)

    def test(self, node: Node) -> ColumnElement[bool]:
        """Return a node as what is true of the rows it selects; raise BadFilter."""
        found = self.read(node)
        if found.kind is not ColumnKind.BOOLEAN:
            raise BadFilter(f"{found} is not true or false; compare it with something")
        return found.sql

    def text(self, node: Node, by: str) -> Operand:
        """Return a node that is text; raise BadFilter."""
        return expected(self.read(node), ColumnKind.TEXT, by)

    def number(self, node: Node, by: str) -> Operand:
        """Return a node that is a number; raise BadFilter."""
        return expected(self.read(node), ColumnKind.NUMBER, by)

    def _applied(self, op: str, args: Sequence[Node]) -> Operand:
        operator = self.operators.get(op)
        if operator is None:
            raise BadFilter(f"there is no operator or function {op[:40]!r}; there are {', '.join(self.operators)}")
        return operator(self, op, args)

    def _property(self, name: str) -> Operand:
        known = self.layer.by_name
        place = self.layer.place if name in GEOMETRY_NAMES else None
        if (column := known.get(name) or place) is None:
            raise BadFilter(f"{self.layer.name} has no property {name[:60]!r}; it has {', '.join(known)}")
        return of_column(column, cast("ColumnElement[Any]", self.rows.c[column.name]))


def _instance(node: Mapping[str, Any]) -> Operand:
    match node:
        case {"timestamp": str(text)}:
            return of_instant(text)
        case {"date": str(text)}:
            return of_date(text)
        case {"interval": _}:
            raise BadFilter("INTERVAL(...) belongs into a T_... function")
        case _:
            raise BadFilter("a geometry belongs into an S_... function")


type Operator = Callable[[Scope, str, Sequence[Node]], Operand]

"""A filter's tree as SQL, the same for every store; each database's words are in its pieces (`forms`)."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Table

from layers.feature import Layer
from layers.filter import arithmetic, array, comparison, logic, pattern, spatial, temporal
from layers.filter.scope import Operator, Scope
from layers.query import Filter

__all__ = ["OPERATORS", "compiled"]

OPERATORS: Mapping[str, Operator] = {
    name: operator
    for room in (logic, comparison, arithmetic, pattern, spatial, temporal, array)
    for name, operator in room.OPERATORS.items()
}
"""Every operator and function of a filter."""


def compiled(given: Filter, layer: Layer, rows: Table) -> ColumnElement[bool]:
    """Return what is true of the rows that the filter selects; raise BadFilter.

    Values are bound parameters, properties are the layer's own, and operands of kinds that do not go together are
    refused. Rows for which the filter is unknown (NULL) are not selected.
    """
    return Scope(layer, rows, given.crs, OPERATORS).test(given.tree)

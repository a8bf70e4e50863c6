"""Relations of geometries (OGC 21-065r2, 7.5 to 7.7; OGC 06-103r4, 6.1.15)."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from sqlalchemy import ColumnElement, and_, false, literal, true

from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from layers.column import ColumnKind
from layers.filter.operand import Operand, expected, of_test
from layers.filter.scope import Node, Operator, Scope
from layers.store.box_hit import Intersects, box_touch, region_hit, solid
from layers.store.element import Element, condition
from layers.table import PlaceType
from spatial.crs import Crs, unproject
from spatial.errors import BadFilter, BadGeometry, BadParameter
from spatial.region import box_region
from spatial.shape import checked, parsed

_NAMES = ("Equals", "Disjoint", "Touches", "Within", "Overlaps", "Crosses", "Contains")
_ELEMENTS: dict[str, type[Element]] = {
    "s_intersects": Intersects,
    **{f"s_{name.lower()}": condition(f"ST_{name}({{0}}, {{1}})") for name in _NAMES},
}
_TURNED = {"s_within": "s_contains", "s_contains": "s_within"}
"""What a relation is called from its other side; the others are the same from both."""


def related(scope: Scope, op: str, args: Sequence[Node]) -> Operand:
    """Return whether two geometries stand in a relation."""
    left, right = (_side(scope, a, op) for a in args)
    if isinstance(left, BaseGeometry):
        if isinstance(right, BaseGeometry):
            return of_test(_known(op, left, right), op.upper())
        op, left, right = _TURNED.get(op, op), right, left
    return of_test(_test(scope, op, left, right), op.upper())


def _test(
    scope: Scope, op: str, place: ColumnElement[Any], other: ColumnElement[Any] | BaseGeometry
) -> ColumnElement[bool]:
    if not isinstance(other, BaseGeometry):
        return _ELEMENTS[op](place, other)
    if scope.selects and op == "s_intersects":
        return region_hit(scope.rows, place, other)
    exact = _ELEMENTS[op](place, literal(other, PlaceType()))
    if not scope.selects or op == "s_disjoint" or other.is_empty:
        return exact
    return and_(box_touch(scope.rows, place, other), exact)


def _known(op: str, left: BaseGeometry, right: BaseGeometry) -> ColumnElement[bool]:
    try:
        return true() if getattr(left, op.removeprefix("s_"))(right) else false()
    except GEOSException as bad:
        raise BadFilter(f"{op.upper()} of these two geometries has no answer: {bad}") from bad


def _side(scope: Scope, node: Node, op: str) -> ColumnElement[Any] | BaseGeometry:
    match node:
        case {"bbox": [*numbers]}:
            return _box(cast("list[float]", numbers), scope.crs)
        case {"type": _}:
            return _shape(cast("dict[str, Any]", node), scope.crs)
        case _:
            return expected(scope.within.read(node), ColumnKind.PLACE, op.upper()).sql


def _box(numbers: list[float], crs: Crs) -> BaseGeometry:
    half = len(numbers) // 2
    low, high = numbers[:2], numbers[half : half + 2]
    try:
        return solid(box_region((low[0], low[1], high[0], high[1]), crs))
    except BadParameter as bad:
        raise BadFilter(f"BBOX: {bad}") from bad


def _shape(node: dict[str, Any], crs: Crs) -> BaseGeometry:
    try:
        shape = cast("BaseGeometry | None", unproject(np.array([parsed(node)], dtype=object), crs)[0])
        if shape is None:
            raise BadFilter(f"the {node['type']} lies where {crs.name} has no places; send filter-crs with the filter")
        return checked(shape)
    except BadGeometry as bad:
        raise BadFilter(f"{bad} (filter-crs is {crs.name}, whose axes are {', '.join(crs.axes)})") from bad


OPERATORS: dict[str, Operator] = dict.fromkeys(_ELEMENTS, related)

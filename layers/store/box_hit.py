"""Which rows a box or a region meets, found through the geometry's index."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from sqlalchemy import (
    Boolean,
    Column,
    ColumnClause,
    ColumnElement,
    Double,
    Table,
    and_,
    column,
    false,
    literal,
    or_,
    select,
)
from sqlalchemy import table as named
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import FromClause

import shapely
from shapely.geometry.base import BaseGeometry

from layers.store.element import Element, condition
from layers.table import FID, PlaceType
from spatial.box import Box

_CORNERS = 5
"""Vertices of a rectangle, its first one twice."""


Intersects = condition("ST_Intersects({0}, {1})")
"""Whether two shapes share a point."""


class _BoxHit(Element):
    """Whether a row's shape meets a rectangle: fid, shape, west, south, east, north, the rectangle as a shape."""

    inherit_cache = True
    type = Boolean()


class _BoxTouch(Element):
    """Whether the box around a row's shape meets a rectangle: fid, shape, west, south, east, north."""

    inherit_cache = True
    type = Boolean()
    forms: ClassVar[Mapping[str, str]] = {"postgresql": "({1} && ST_MakeEnvelope({2}, {3}, {4}, {5}, 4326))"}


def box_hit(rows: Table, place: ColumnElement[Any], box: Box) -> ColumnElement[bool]:
    """Return what is true of the rows whose `place` meets the box, edges included; never NULL.

    Rows that lie wholly inside are known by the index alone; only those at its edge are looked at.
    """
    return or_(*(_rectangle_hit(rows, place, shapely.box(*part.corners)) for part in box.parts))


def region_hit(rows: Table, place: ColumnElement[Any], region: BaseGeometry) -> ColumnElement[bool]:
    """Return what is true of the rows whose `place` meets the region in degrees, edges included; never NULL."""
    if region.is_empty:
        return false()
    parts = list(shapely.get_parts(region))
    if all(map(_is_rectangle, parts)):
        return or_(*(_rectangle_hit(rows, place, part) for part in parts))
    return and_(box_touch(rows, place, region), Intersects(place, literal(region, PlaceType())))


def box_touch(rows: Table, place: ColumnElement[Any], region: BaseGeometry) -> ColumnElement[bool]:
    """Return what is true of the rows whose `place` may meet the region: their boxes meet; never NULL."""
    return _BoxTouch(rows.c[FID], place, *map(_number, region.bounds))


def _rectangle_hit(rows: Table, place: ColumnElement[Any], box: BaseGeometry) -> ColumnElement[bool]:
    return _BoxHit(rows.c[FID], place, *map(_number, box.bounds), literal(box, PlaceType()))


def _number(value: float) -> ColumnElement[float]:
    return literal(value, Double())


def _is_rectangle(shape: BaseGeometry) -> bool:
    return (
        shape.geom_type == "Polygon"
        and shapely.get_num_coordinates(shape) == _CORNERS
        and shapely.box(*shape.bounds).equals(shape)
    )


@compiles(_BoxHit, "sqlite")
def _hit(element: _BoxHit, compiler: SQLCompiler, **options: Any) -> str:
    fid, place, west, south, east, north, shape = element.clauses
    tree, own = _tree(place), cast("Column[Any]", place).table.alias()
    inside = and_(tree.c.minx >= west, tree.c.maxx <= east, tree.c.miny >= south, tree.c.maxy <= north)
    met = select(Intersects(own.c[_name(place)], shape)).where(own.c[FID] == tree.c.id).scalar_subquery()
    found = select(tree.c.id).where(_overlap(tree, element), or_(inside, met))
    return compiler.process(fid.in_(found), **options)


@compiles(_BoxHit, "postgresql")
def _hit_in_postgis(element: _BoxHit, compiler: SQLCompiler, **options: Any) -> str:
    _, place, *_, shape = element.clauses
    return compiler.process(Intersects(place, shape), **options)


@compiles(_BoxTouch, "sqlite")
def _touched(element: _BoxTouch, compiler: SQLCompiler, **options: Any) -> str:
    fid, place, *_ = element.clauses
    tree = _tree(place)
    return compiler.process(fid.in_(select(tree.c.id).where(_overlap(tree, element))), **options)


def _tree(place: ColumnElement[Any]) -> FromClause:
    owner = cast("Column[Any]", place).table
    edges: list[ColumnClause[Any]] = [column(n) for n in ("id", "minx", "maxx", "miny", "maxy")]
    return named(f"rtree_{owner.name}_{_name(place)}", *edges).alias()


def _name(place: ColumnElement[Any]) -> str:
    return cast("Column[Any]", place).name


def _overlap(tree: FromClause, element: Element) -> ColumnElement[bool]:
    west, south, east, north = list(element.clauses)[2:6]
    return and_(tree.c.maxx >= west, tree.c.minx <= east, tree.c.maxy >= south, tree.c.miny <= north)

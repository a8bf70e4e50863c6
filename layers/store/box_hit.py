"""Which rows a box or a region meets, found through the geometry's index."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from sqlalchemy import Boolean, Column, ColumnElement, Double, Table, and_, false, literal, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

import shapely
from shapely.geometry.base import BaseGeometry

from layers.store.element import Element, condition
from layers.table import FID, PlaceType
from spatial.box import Box
from spatial.shape import Kind

_CORNERS = 5
"""Vertices of a rectangle, its first one twice."""

Intersects = condition("ST_Intersects({0}, {1})")
"""Whether two shapes share a point."""


class _InTree(Element):
    """A condition that SQLite answers from the R*Tree: fid, shape, west, south, east, north, the region as a shape."""

    inherit_cache = True
    type = Boolean()
    in_tree: ClassVar[str]


_INSIDE = (
    "r.maxx >= {2} AND r.minx <= {4} AND r.maxy >= {3} AND r.miny <= {5}"
    " AND (r.minx >= {2} AND r.maxx <= {4} AND r.miny >= {3} AND r.maxy <= {5}"
    " OR (SELECT ST_Intersects(g.{place}, {6}) FROM {rows} AS g WHERE g.fid = r.id))"
)
"""Index entries whose shapes meet the rectangle: those at its edge are looked at, the rest is known."""


class _Hit(_InTree):
    """Whether a row's shape meets a rectangle."""

    inherit_cache = True
    forms: ClassVar[Mapping[str, str]] = {"postgresql": "ST_Intersects({1}, {6})"}
    in_tree = "{0} IN (SELECT r.id FROM {tree} AS r WHERE " + _INSIDE + ")"  # noqa: S608 - our own text


class _PointHit(_Hit):
    """Whether a row's point lies in a rectangle."""

    inherit_cache = True
    # the index knows four bytes of each coordinate; a look at all eight costs a tenth of ST_Intersects
    forms: ClassVar[Mapping[str, str]] = {
        "postgresql": "({1} && ST_MakeEnvelope({2}, {3}, {4}, {5}, 4326)"
        " AND ST_X({1}) >= {2} AND ST_X({1}) <= {4} AND ST_Y({1}) >= {3} AND ST_Y({1}) <= {5})"
    }


class _Counted(_InTree):
    """How many rows' shapes meet a rectangle, told by the index without a look at the rows inside."""

    inherit_cache = True
    in_tree = "(SELECT count(*) FROM {tree} AS r WHERE " + _INSIDE + ")"  # noqa: S608 - our own text


class _Touch(_InTree):
    """Whether the box around a row's shape meets the box around a region."""

    inherit_cache = True
    forms: ClassVar[Mapping[str, str]] = {"postgresql": "({1} && {6})"}
    in_tree = (
        "{0} IN (SELECT r.id FROM {tree} AS r"
        " WHERE r.maxx >= {2} AND r.minx <= {4} AND r.maxy >= {3} AND r.miny <= {5})"
    )


def box_hit(rows: Table, place: ColumnElement[Any], box: Box) -> ColumnElement[bool]:
    """Return what is true of the rows whose `place` meets the box, edges included; never NULL.

    Rows that lie wholly inside are known by the index alone; only those at its edge are looked at.
    """
    return region_hit(rows, place, box.polygon)


def box_count(rows: Table, place: ColumnElement[Any], box: Box) -> ColumnElement[int]:
    """Return how many rows' `place` meets a box that does not cross the antimeridian."""
    return cast("ColumnElement[int]", _asked(_Counted, rows, place, solid(shapely.box(*box.corners))))


def region_hit(rows: Table, place: ColumnElement[Any], region: BaseGeometry) -> ColumnElement[bool]:
    """Return what is true of the rows whose `place` meets the region in degrees, edges included; never NULL."""
    if region.is_empty:
        return false()
    region = solid(region)
    parts = list(shapely.get_parts(region))
    if all(map(_is_rectangle, parts)):
        return or_(*(_asked(_hit(place), rows, place, part) for part in parts))
    return and_(box_touch(rows, place, region), Intersects(place, literal(region, PlaceType())))


def solid(region: BaseGeometry) -> BaseGeometry:
    """Return the region with a box of no width or height as the line or the point that it is."""
    parts = list(shapely.get_parts(region))
    if region.is_empty or all(part.geom_type != "Polygon" or part.area for part in parts):
        return region
    return shapely.union_all([_flat(part) for part in parts])


def _flat(part: BaseGeometry) -> BaseGeometry:
    if part.geom_type != "Polygon" or part.area:
        return part
    west, south, east, north = part.bounds
    corners = [(west, south), (east, north)]
    return shapely.LineString(corners) if corners[0] != corners[1] else shapely.Point(west, south)


def box_touch(rows: Table, place: ColumnElement[Any], region: BaseGeometry) -> ColumnElement[bool]:
    """Return what is true of the rows whose `place` may meet the region: their boxes meet; never NULL."""
    return _asked(_Touch, rows, place, region)


def _asked(piece: type[_InTree], rows: Table, place: ColumnElement[Any], region: BaseGeometry) -> _InTree:
    edges = (literal(edge, cast("TypeEngine[float]", Double())) for edge in region.bounds)
    return piece(rows.c[FID], place, *edges, literal(region, PlaceType()))


def _hit(place: ColumnElement[Any]) -> type[_InTree]:
    return _PointHit if getattr(place.type, "kind", None) == Kind.POINT else _Hit


def _is_rectangle(shape: BaseGeometry) -> bool:
    return (
        shape.geom_type == "Polygon"
        and shapely.get_num_coordinates(shape) == _CORNERS
        and shapely.box(*shape.bounds).equals(shape)
    )


@compiles(_InTree, "sqlite")
def _in_tree(element: _InTree, compiler: SQLCompiler, **options: Any) -> str:
    place = cast("Column[Any]", list(element.clauses)[1])
    quote = compiler.preparer.quote
    tree = quote(f"rtree_{place.table.name}_{place.name}")
    parts = [compiler.process(part, **options) for part in element.clauses]
    return element.in_tree.format(*parts, tree=tree, rows=quote(place.table.name), place=quote(place.name))


@compiles(_Counted, "postgresql")
def _counted(element: _Counted, compiler: SQLCompiler, **options: Any) -> str:
    clauses = list(element.clauses)
    place = cast("Column[Any]", clauses[1])
    hit = compiler.process(_hit(place)(*clauses), **options)
    return f"(SELECT count(*) FROM {compiler.preparer.quote(place.table.name)} WHERE {hit})"  # noqa: S608 - our own names

"""Geometry as a row carries it: which kinds there are, and how a hostile shape is read."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, cast

import numpy as np
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

import shapely
import shapely.geometry
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from spatial.errors import BadGeometry

SRID = 4326
"""Longitude, latitude on WGS 84 / CGCS2000 (degrees, x first): how every place is stored."""

MAX_VERTICES = 200_000
"""A shape with more vertices is refused: one such polygon costs seconds in every later query."""

MAX_WKT = 16_000_000


class Kind(StrEnum):
    """Geometry types of Simple Features that a layer may declare."""

    POINT = "Point"
    LINE = "LineString"
    POLYGON = "Polygon"
    MULTIPOINT = "MultiPoint"
    MULTILINE = "MultiLineString"
    MULTIPOLYGON = "MultiPolygon"
    ANY = "Geometry"


_MULTI: dict[str, tuple[str, Callable[[list[Any]], BaseGeometry]]] = {
    "MultiPoint": ("Point", shapely.MultiPoint),
    "MultiLineString": ("LineString", shapely.MultiLineString),
    "MultiPolygon": ("Polygon", shapely.MultiPolygon),
}
_SINGLE = {single: multi for multi, (single, _) in _MULTI.items()}


@dataclass(frozen=True, slots=True)
class Place:
    """Marks the geometry field of a row; reads GeoJSON, WKT, WKB or shapely, writes GeoJSON."""

    kind: Kind

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the validator that pydantic runs for the field."""
        return core_schema.no_info_plain_validator_function(
            self._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(shapely.geometry.mapping),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the field's JSON Schema (OGC API Features Part 5, clause 7.3)."""
        return {"format": f"geometry-{self.kind.lower()}", "x-ogc-role": "primary-geometry"}

    def _validate(self, value: Any) -> BaseGeometry:
        try:
            return self.read(value)
        except BadGeometry as bad:  # pydantic collects ValueErrors, our tree is not one
            raise ValueError(str(bad)) from bad

    def read(self, value: Any) -> BaseGeometry:
        """Return `value` as a checked geometry of this kind, in degrees; raise BadGeometry."""
        return checked(fitted(parsed(value), self.kind))


Point = Annotated[shapely.Point, Place(Kind.POINT)]
Line = Annotated[shapely.LineString, Place(Kind.LINE)]
Polygon = Annotated[shapely.Polygon, Place(Kind.POLYGON)]
MultiPolygon = Annotated[shapely.MultiPolygon, Place(Kind.MULTIPOLYGON)]
AnyShape = Annotated[BaseGeometry, Place(Kind.ANY)]


def parsed(value: Any) -> BaseGeometry:
    """Return GeoJSON (mapping), WKT (str), WKB (bytes) or a geometry as a geometry; raise BadGeometry."""
    try:
        match value:
            case BaseGeometry():
                return value
            case str() if len(value) <= MAX_WKT:
                return shapely.from_wkt(value)
            case bytes():
                return shapely.from_wkb(value)
            case dict():
                return from_mapping(cast("dict[str, Any]", value))
            case _:
                raise BadGeometry(f"{type(value).__name__} is not a geometry: send GeoJSON, WKT or WKB")
    except (GEOSException, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as bad:
        raise BadGeometry(f"the geometry cannot be read: {_short(bad)}") from bad


def from_mapping(value: dict[str, Any]) -> BaseGeometry:
    """Return a GeoJSON geometry object (RFC 7946 §3.1) as a geometry; raise BadGeometry."""
    if value.get("type") not in shapely.geometry.base.GEOMETRY_TYPES:  # pyright: ignore[reportUnknownMemberType]
        raise BadGeometry(f"{str(value.get('type'))[:40]!r} is no GeoJSON geometry type")
    shape = shapely.geometry.shape(value)
    if shape.is_empty:
        raise BadGeometry("the geometry is empty; send null for a feature without a place")
    return shape


def fitted(shape: BaseGeometry, kind: Kind) -> BaseGeometry:
    """Return the shape as `kind`: singles become multis, multis of one part singles; raise BadGeometry."""
    have = shape.geom_type
    if kind in (have, Kind.ANY):
        return shape
    if kind in _MULTI and _MULTI[kind][0] == have:
        return _MULTI[kind][1]([shape])
    parts = shapely.get_parts(shape)
    if _SINGLE.get(kind) == have and len(parts) == 1:
        return cast("BaseGeometry", parts[0])
    raise BadGeometry(f"this layer holds {kind}, not {have}")


def checked(shape: BaseGeometry) -> BaseGeometry:
    """Return the shape, in two dimensions, if it is finite, on the globe, small enough and valid; raise BadGeometry."""
    if shapely.get_num_coordinates(shape) > MAX_VERTICES:
        raise BadGeometry(f"more than {MAX_VERTICES:,} vertices; simplify or split the shape")
    shape = shapely.force_2d(shape) if shape.has_z else shape
    if (why := _off_globe(shapely.get_coordinates(shape))) is not None:
        raise BadGeometry(why)
    if not shape.is_valid:
        raise BadGeometry(f"the {shape.geom_type} is not valid: {shapely.is_valid_reason(shape)}")
    return shape


def _off_globe(xy: np.ndarray) -> str | None:
    if not len(xy):
        return "the geometry is empty; send null for a feature without a place"
    if not np.isfinite(xy).all():
        return "a coordinate is not a finite number"
    lon, lat = np.abs(xy).max(axis=0)
    if lon <= 180 and lat <= 90:  # noqa: PLR2004 - the globe
        return None
    swapped = lon <= 90 and lat <= 180  # noqa: PLR2004
    hint = "longitude and latitude look swapped" if swapped else "is it in a projected CRS?"
    return f"coordinates reach ({lon:g}, {lat:g}), outside ±180, ±90 degrees; {hint}"


def off_globe(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return a mask of the points (n,) that no place on the globe has: not finite, or outside ±180, ±90 degrees."""
    with np.errstate(invalid="ignore"):
        return ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))  # noqa: PLR2004


def _short(bad: Exception) -> str:
    return " ".join(str(bad).split())[:160] or type(bad).__name__

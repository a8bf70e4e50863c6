"""A layer as JSON Schema: what its features hold (OGC API Features Part 5), may be asked by, and sorted by (Part 3)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from layers.codes import code_list
from layers.column import Column, ColumnKind, Limits
from layers.feature import Layer

DRAFT = "https://json-schema.org/draft/2020-12/schema"
GEOJSON = "https://geojson.org/schema/"
DURATION = TypeAdapter(timedelta)
"""Writes a duration as RFC 3339, Appendix A has it."""

SHORT_LIST = 40
"""A code list up to this length is written into the schema; a longer one is linked."""

TYPES: dict[ColumnKind, dict[str, Any]] = {
    ColumnKind.TEXT: {"type": "string"},
    ColumnKind.INTEGER: {"type": "integer"},
    ColumnKind.NUMBER: {"type": "number"},
    ColumnKind.BOOLEAN: {"type": "boolean"},
    ColumnKind.INSTANT: {"type": "string", "format": "date-time"},
    ColumnKind.DATE: {"type": "string", "format": "date"},
    ColumnKind.TEXTS: {"type": "array", "items": {"type": "string"}},
    ColumnKind.PLACE: {},
}
LIMITS = {
    "ge": "minimum",
    "le": "maximum",
    "min_length": "minLength",
    "max_length": "maxLength",
    "pattern": "pattern",
}
SORTABLE = frozenset(ColumnKind) - {ColumnKind.PLACE, ColumnKind.TEXTS}


def schema(layer: Layer) -> dict[str, Any]:
    """Return the schema of the layer's features (Part 5, 7.3): types, roles, units, titles, code lists."""
    document = _document(layer, layer.columns)
    required = [c.name for c in layer.columns if c.required]
    return {**document, "required": required, "additionalProperties": False}


def feature_schema(layer: Layer) -> dict[str, Any]:
    """Return the schema of one feature as GeoJSON has it (RFC 7946, 3.2), its properties within `properties`.

    GDAL takes the types of fields from it, and would else guess them from the first rows.
    """
    whole = schema(layer)
    inside = {c.name: whole["properties"][c.name] for c in layer.properties}
    parts = {
        "type": {"const": "Feature"},
        "id": {"type": "string"},
        "geometry": {"type": ["object", "null"]},
        "properties": {"type": "object", "properties": inside},
    }
    about = {k: v for k, v in whole.items() if k not in ("properties", "required", "additionalProperties")}
    return {**about, "required": list(parts), "properties": parts}


def queryables(layer: Layer) -> dict[str, Any]:
    """Return what a filter may name (Part 3, 6.2)."""
    made = _document(layer, layer.columns)
    for column in layer.columns:
        if column.place:
            # QGIS up to 4.0 knows a geometry by this alone, the standard by its format (Part 5, 7.3)
            made["properties"][column.name]["$ref"] = f"{GEOJSON}{column.place.kind}.json"
    return {**made, "additionalProperties": False}


def sortables(layer: Layer) -> dict[str, Any]:
    """Return what `sortby` may name."""
    kept = tuple(c for c in layer.columns if c.kind in SORTABLE)
    return {**_document(layer, kept), "additionalProperties": False}


def _document(layer: Layer, columns: tuple[Column, ...]) -> dict[str, Any]:
    kept = {"x-onemap-keep": DURATION.dump_python(layer.keep, mode="json")} if layer.keep else {}
    return {
        "$schema": DRAFT,
        "type": "object",
        "title": str(layer.title),
        "x-onemap-title": layer.title.json(),
        "description": str(layer.description),
        **kept,
        "properties": {c.name: described(c, n) for n, c in enumerate(columns)},
    }


def described(column: Column, place: int) -> dict[str, Any]:
    """Return the schema of one column."""
    said: dict[str, Any] = {**TYPES[column.kind], "title": str(column.title), "x-onemap-title": column.title.json()}
    said |= {"x-ogc-propertySeq": place + 1}
    if column.role:
        said["x-ogc-role"] = str(column.role)
    if column.about.unit:
        said["x-ogc-unit"] = said["x-onemap-unit"] = column.about.unit
    if column.about.ref:
        said["x-onemap-ref"] = column.about.ref
    return {**said, **_placed(column), **_limits(column.limits), **_coded(column)}


def _placed(column: Column) -> Mapping[str, Any]:
    return {"format": f"geometry-{column.place.kind.lower()}"} if column.place else {}


def _limits(limits: Limits) -> Mapping[str, Any]:
    return {LIMITS[n]: value for n in LIMITS if (value := getattr(limits, n)) is not None}


def _coded(column: Column) -> Mapping[str, Any]:
    if not column.about.codes:
        return {}
    listed, link = code_list(column.about.codes), {"x-onemap-codelist": f"codes/{column.about.codes}"}
    if len(listed.codes) > SHORT_LIST:
        return link
    choices = [
        {"const": c.code, "title": str(c.title), "x-onemap-title": c.title.json()} for c in listed.codes.values()
    ]
    return {**link, "oneOf": choices}

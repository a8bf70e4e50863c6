"""What is served of one layer, for the OpenAPI document."""

from typing import Any

from api.collections import SCHEMAS
from api.formats.catalogue import FORMATS
from api.openapi_parts import BINARY, TEXT, Operation, parameter, reference, schema
from api.openapi_schemas import collection_of
from api.openapi_tiles import of_layer_tiles
from api.parameters import queryable
from layers.column import Column
from layers.feature import Layer
from layers.schema import TYPES

ITEMS = ("bbox", "bbox-crs", "datetime", "crs", "limit", "offset", "cursor", "properties", "skipGeometry", "sortby")
FILTERS = ("q", "filter", "filter-lang", "filter-crs")
JSON, HTML, SCHEMA = "application/json", "text/html", "application/schema+json"
GEOJSON, JSONFG = FORMATS["json"].bare, FORMATS["jsonfg"].bare
HERE, ASKED = (400, 404, 406), (400, 404, 406, 413, 503)
Paths = dict[str, dict[str, Any]]


def of_layer(layer: Layer) -> Paths:
    """Return the paths of one layer's collection, spelled out: clients look for them literally."""
    here, name = f"/collections/{layer.name}", layer.name
    described = {JSON: schema("Collection"), HTML: TEXT}
    dropped = Operation(name, f"{name}.drop", "删除 Drop the layer", {}, (), (400, 403, 404, 409, 503), status=204)
    return {
        here: {
            "get": Operation(name, name, str(layer.title), described, [reference("f")], HERE).made(),
            "delete": dropped.made(),
        },
        f"{here}/items": {"get": items(layer).made()},
        f"{here}/items/{{featureId}}": {"get": item(layer).made()},
        **{f"{here}/{document}": {"get": _document(layer, document).made()} for document in SCHEMAS},
        f"{here}/live": {"get": _live(layer).made()},
        **of_layer_tiles(layer),
    }


def items(layer: Layer) -> Operation:
    """Return the operation that serves a page of features."""
    asked = [*map(reference, ("f-items", *ITEMS, *FILTERS)), *map(equality, queryable(layer).values())]
    answers: dict[str, Any] = {f.bare: BINARY for f in FORMATS.values()}
    answers |= {GEOJSON: collection_of(layer), JSONFG: schema("FeatureCollection"), HTML: TEXT, "text/csv": TEXT}
    return Operation(layer.name, f"{layer.name}.items", "要素 Features", answers, asked, ASKED, ("Content-Crs",))


def item(layer: Layer) -> Operation:
    """Return the operation that serves one feature."""
    key = parameter("featureId", {"type": "string", "minLength": 1}, "要素编号 the feature's id", where="path")
    answers = {GEOJSON: schema(layer.name), JSONFG: schema("Feature"), HTML: TEXT}
    asked = [key, reference("f-item"), reference("crs")]
    return Operation(layer.name, f"{layer.name}.item", "要素 One feature", answers, asked, ASKED, ("Content-Crs",))


def equality(column: Column) -> dict[str, Any]:
    """Return a queryable as a query parameter (Features Part 3, queryables as query parameters)."""
    schema = {k: v for k, v in TYPES[column.kind].items() if k in ("type", "format")}
    return parameter(column.name, schema, str(column.title))


def _document(layer: Layer, document: str) -> Operation:
    answers = {SCHEMA: schema("Schema"), HTML: TEXT}
    return Operation(layer.name, f"{layer.name}.{document}", SCHEMAS[document], answers, [reference("f")], HERE)


def _live(layer: Layer) -> Operation:
    last = parameter("Last-Event-ID", {"type": "string"}, "续传 the event seen last", where="header")
    answers = {"text/event-stream": TEXT}
    return Operation(
        layer.name, f"{layer.name}.live", "变化推送 Changes as they happen", answers, [last], (400, 404, 406, 503)
    )

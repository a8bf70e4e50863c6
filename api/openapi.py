"""The OpenAPI document: exactly what is served, written from the layers; nothing in it points to another host."""

from typing import Any

from api.context import OneMap
from api.formats.catalogue import FORMATS
from api.openapi_parts import (
    ERRORS,
    PARAMETERS,
    RESPONSES,
    SCHEMAS,
    content,
    get,
    operation,
    parameter,
    reference,
)
from layers.codes import code_lists
from layers.column import Column, ColumnKind
from layers.feature import Layer
from layers.schema import TYPES

VERSIONS = {"3.0": "3.0.3", "3.1": "3.1.0"}
ITEMS = ("bbox", "bbox-crs", "datetime", "crs", "limit", "offset", "cursor", "properties", "skipGeometry", "sortby")
FILTERS = ("q", "filter", "filter-lang", "filter-crs")
DOCUMENTS = {"schema": "结构 Schema", "queryables": "可查询项 Queryables", "sortables": "可排序项 Sortables"}
Paths = dict[str, Any]


def document(service: OneMap, home: str, version: str) -> dict[str, Any]:
    """Return the document for the service at `home`, in OpenAPI 3.0 or 3.1."""
    layers = service.layers()
    paths = common(layers) | {p: o for layer in layers.values() for p, o in of_layer(layer).items()}
    title = service.settings.title
    return {
        "openapi": VERSIONS[version],
        "info": {
            "title": str(title),
            "version": "0.1.0",
            "description": "城市治理一张图 One map for the city: everything is a feature of a layer.",
            "license": {"name": "MIT"},
        },
        "servers": [{"url": home}],
        "tags": [{"name": "OneMap"}, *({"name": n, "description": str(layer.title)} for n, layer in layers.items())],
        "paths": paths,
        "components": {"parameters": PARAMETERS, "schemas": SCHEMAS, "responses": RESPONSES},
    }


def common(layers: Any) -> Paths:
    """Return the paths that do not belong to one layer."""
    f = reference("f")
    pages = {
        "/": "首页 Landing page",
        "/conformance": "符合性 Conformance classes",
        "/collections": "图层 Collections",
    }
    made: Paths = {path: {"get": get("OneMap", title, [f])} for path, title in pages.items()}
    made["/collections"]["post"] = operation(
        "OneMap", "新增图层 Add a layer from a JSON Schema", [], {"201": content("application/schema+json", "Object")}, "4XX"
    ) | {"requestBody": {"required": True, "content": {"application/schema+json": {"schema": SCHEMA_BODY}}}}
    made["/api"] = {"get": get("OneMap", "接口定义 OpenAPI 3.0", [f], "application/vnd.oai.openapi+json")}
    made["/api/3.1"] = {"get": get("OneMap", "接口定义 OpenAPI 3.1", [], "application/vnd.oai.openapi+json")}
    made["/codes"] = {"get": get("OneMap", "代码表 Code schemes", [])}
    scheme = parameter("scheme", {"type": "string", "enum": list(code_lists())}, "代码表 scheme", where="path")
    made["/codes/{scheme}"] = {"get": get("OneMap", "代码 Codes of a scheme", [scheme])}
    made["/styles"] = {"get": get("OneMap", "样式 Styles", [])}
    made["/styles/onemap"] = {"get": get("OneMap", "样式 MapLibre style", [STYLE_F], "application/vnd.mapbox.style+json")}
    return made | exports(layers)


def exports(layers: Any) -> Paths:
    """Return the path of the offline map."""
    names = parameter(
        "layers",
        {"type": "array", "items": {"type": "string", "enum": list(layers)}, "minItems": 1},
        "图层 the layers to export",
        required=True,
    )
    given = [names, *(reference(n) for n in ("bbox", "datetime", "filter", "limit"))]
    return {"/export/map.html": {"get": get("OneMap", "离线地图 One offline HTML map", given, "text/html")}}


def of_layer(layer: Layer) -> Paths:
    """Return the paths of one layer's collection."""
    here, tag, f = f"/collections/{layer.name}", layer.name, reference("f")
    feature = parameter("featureId", {"type": "string", "minLength": 1}, "要素编号 the feature's id", where="path")
    made: Paths = {
        here: {"get": get(tag, str(layer.title), [f])},
        f"{here}/items": {"get": items(layer)},
        f"{here}/items/{{featureId}}": {"get": item(layer, feature)},
    }
    for name, title in DOCUMENTS.items():
        made[f"{here}/{name}"] = {"get": get(tag, title, [f], "application/schema+json")}
    made[f"{here}/live"] = {"get": get(tag, "变化推送 Changes as server-sent events", [], "text/event-stream")}
    if not layer.declared:
        made[here]["delete"] = operation(tag, "删除图层 Drop the layer", [], {"204": {"description": "gone"}}, "4XX")
    return made


def items(layer: Layer) -> dict[str, Any]:
    """Return the operation that serves a page of features."""
    named = [reference(n) for n in (*ITEMS, *FILTERS)]
    queryable = [equality(c) for c in layer.properties if c.kind not in (ColumnKind.TEXTS, ColumnKind.PLACE)]
    media = {f.media_type: {"schema": {"$ref": "#/components/schemas/FeatureCollection"}} for f in FORMATS.values() if "json" in f.media_type}
    others = {f.media_type: {"schema": {"type": "string"}} for f in FORMATS.values() if "json" not in f.media_type}
    answers = {"200": {"description": "要素 Features", "content": media | others}}
    return operation(layer.name, f"{layer.title}: 要素 Features", [reference("f-items"), *named, *queryable], answers, *ERRORS)


def item(layer: Layer, feature: dict[str, Any]) -> dict[str, Any]:
    """Return the operation that serves one feature."""
    schema = {"schema": {"$ref": "#/components/schemas/Feature"}}
    media = {"application/geo+json": schema, "text/html": {"schema": {"type": "string"}}}
    answers = {"200": {"description": "要素 Feature", "content": media}}
    given = [feature, reference("f"), reference("crs")]
    return operation(layer.name, f"{layer.title}: 单个要素 One feature", given, answers, *ERRORS)


def equality(column: Column) -> dict[str, Any]:
    """Return a queryable as a query parameter (Features Part 3, queryables as query parameters)."""
    schema = {k: v for k, v in TYPES[column.kind].items() if k in ("type", "format")}
    return parameter(column.name, schema, str(column.title))


SCHEMA_BODY = {"type": "object", "required": ["properties"], "properties": {"properties": {"type": "object"}}}
STYLE_F = parameter("f", {"type": "string", "enum": ["maplibre"]}, "格式 representation")

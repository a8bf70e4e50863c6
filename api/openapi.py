"""The OpenAPI document: exactly what is served, written from the layers; nothing in it points to another host."""

from collections.abc import Mapping
from typing import Any

from api.about import ABOUT, VERSION
from api.context import OneMap
from api.manage import SUFFIXES, UPLOAD
from api.openapi_layer import of_layer
from api.openapi_parts import BINARY, HEADERS, PARAMETERS, TEXT, Operation, choice, parameter, reference, schema
from api.openapi_raster import RASTER_SCHEMAS, of_rasters
from api.openapi_schemas import RESPONSES, SCHEMAS, newer, of_layers
from api.openapi_tiles import TILE_SCHEMAS, of_tiles
from layers.codes import code_lists
from layers.feature import Layer
from layers.raster import Raster

VERSIONS = {"3.0": "3.0.3", "3.1": "3.1.0"}
OPENAPI, STYLE = "application/vnd.oai.openapi+json", "application/vnd.mapbox.style+json"
JSON, HTML = "application/json", "text/html"
DOCUMENTS = {
    "/": ("landing", "首页 Landing page", "LandingPage"),
    "/conformance": ("conformance", "符合性 Conformance classes", "Conformance"),
    "/collections": ("collections", "图层 Collections", "Collections"),
    "/codes": ("codes", "代码表 Code schemes", "CodeSchemes"),
}
Paths = dict[str, dict[str, Any]]


def document(service: OneMap, home: str, version: str) -> dict[str, Any]:
    """Return the document for the service at `home`, in OpenAPI 3.0 or 3.1."""
    layers, rasters, title = service.layers(), service.rasters.all(), service.settings.title
    own = {path: made for layer in layers.values() for path, made in of_layer(layer).items()}
    whole = {
        "openapi": VERSIONS[version],
        "info": {
            "title": str(title),
            "version": VERSION,
            "description": str(ABOUT),
            "contact": {"name": "OneMap"},
            "license": {"name": "MIT"},
        },
        "servers": [{"url": home}],
        "tags": [{"name": "OneMap"}, *_tags(layers), *_tags(rasters)],
        "paths": common(service, layers) | own | of_rasters(rasters),
        "components": {
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "schemas": SCHEMAS | TILE_SCHEMAS | RASTER_SCHEMAS | of_layers(layers),
            "responses": RESPONSES,
        },
    }
    return newer(whole) if version == "3.1" else whole


def _tags(things: Mapping[str, Layer] | Mapping[str, Raster]) -> list[dict[str, str]]:
    return [{"name": name, "description": str(thing.title)} for name, thing in things.items()]


def common(service: OneMap, layers: Mapping[str, Layer]) -> Paths:
    """Return the paths that do not belong to one layer."""
    made = {
        path: _get(id, title, {JSON: schema(shape), HTML: TEXT}, "f") for path, (id, title, shape) in DOCUMENTS.items()
    }
    made["/collections"] |= {"post": _post(service).made()}
    api = {OPENAPI: schema("Object"), HTML: TEXT}
    made["/api"] = _get("api", "接口定义 OpenAPI 3.0", api, "f")
    made["/api/3.1"] = _get("api31", "接口定义 OpenAPI 3.1", api, "f")
    made["/styles"] = _get("styles", "样式 Styles", {JSON: schema("Styles")}, "f-json")
    return made | _codes() | _style() | _exports(layers) | of_tiles(layers)


def _get(id: str, title: str, answers: dict[str, Any], f: str) -> dict[str, Any]:
    return {"get": Operation("OneMap", id, title, answers, [reference(f)]).made()}


def _post(service: OneMap) -> Operation:
    files = SUFFIXES if service.importer else ()
    content = {"application/schema+json": {"schema": LAYER}, **{kind: {"schema": BINARY} for kind in files}}
    answers = {"application/schema+json": schema("Schema")} | ({JSON: schema("Object")} if files else {})
    given = [
        parameter(name, {"type": "string", "minLength": 1}, SAID[name]) for name in (UPLOAD if files else UPLOAD[:1])
    ]
    return Operation(
        "OneMap",
        "addCollection",
        "新增图层 Add a layer from a JSON Schema or a file",
        answers,
        given,
        (400, 403, 409, 413, 415, 422, 503),
        ("Location",),
        201,
        {"required": True, "content": content},
    )


def _codes() -> Paths:
    scheme = parameter("scheme", {"type": "string", "enum": list(code_lists())}, "代码表 scheme", where="path")
    answers = {JSON: schema("CodeList"), HTML: TEXT}
    codes = Operation(
        "OneMap", "codeList", "代码 Codes of a scheme", answers, [scheme, reference("f")], (400, 404, 406)
    )
    return {"/codes/{scheme}": {"get": codes.made()}}


def _style() -> Paths:
    kinds = [choice("f", "格式 representation", "maplibre", "json")]
    style = Operation("OneMap", "style", "样式 MapLibre style", {STYLE: schema("Style")}, kinds)
    return {"/styles/onemap": {"get": style.made()}}


def _exports(layers: Mapping[str, Layer]) -> Paths:
    names: dict[str, Any] = {"type": "array", "items": {"type": "string", "enum": list(layers)}, "minItems": 1}
    asked = parameter(
        "layers", names | {"maxItems": 20, "uniqueItems": True}, "图层 the layers to export", required=True
    )
    shared = ("bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs", "limit")
    given = [asked, choice("f", "格式 representation", "html"), *map(reference, shared)]
    answers, errors = {HTML: TEXT}, (400, 404, 406, 413, 503)
    export = Operation("OneMap", "export", "离线地图 One offline HTML map", answers, given, errors)
    return {"/export/map.html": {"get": export.made()}}


LAYER = {
    "type": "object",
    "required": ["properties"],
    "properties": {"title": TEXT, "properties": {"type": "object"}, "required": {"type": "array", "items": TEXT}},
}
SAID = {
    "name": "编号 id of the new layer: a-z, 0-9 and _",
    "title": "名称 its title",
    "datum": "坐标基准 wgs84, gcj02, bd09 or auto",
    "encoding": "编码 of texts; found out by itself",
}

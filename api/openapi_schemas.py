"""The shapes of what is answered, for the OpenAPI document."""

from collections.abc import Mapping
from typing import Any, cast

from api.openapi_parts import Made, schema
from layers.feature import Layer
from layers.schema import TYPES
from spatial.shape import Kind

TEXT: Made = {"type": "string"}
COUNT: Made = {"type": "integer", "minimum": 0}
WORDS: Made = {"type": "object", "required": ["zh", "en"], "properties": {"zh": TEXT, "en": TEXT}}
LINKS: Made = {"type": "array", "items": schema("Link")}


def shape(required: str, /, **properties: Made) -> Made:
    """Return an object's schema; `required` names what is always there."""
    return {"type": "object", "required": required.split(), "properties": properties}


def listed(items: Made) -> Made:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


def of_layers(layers: Mapping[str, Layer]) -> dict[str, Made]:
    """Return the schema of each layer's features, by the layer's name."""
    return {name: _feature(layer) for name, layer in layers.items()}


def collection_of(layer: Layer) -> Made:
    """Return the schema of a page of the layer's features."""
    features = {"type": "object", "properties": {"features": listed(schema(layer.name))}}
    return {"allOf": [schema("FeatureCollection"), features]}


def _feature(layer: Layer) -> Made:
    properties = {c.name: {**TYPES[c.kind], "nullable": True} for c in layer.properties}
    own: Made = {"type": "object", "additionalProperties": False, "properties": properties}
    return {"allOf": [schema("Feature"), {"type": "object", "properties": {"properties": own}}]}


def problem(about: str) -> Made:
    """Return the answer that a problem document is."""
    return {"description": about, "content": {"application/problem+json": {"schema": schema("Problem")}}}


EXTENT = shape(
    "spatial",
    spatial=shape("bbox crs", bbox=listed(listed({"type": "number"})), crs=TEXT),
    temporal=shape("interval", interval=listed(listed({"type": "string", "nullable": True})), trs=TEXT),
)
_COLLECTION = shape(
    "id links itemType crs storageCrs extent",
    id=TEXT,
    title=TEXT,
    description=TEXT,
    keywords=listed(TEXT),
    itemType={"type": "string", "enum": ["feature"]},
    crs=listed(TEXT),
    storageCrs=TEXT,
    extent=EXTENT,
    links=LINKS,
)
_GEOMETRY: Made = {
    **shape("type coordinates", type={"type": "string", "enum": [k for k in Kind if k is not Kind.ANY]}),
    "nullable": True,
}
_GEOMETRY["properties"]["coordinates"] = {"type": "array", "items": {}}
_CODE = shape("code title parent", code=TEXT, title=WORDS, parent={"type": "string", "nullable": True})
_STYLE = shape("id title links", id=TEXT, title=TEXT, links=LINKS)

SCHEMAS: dict[str, Made] = {
    "Link": shape("href rel", href=TEXT, rel=TEXT, type=TEXT, title=TEXT),
    "Problem": shape("type title status detail", type=TEXT, title=TEXT, status={"type": "integer"}, detail=TEXT),
    "LandingPage": shape("title description links", title=TEXT, description=TEXT, links=LINKS),
    "Conformance": shape("conformsTo links", conformsTo=listed(TEXT), links=LINKS),
    "Collections": shape(
        "links collections",
        links=LINKS,
        crs=listed(TEXT),
        collections=listed({"anyOf": [schema("Collection"), schema("RasterCollection")]}),
    ),
    "Collection": _COLLECTION,
    "Schema": shape("$schema $id type title properties", type=TEXT, title=TEXT, properties={"type": "object"}),
    "Geometry": _GEOMETRY,
    "Feature": shape(
        "type id geometry properties",
        type={"type": "string", "enum": ["Feature"]},
        id={"type": "string", "minLength": 1},
        geometry=schema("Geometry"),
        properties={"type": "object"},
        links=LINKS,
    ),
    "FeatureCollection": shape(
        "type features links numberReturned timeStamp",
        type={"type": "string", "enum": ["FeatureCollection"]},
        features=listed(schema("Feature")),
        numberMatched=COUNT,
        numberReturned=COUNT,
        timeStamp={"type": "string", "format": "date-time"},
        links=LINKS,
    ),
    "CodeSchemes": shape(
        "schemes", schemes=listed(shape("scheme edition title href", scheme=TEXT, edition=TEXT, title=WORDS, href=TEXT))
    ),
    "CodeList": shape("scheme edition title codes", scheme=TEXT, edition=TEXT, title=WORDS, codes=listed(_CODE)),
    "Styles": shape("styles", styles=listed(_STYLE)),
    "Style": shape(
        "version sources layers", version={"type": "integer"}, sources={"type": "object"}, layers=listed({})
    ),
    "Object": {"type": "object"},
}
RESPONSES: dict[str, Made] = {
    "400": problem("请求有误 What was sent is wrong; the problem says what to send instead"),
    "403": problem("不允许 This is not allowed from there"),
    "404": problem("不存在 There is no such thing"),
    "406": problem("无此格式 No representation of the asked kind"),
    "409": problem("冲突 The thing exists already, or is built in"),
    "413": problem("过大 More than one answer or one body may carry"),
    "415": problem("无法读取 A body of a kind that is not read here"),
    "422": problem("无法判断 The data do not decide something; say it"),
    "503": problem("服务暂不可用 The store cannot answer now"),
}


def newer(node: Any) -> Any:
    """Return a piece of an OpenAPI 3.0 document as 3.1 writes it: null is a type there."""
    if isinstance(node, list):
        return [newer(one) for one in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    known = cast("Made", node)
    made = {key: newer(value) for key, value in known.items() if key != "nullable"}
    return made | ({"type": [known["type"], "null"]} if known.get("nullable") and "type" in known else {})

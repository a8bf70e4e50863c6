"""The pieces that OpenAPI operations are made of."""

from typing import Any

from api.formats.catalogue import FORMATS
from layers.query import MAX_LIMIT
from spatial.crs import ADVERTISED

ERRORS = ("4XX", "5XX")
Made = dict[str, Any]


def parameter(name: str, schema: Made, about: str, *, where: str = "query", required: bool = False) -> Made:
    """Return a parameter; those of a path are always required."""
    form: Made = {"style": "form", "explode": False} if where == "query" else {}
    needed = required or where == "path"
    return {"name": name, "in": where, "description": about, "required": needed, "schema": schema, **form}


def reference(name: str) -> Made:
    """Return a reference to a common parameter."""
    return {"$ref": f"#/components/parameters/{name}"}


def content(media: str, schema: str) -> Made:
    """Return a response of one media type."""
    body: Made = {"type": "string"} if "json" not in media else {"$ref": f"#/components/schemas/{schema}"}
    return {"description": "好 OK", "content": {media: {"schema": body}}}


def get(tag: str, title: str, parameters: list[Made], media: str = "application/json") -> Made:
    """Return a GET operation with one JSON (and HTML, where `f` is known) answer."""
    answer = content(media, "Object")
    if reference("f") in parameters:
        answer["content"]["text/html"] = {"schema": {"type": "string"}}
    return operation(tag, title, parameters, {"200": answer}, *ERRORS)


def operation(tag: str, title: str, parameters: list[Made], answers: Made, *errors: str) -> Made:
    """Return an operation with its answers and the problems it may answer with."""
    problems = {status: {"$ref": f"#/components/responses/{status}"} for status in errors}
    return {"tags": [tag], "summary": title, "parameters": parameters, "responses": answers | problems}


_URI: Made = {"type": "string", "format": "uri", "maxLength": 100}
_TEXT: Made = {"type": "string", "minLength": 1}
_BBOX: Made = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number", "format": "double"}}
_NAMES: Made = {"type": "array", "items": {"type": "string"}}


def _limit() -> Made:
    return {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 10}


def _common() -> dict[str, Made]:
    said: dict[str, tuple[Made, str]] = {
        "f": ({"type": "string", "enum": ["json", "html"]}, "格式 representation"),
        "bbox": (_BBOX, "范围 west,south,east,north"),
        "bbox-crs": (_URI, "范围坐标系 CRS of bbox"),
        "crs": ({**_URI, "default": ADVERTISED[0]}, "坐标系 CRS of the answer"),
        "datetime": (_TEXT, "时间 instant or START/END; .. is an open end"),
        "limit": (_limit(), "数量 features a page"),
        "offset": ({"type": "integer", "minimum": 0, "maximum": 1_000_000}, "偏移 features to skip; next links are quicker"),
        "cursor": (_TEXT, "游标 where a page begins; taken from next and prev links"),
        "properties": (_NAMES, "字段 properties to return"),
        "skipGeometry": ({"type": "boolean", "default": False}, "不含几何 leave geometry out"),
        "sortby": (_NAMES, "排序 properties to sort by; - before a name turns it round"),
        "q": (_TEXT, "搜索 words; a comma means or"),
        "filter": (_TEXT, "过滤 CQL2"),
        "filter-lang": ({"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"}, "过滤语言 language"),
        "filter-crs": (_URI, "过滤坐标系 CRS of the filter's coordinates"),
    }
    made = {name: parameter(name, schema, about) for name, (schema, about) in said.items()}
    return made | {"f-items": parameter("f", {"type": "string", "enum": list(FORMATS)}, "格式 representation")}


PARAMETERS = _common()
_PROBLEM: Made = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
_LINKS: Made = {
    "type": "array",
    "items": {"type": "object", "required": ["href", "rel"], "properties": {"href": _TEXT, "rel": _TEXT, "type": _TEXT}},
}
SCHEMAS: dict[str, Made] = {
    "Object": {"type": "object"},
    "Problem": _PROBLEM,
    "Feature": {
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {},
            "properties": {"type": "object"},
            "links": _LINKS,
        },
    },
    "FeatureCollection": {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": {"$ref": "#/components/schemas/Feature"}},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
            "timeStamp": {"type": "string", "format": "date-time"},
            "links": _LINKS,
        },
    },
}


def _problem(about: str) -> Made:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": about, "content": {"application/problem+json": {"schema": schema}}}


RESPONSES = {
    "4XX": _problem("请求有误 What was sent is wrong; the problem says what to send instead"),
    "5XX": _problem("服务暂不可用 OneMap cannot answer now"),
}

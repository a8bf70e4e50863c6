"""The pieces that OpenAPI operations are made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from api.formats.catalogue import FORMATS
from api.parameters import MAX_OFFSET
from layers.query import MAX_LIMIT
from spatial.crs import ADVERTISED

Made = dict[str, Any]
TEXT: Made = {"type": "string"}
BINARY: Made = {"type": "string", "format": "binary"}


@dataclass(frozen=True, slots=True)
class Operation:
    """What one operation is: where it is listed, what it is called, what it takes, answers and refuses.

    answers: the content of its success, by media type. errors: the statuses that its problems can have.
    """

    tag: str
    id: str
    title: str
    answers: Mapping[str, Made]
    parameters: Iterable[Made] = ()
    errors: Iterable[int] = (400, 406)
    headers: Iterable[str] = ()
    status: int = 200
    body: Made | None = field(default=None)

    def made(self) -> Made:
        """Return the operation as OpenAPI writes it."""
        success: Made = {"description": HTTPStatus(self.status).phrase}
        if self.answers:
            success["content"] = {media: {"schema": schema} for media, schema in self.answers.items()}
        if headers := {name: {"$ref": f"#/components/headers/{name}"} for name in self.headers}:
            success["headers"] = headers
        problems = {str(code): {"$ref": f"#/components/responses/{code}"} for code in self.errors}
        said: Made = {
            "tags": [self.tag],
            "operationId": self.id,
            "summary": self.title,
            "parameters": list(self.parameters),
            "responses": {str(self.status): success, **problems},
        }
        return said | ({"requestBody": self.body} if self.body else {})


def parameter(name: str, schema: Made, about: str, *, where: str = "query", required: bool = False) -> Made:
    """Return a parameter; those of a path are always required."""
    form: Made = {"style": "form", "explode": False} if where == "query" else {}
    needed = required or where == "path"
    return {"name": name, "in": where, "description": about, "required": needed, "schema": schema, **form}


def reference(name: str) -> Made:
    """Return a reference to a common parameter."""
    return {"$ref": f"#/components/parameters/{name}"}


def schema(name: str) -> Made:
    """Return a reference to a common schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def choice(name: str, about: str, *values: str) -> Made:
    """Return the parameter `name`, one of the values."""
    return parameter(name, {"type": "string", "enum": list(values)}, about)


_URI: Made = {"type": "string", "minLength": 1, "maxLength": 100}
_CRS: Made = {"type": "string", "enum": list(ADVERTISED), "default": ADVERTISED[0]}
_WORDS: Made = {"type": "string", "minLength": 1}
_NAMES: Made = {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}
_BBOX: Made = {
    "type": "array",
    "minItems": 4,
    "maxItems": 6,
    "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
    "items": {"type": "number"},
}
_LIMIT: Made = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 10}
_LANGUAGE: Made = {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"}
_SAID: dict[str, tuple[Made, str]] = {
    "bbox": (_BBOX, "范围 west,south,east,north"),
    "bbox-crs": (_CRS, "范围坐标系 CRS of bbox"),
    "crs": (_CRS, "坐标系 CRS of the answer"),
    "datetime": (_WORDS, "时间 instant or START/END; .. is an open end"),
    # QGIS reads its page size from this very place, and only from an inline schema
    "limit": (_LIMIT, "数量 features a page"),
    "offset": (
        {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET},
        "偏移 features to skip; next links are quicker",
    ),
    "cursor": (_WORDS, "游标 where a page begins; taken from next and prev links"),
    "properties": (_NAMES, "字段 properties to return"),
    "skipGeometry": ({"type": "boolean", "default": False}, "不含几何 leave geometry out"),
    "sortby": (_NAMES, "排序 properties to sort by; - before a name turns it round"),
    "q": (_WORDS, "搜索 words; a comma means or"),
    "filter": (_WORDS, "过滤 CQL2"),
    "filter-lang": (_LANGUAGE, "过滤语言 language of the filter"),
    "filter-crs": (_CRS, "过滤坐标系 CRS of the filter's coordinates"),
}
_EXAMPLES: dict[str, Any] = {
    "bbox": [106.4, 29.4, 106.7, 29.8],
    "datetime": "2026-01-01T00:00:00Z/..",
    "filter": "S_INTERSECTS(geometry, BBOX(106.4, 29.4, 106.7, 29.8))",
    "q": "渝中",
}


def _example(name: str) -> Made:
    return {"example": _EXAMPLES[name]} if name in _EXAMPLES else {}


PARAMETERS: Mapping[str, Made] = {
    "f": choice("f", "格式 representation", "json", "html"),
    "f-json": choice("f", "格式 representation", "json"),
    "f-items": choice("f", "格式 representation", *FORMATS),
    "f-item": choice("f", "格式 representation", *(k for k, f in FORMATS.items() if f.one)),
    **{name: parameter(name, made, about) | _example(name) for name, (made, about) in _SAID.items()},
}
HEADERS: Mapping[str, Made] = {
    "Content-Crs": {"description": "坐标系 CRS of the answer, in <>", "required": True, "schema": _WORDS},
    "Content-Bbox": {"description": "范围 extent of the answer in its CRS", "required": True, "schema": _WORDS},
    "Location": {"description": "新图层 the new collection", "required": True, "schema": _URI | {"maxLength": 2000}},
}

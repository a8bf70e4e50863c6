"""Documents and features as pages for people: the same documents as JSON, through templates that need no network."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, cast
from urllib.parse import quote

import orjson
from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape

from api.context import base, here, onemap
from api.formats.answer import Answer
from layers.codes import code_list
from layers.column import Column, ColumnKind
from layers.feature import Layer
from layers.store.keyset import token
from spatial.errors import NotFound

MEDIA_TYPE = "text/html"
HIGHEST = 1000
"""Rows that one page shows."""


def page(request: Request, template: str, document: Mapping[str, Any]) -> Response:
    """Return a document as a page."""
    known = {"home": base(request), "service": onemap(request).settings.title, "doc": document, "json": _as_json(request)}
    return HTMLResponse(_environment().get_template(f"{template}.html").render(known))


def items(answer: Answer) -> Response:
    """Return a page of features as a table and a small map."""
    found = answer.service.store.features(answer.layer, answer.query)
    features = cast("list[dict[str, Any]]", orjson.loads(b"[" + found.text + b"]"))
    document = {
        "layer": answer.layer,
        "columns": [c for c in answer.layer.properties if not features or c.name in features[0]["properties"]],
        "rows": [_row(answer.layer, f) for f in features],
        "features": features,
        "counts": answer.counts(found.returned),
        "next": here(answer.request, cursor=token(found.next), offset=None) if found.next else None,
        "prev": here(answer.request, cursor=token(found.prev), offset=None) if found.prev else None,
    }
    return page(answer.request, "items", document)


def item(answer: Answer, feature: str) -> Response:
    """Return one feature as a page; raise NotFound."""
    found = answer.service.store.features(answer.layer, answer.query)
    if not found.returned:
        raise NotFound(f"{answer.layer.name} has no feature {feature[:80]!r}")
    known = orjson.loads(found.text)
    document = {"layer": answer.layer, "id": feature, "row": _row(answer.layer, known), "features": [known]}
    return page(answer.request, "item", document)


def _row(layer: Layer, feature: dict[str, Any]) -> dict[str, Any]:
    row = feature["properties"]
    cells = [(c, shown(c, row[c.name])) for c in layer.properties if c.name in row]
    return {"id": feature["id"], "href": quote(str(feature["id"]), safe=""), "cells": cells}


def shown(column: Column, value: Any) -> str:
    """Return a value as people read it: codes by name, numbers with their unit."""
    if value is None:
        return "—"
    if column.about.codes:
        return str(code_list(column.about.codes).title_of(str(value)))
    if column.kind is ColumnKind.BOOLEAN:
        return "是 Yes" if value else "否 No"
    if isinstance(value, list):
        return "、".join(map(str, cast("list[Any]", value)))
    return f"{value} {column.about.unit}" if column.about.unit else str(value)


def _as_json(request: Request) -> str:
    return here(request, f="json")


@cache
def _environment() -> Environment:
    folder = str(files("api").joinpath("templates"))
    made = Environment(loader=FileSystemLoader(folder), autoescape=select_autoescape(default=True))
    made.filters["tojson_safe"] = _safe
    return made


def _safe(value: Any) -> str:
    """Return JSON that no browser takes for markup."""
    return orjson.dumps(value).decode().replace("<", "\\u003c").replace("&", "\\u0026")

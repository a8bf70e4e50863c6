"""Documents and features as pages for people: the same documents as JSON, through templates that need no network."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, cast
from urllib.parse import quote

import orjson
from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader

from api.address import base, here
from api.context import onemap
from api.formats.answer import Answer
from api.security import PAGE
from layers.codes import code_list
from layers.column import Column, ColumnKind
from layers.feature import Layer
from layers.store.keyset import token
from layers.text import Text
from spatial.crs import CRS84

MEDIA_TYPE = "text/html"
YES, NO = Text("是", "Yes"), Text("否", "No")


def page(request: Request, template: str, document: Mapping[str, Any]) -> Response:
    """Return a document as a page."""
    service = onemap(request)
    known = {"home": base(request), "service": service.settings.title, "doc": document, "json": here(request, f="json")}
    text = _environment().get_template(f"{template}.html").render(known)
    return HTMLResponse(text, headers={"Content-Security-Policy": PAGE})


def items(answer: Answer) -> Response:
    """Return a page of features as a table and a small map."""
    plain = _drawable(answer)
    found = plain.features()
    features = cast("list[dict[str, Any]]", orjson.loads(b"[" + found.text + b"]"))
    around = {"next": found.next, "prev": found.prev}
    document = {
        "layer": answer.layer,
        "columns": [c for c in answer.layer.properties if not features or c.name in features[0]["properties"]],
        "rows": [_row(answer.layer, f) for f in features],
        "features": features,
        "counts": answer.counts(found.returned),
        **{k: here(answer.request, cursor=token(c), offset=None) if c else None for k, c in around.items()},
    }
    return _with_crs(page(answer.request, "items", document))


def item(answer: Answer) -> Response:
    """Return one feature as a page; raise NotFound."""
    known = orjson.loads(_drawable(answer).one())
    document = {"layer": answer.layer, "id": known["id"], "row": _row(answer.layer, known), "features": [known]}
    return _with_crs(page(answer.request, "item", document))


def shown(column: Column, value: Any) -> str:
    """Return a value as people read it: codes by name, numbers with their unit."""
    if value is None:
        return "—"
    if column.about.codes:
        return str(code_list(column.about.codes).title_of(str(value)))
    if column.kind is ColumnKind.BOOLEAN:
        return str(YES if value else NO)
    if isinstance(value, list):
        return "、".join(map(str, cast("list[Any]", value))) or "—"
    return f"{value} {column.about.unit}" if column.about.unit else str(value)


def _drawable(answer: Answer) -> Answer:
    # the small map draws longitude, latitude, whatever the query asks for
    return replace(answer, query=replace(answer.query, crs=CRS84, skip_geometry=False))


def _with_crs(response: Response) -> Response:
    response.headers["Content-Crs"] = f"<{CRS84.uri}>"
    return response


def _row(layer: Layer, feature: dict[str, Any]) -> dict[str, Any]:
    row = feature["properties"]
    cells = [(c, shown(c, row[c.name])) for c in layer.properties if c.name in row]
    return {"id": feature["id"], "href": quote(str(feature["id"]), safe=""), "cells": cells}


@cache
def _environment() -> Environment:
    made = Environment(loader=PackageLoader("api"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.filters["tojson_safe"] = _safe
    return made


def _safe(value: Any) -> str:
    """Return JSON that no browser takes for markup."""
    return orjson.dumps(value).decode().replace("<", "\\u003c").replace("&", "\\u0026")

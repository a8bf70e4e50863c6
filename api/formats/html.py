"""Documents and features as pages for people: the same documents as JSON, through templates that need no network."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, cast

import orjson
from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader

from api.address import base, here
from api.context import onemap
from api.formats.answer import Answer
from api.formats.cells import local, row
from api.security import PAGE
from layers.column import Column
from layers.feature import Layer
from layers.look import By
from layers.schema import SORTABLE
from layers.store.keyset import token
from layers.text import Text
from spatial.crs import CRS84

MEDIA_TYPE = "text/html"


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's name, where it leads to sort by the column, and which way the rows are sorted by it now."""

    title: Text
    sort: str | None
    mark: str = ""


def page(request: Request, template: str, document: Mapping[str, Any]) -> Response:
    """Return a document as a page."""
    service = onemap(request)
    known = {"home": base(request), "service": service.settings.title, "doc": document, "json": here(request, f="json")}
    text = _environment().get_template(f"{template}.html").render(known)
    return HTMLResponse(text, headers={"Content-Security-Policy": PAGE})


def items(answer: Answer) -> Response:
    """Return a page of features as a table and a small map."""
    found = _drawable(answer).features()
    features = cast("list[dict[str, Any]]", orjson.loads(b"[" + found.text + b"]"))
    around = {"next": found.next, "prev": found.prev}
    document = {
        **_told(answer.layer, features),
        "columns": [_heading(answer, c) for c in _columns(answer.layer, features)],
        "rows": [row(answer.layer, f) for f in features],
        "counts": answer.counts(found),
        **{k: here(answer.request, cursor=token(c), offset=None) if c else None for k, c in around.items()},
    }
    return _with_crs(page(answer.request, "items", document))


def item(answer: Answer) -> Response:
    """Return one feature as a page; raise NotFound."""
    known = orjson.loads(_drawable(answer).one())
    document = {**_told(answer.layer, [known]), "id": known["id"], "row": row(answer.layer, known)}
    return _with_crs(page(answer.request, "item", document))


def _told(layer: Layer, features: list[dict[str, Any]]) -> dict[str, Any]:
    color = layer.style.color
    by = (
        {"field": color.field, "cases": color.cases, "other": color.other}
        if isinstance(color, By)
        else {"other": color}
    )
    return {"layer": layer, "features": features, "look": by}


def _columns(layer: Layer, features: list[dict[str, Any]]) -> list[Column]:
    kept = features[0]["properties"] if features else layer.by_name
    return [c for c in layer.properties if c.name in kept and c is not layer.key]


def _heading(answer: Answer, column: Column) -> Heading:
    if column.kind not in SORTABLE:
        return Heading(column.title, None)
    sorted_by = {key.name: key.descending for key in answer.query.sort}
    down = sorted_by.get(column.name)
    mark = "" if down is None else " ↓" if down else " ↑"
    way = f"-{column.name}" if down is False else column.name
    return Heading(column.title, here(answer.request, sortby=way, cursor=None, offset=None, f="html"), mark)


def _drawable(answer: Answer) -> Answer:
    # the small map draws longitude, latitude, whatever the query asks for
    return replace(answer, query=replace(answer.query, crs=CRS84, skip_geometry=False))


def _with_crs(response: Response) -> Response:
    response.headers["Content-Crs"] = f"<{CRS84.uri}>"
    return response


@cache
def _environment() -> Environment:
    made = Environment(loader=PackageLoader("api"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.filters |= {"tojson_safe": _safe, "local": local}
    return made


def _safe(value: Any) -> str:
    """Return JSON that no browser takes for markup."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode().replace("<", "\\u003c").replace("&", "\\u0026")

"""A document in the representation that its reader wants: JSON, or a page."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from fastapi import Request, Response

from api.accept import HTML, JSON, chosen
from api.address import NOWHERE, base, here
from api.links import Link, link
from api.query_string import only
from layers.lazy import lazily

page: Callable[..., Response] = lazily("api.formats.html:page")


def answer(request: Request, template: str, make: Callable[[], Mapping[str, Any]], media: str = JSON) -> Response:
    """Return the document that `make` makes, as JSON or on a page; raise BadParameter, NotAcceptable."""
    only(request, "f")
    if chosen(request, {media: "json", JSON: "json", HTML: "html"}) == "html":
        return page(request, template, make())
    return Response(orjson.dumps(make()), media_type=media)


def itself(request: Request, title: str, media: str = JSON) -> list[Link]:
    """Return the links of a document to itself in both its representations."""
    rels = ("alternate", "self") if wants_page(request) else ("self", "alternate")
    plain, shown = here(request, f=None), here(request, f="html")
    return [link(rels[0], media, plain, title), link(rels[1], HTML, shown, title)]


def wants_page(request: Request) -> bool:
    """Tell whether the reader wants a page."""
    return chosen(request) == "html"


def placed(text: bytes, request: Request) -> bytes:
    """Return a JSON document that was made for no address, for the address that the reader knows us by."""
    return text.replace(NOWHERE.encode(), orjson.dumps(base(request))[1:-1])

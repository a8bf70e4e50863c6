"""Features of a collection: pages and single ones (OGC API Features Part 1, 7.15 and 7.16)."""

from dataclasses import replace

from fastapi import APIRouter, Request, Response

from api.accept import chosen
from api.context import Service
from api.formats.answer import Answer
from api.formats.catalogue import ALIASES, FORMATS, OFFERED, OFFERED_ONE
from api.parameters import Asked, query
from api.query_string import given, only
from layers.feature import Layer
from layers.query import MAX_LIMIT, Query
from spatial.errors import NotFound

router = APIRouter()
LONGEST = 200
"""Characters that a key can have at most; a longer one names nothing."""


@router.get("/collections/{collection}/items")
def items(request: Request, service: Service, collection: str) -> Response:
    """Return the features that the parameters ask for, a page at a time."""
    layer, form = service.layer(collection), FORMATS[chosen(request, OFFERED, ALIASES)]
    return form.answer(Answer(request, service, layer, asked_of(request, layer, most=form.most)))


@router.get("/collections/{collection}/items/{feature:path}")
def item(request: Request, service: Service, collection: str, feature: str) -> Response:
    """Return one feature; raise NotFound."""
    layer, form = service.layer(collection), FORMATS[chosen(request, OFFERED_ONE, ALIASES)]
    asked = asked_of(request, layer, feature)
    if not 0 < len(feature) <= LONGEST or "\0" in feature or form.one is None:
        raise NotFound(f"{layer.name} has no feature {feature[:80]!r}")
    return form.one(Answer(request, service, layer, asked))


def asked_of(request: Request, layer: Layer, feature: str | None = None, most: int = MAX_LIMIT) -> Query:
    """Return what a request asks of a layer, or of one of its features; raise as `api.parameters.query`."""
    if feature is None:
        return query(Asked(layer, given(request), most))
    return replace(query(Asked(layer, only(request, "f", "crs"))), ids=(feature,), limit=1, count=False)

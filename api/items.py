"""Features of a collection: pages and single ones (OGC API Features Part 1, 7.15 and 7.16)."""

from dataclasses import replace

from fastapi import APIRouter, Request, Response

from api.context import Named, Service, base
from api.formats import geojson
from api.formats.answer import Answer
from api.formats.catalogue import FORMATS, chosen
from api.formats.html import item as item_page
from api.parameters import Asked, query
from layers.query import Query
from spatial.errors import BadParameter, NotFound

router = APIRouter()
ITEM_MEDIA = {"application/geo+json": "json", "application/json": "json", "text/html": "html"}
ITEM_PARAMETERS = frozenset({"f", "crs"})


@router.get("/collections/{collection}/items")
def items(request: Request, service: Service, layer: Named) -> Response:
    """Return the features that the parameters ask for, a page at a time."""
    form = FORMATS[chosen(request)]
    asked = query(Asked(layer, _single(request), form.most))
    return form.answer(Answer(request, service, layer, asked))


@router.get("/collections/{collection}/items/{feature:path}")
def item(request: Request, service: Service, layer: Named, feature: str) -> Response:
    """Return one feature; raise NotFound."""
    key = chosen(request, ITEM_MEDIA)
    if unknown := [n for n in _single(request) if n not in ITEM_PARAMETERS]:
        raise BadParameter(f"{unknown[0][:60]!r} is no parameter of a feature; there are crs and f")
    wanted = {n: v for n, v in request.query_params.items() if n == "crs"}
    asked = replace(query(Asked(layer, wanted)), ids=(feature,), limit=1, count=False)
    answer = Answer(request, service, layer, asked)
    return item_page(answer, feature) if key == "html" else _feature(answer, feature)


def _feature(answer: Answer, feature: str) -> Response:
    found = answer.service.store.features(answer.layer, answer.query)
    if not found.returned:
        raise NotFound(f"{answer.layer.name} has no feature {feature[:80]!r}")
    home = f"{base(answer.request)}/collections/{answer.layer.name}"
    own = {"rel": "self", "type": geojson.MEDIA_TYPE, "href": f"{base(answer.request)}{answer.request.url.path}"}
    owner = {"rel": "collection", "type": "application/json", "href": home}
    text = found.text[:-1] + b',"links":' + geojson.orjson.dumps([own, owner]) + b"}"
    return Response(text, headers=answer.headers([own, owner]), media_type=geojson.MEDIA_TYPE)


def _single(request: Request) -> dict[str, str]:
    """Return the parameters, each given once; raise BadParameter."""
    pairs = request.query_params.multi_items()
    names = [n for n, _ in pairs]
    if repeated := next((n for n in names if names.count(n) > 1), None):
        raise BadParameter(f"{repeated[:60]} is given twice; send it once")
    return dict(pairs)


__all__ = ["Query", "router"]

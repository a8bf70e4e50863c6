"""What the service is and what it holds: landing page, conformance, collections, their schemas."""

from collections.abc import Callable
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api import ogc, openapi
from api.conformance import CLASSES
from api.context import Named, OneMap, Service, base
from api.formats.catalogue import FORMATS, chosen
from api.formats.html import page
from layers.feature import Layer
from layers.schema import queryables, schema, sortables
from spatial.crs import ADVERTISED, CRS84
from spatial.errors import BadParameter

router = APIRouter()
REL = "http://www.opengis.net/def/rel/ogc/1.0/"
JSON, HTML, SCHEMA = "application/json", "text/html", "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
OPENAPI_31 = "application/vnd.oai.openapi+json;version=3.1"
TWO = {JSON: "json", HTML: "html"}
SCHEMAS: dict[str, tuple[str, Callable[[Layer], dict[str, Any]]]] = {
    "schema": (REL + "schema", schema),
    "queryables": (REL + "queryables", queryables),
    "sortables": (REL + "sortables", sortables),
}
Links = list[dict[str, str]]


@router.get("/")
def landing(request: Request, service: Service) -> Response:
    """Return the landing page (Features Part 1, 7.2)."""
    home, kind = base(request), _form(request)
    known = ogc.landing(service)
    links = _two(f"{home}/", "此文档 This document", kind)
    links += [
        _link("service-desc", OPENAPI, f"{home}/api", "接口定义 OpenAPI 3.0"),
        _link("service-desc", OPENAPI_31, f"{home}/api/3.1", "接口定义 OpenAPI 3.1"),
        _link("service-doc", HTML, f"{home}/api.html", "接口文档 API documentation"),
        _link("conformance", JSON, f"{home}/conformance", "符合性 Conformance"),
        _link("data", JSON, f"{home}/collections", "图层 Collections"),
        _link(REL + "data", JSON, f"{home}/collections", "图层 Collections"),
        _link("alternate", HTML, f"{home}/map", "一张图 The map"),
        _link(REL + "styles", JSON, f"{home}/styles", "样式 Styles"),
    ]
    title = str(service.settings.title)
    return _answer(request, kind, "landing", {"title": title, "description": known["description"], "links": links})


@router.get("/conformance")
def conformance(request: Request) -> Response:
    """Return the conformance classes (Features Part 1, 7.4)."""
    return _answer(request, _form(request), "conformance", {"conformsTo": list(CLASSES)})


@router.get("/collections")
def collections(request: Request, service: Service) -> Response:
    """Return every collection (Features Part 1, 7.13)."""
    home, kind = base(request), _form(request)
    layers = service.layers()
    known = ogc.collections(service)["collections"]
    described = [_described(layers[k["id"]], k, home) for k in known if k["id"] in layers]
    links = _two(f"{home}/collections", "此文档 This document", kind)
    return _answer(request, kind, "collections", {"links": links, "crs": list(ADVERTISED), "collections": described})


@router.get("/collections/{collection}")
def collection(request: Request, service: Service, layer: Named) -> Response:
    """Return one collection (Features Part 1, 7.14)."""
    home, kind = base(request), _form(request)
    known = next(k for k in ogc.collections(service)["collections"] if k["id"] == layer.name)
    return _answer(request, kind, "collection", _described(layer, known, home))


@router.get("/collections/{collection}/{document}")
def described_by(request: Request, layer: Named, document: str) -> Response:
    """Return the collection's schema, queryables or sortables (Parts 3 and 5)."""
    if document not in SCHEMAS:
        raise BadParameter(f"{document[:40]!r}: a collection has items, schema, queryables and sortables")
    kind = _form(request, {SCHEMA: "json", JSON: "json", HTML: "html"})
    made = {"$id": f"{base(request)}/collections/{layer.name}/{document}", **SCHEMAS[document][1](layer)}
    return _answer(request, kind, "schema", made, SCHEMA)


@router.get("/api")
def api(request: Request, service: Service) -> Response:
    """Return what is served, as OpenAPI 3.0 (or as a page to try it)."""
    kind = _form(request, {OPENAPI.split(";")[0]: "json", JSON: "json", HTML: "html"})
    if kind == "html":
        return page(request, "api", {"title": "接口 API"})
    return Response(orjson.dumps(openapi.document(service, base(request), "3.0")), media_type=OPENAPI)


@router.get("/api/3.1")
def api_31(request: Request, service: Service) -> Response:
    """Return what is served, as OpenAPI 3.1."""
    return Response(orjson.dumps(openapi.document(service, base(request), "3.1")), media_type=OPENAPI_31)


@router.get("/api.html")
def api_page(request: Request) -> Response:
    """Return a page to try the interface with."""
    return page(request, "api", {"title": "接口 API"})


def _described(layer: Layer, known: dict[str, Any], home: str) -> dict[str, Any]:
    here = f"{home}/collections/{layer.name}"
    links = [*_two(here, str(layer.title), "json"), *_items(here), *_schemas(here)]
    said = {k: known[k] for k in ("keywords", "extent") if k in known}
    return {
        "id": layer.name,
        "title": str(layer.title),
        "description": str(layer.description),
        "itemType": "feature",
        **said,
        "crs": list(ADVERTISED),
        "storageCrs": CRS84.uri,
        "links": links,
    }


def _items(here: str) -> Links:
    # hrefs without a query string: GDAL pastes /ID behind them
    plain = [_link("items", FORMATS["json"].media_type, f"{here}/items", "要素 Features")]
    return plain + [_link("items", f.media_type, f"{here}/items?f={k}", str(f.title)) for k, f in FORMATS.items() if k != "json"]


def _schemas(here: str) -> Links:
    made = [_link(rel, SCHEMA, f"{here}/{name}", name) for name, (rel, _) in SCHEMAS.items()]
    return [*made, _link("describedby", SCHEMA, f"{here}/schema", "schema")]


def _two(href: str, title: str, kind: str) -> Links:
    rels = ("self", "alternate") if kind == "json" else ("alternate", "self")
    return [_link(rels[0], JSON, href, title), _link(rels[1], HTML, f"{href}?f=html", title)]


def _link(rel: str, kind: str, href: str, title: str) -> dict[str, str]:
    return {"rel": rel, "type": kind, "href": href, "title": title}


def _form(request: Request, offered: dict[str, str] | None = None) -> str:
    if unknown := [n for n in request.query_params if n != "f"]:
        raise BadParameter(f"{unknown[0][:60]!r} is no parameter here; there is f")
    return chosen(request, offered or TWO)


def _answer(request: Request, kind: str, template: str, document: dict[str, Any], media: str = JSON) -> Response:
    if kind == "html":
        return page(request, template, document)
    return JSONResponse(document, media_type=media)


__all__ = ["OneMap", "router"]

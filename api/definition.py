"""What is served, defined: the OpenAPI documents, and a page to try them (OGC API Features Part 1, 7.3)."""

from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from api.accept import HTML, JSON, OPENAPI, chosen
from api.address import NOWHERE
from api.context import OneMap, Service
from api.documents import page, placed
from api.openapi import document
from api.query_string import only

router = APIRouter()
TITLE: dict[str, Any] = {"title": "接口 API"}
OFFERED = {OPENAPI: "json", JSON: "json", "application/openapi+json": "json", HTML: "html"}


@router.get("/api")
def api(request: Request, service: Service) -> Response:
    """Return the OpenAPI 3.0 document, or the page to try it."""
    return _defined(request, service, "3.0")


@router.get("/api/3.1")
def api_31(request: Request, service: Service) -> Response:
    """Return the OpenAPI 3.1 document, or the page to try it."""
    return _defined(request, service, "3.1")


@router.get("/api.html")
def api_page(request: Request) -> Response:
    """Return a page to try the interface with."""
    only(request)
    return page(request, "api", TITLE)


def _defined(request: Request, service: OneMap, version: str) -> Response:
    only(request, "f")
    if chosen(request, OFFERED) == "html":
        return page(request, "api", TITLE)
    known = service.once(
        version, (service.layers(), service.rasters.all()), lambda: orjson.dumps(document(service, NOWHERE, version))
    )
    return Response(placed(known, request), media_type=f"{OPENAPI};version={version}")

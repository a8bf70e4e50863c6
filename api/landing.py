"""What the service is: the landing page and the conformance classes (OGC API Features Part 1, 7.2 and 7.4)."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.about import ABOUT
from api.accept import HTML, JSON, OPENAPI
from api.address import base
from api.conformance import CLASSES
from api.context import OneMap, Service
from api.documents import answer, itself
from api.links import REL, Link, link

router = APIRouter()


@router.get("/")
def landing(request: Request, service: Service) -> Response:
    """Return the landing page."""
    return answer(request, "landing", lambda: _landing(request, service))


@router.get("/conformance")
def conformance(request: Request) -> Response:
    """Return the conformance classes."""
    return answer(request, "conformance", lambda: _conformance(request))


def _conformance(request: Request) -> dict[str, Any]:
    title = "符合性 Conformance"
    return {"title": title, "links": itself(request, title), "conformsTo": list(CLASSES)}


def _landing(request: Request, service: OneMap) -> dict[str, Any]:
    # pygeoapi could write this page, but half of the time to the first answer would be its imports
    links = [*itself(request, "此文档 This document"), *_ways(base(request))]
    return {"title": str(service.settings.title), "description": str(ABOUT), "links": links}


def _ways(home: str) -> list[Link]:
    return [
        # a space after the semicolon, and QGIS, OWSLib and the CITE suite no longer find it
        link("service-desc", f"{OPENAPI};version=3.0", f"{home}/api", "接口定义 OpenAPI 3.0"),
        link("service-desc", f"{OPENAPI};version=3.1", f"{home}/api/3.1", "接口定义 OpenAPI 3.1"),
        link("service-doc", HTML, f"{home}/api.html", "接口文档 API documentation"),
        link("conformance", JSON, f"{home}/conformance", "符合性 Conformance"),
        link("data", JSON, f"{home}/collections", "图层 Collections"),
        link(f"{REL}conformance", JSON, f"{home}/conformance", "符合性 Conformance"),
        link(f"{REL}data", JSON, f"{home}/collections", "图层 Collections"),
        link(f"{REL}tilesets-vector", JSON, f"{home}/tiles", "矢量瓦片 Vector tiles"),
        link(f"{REL}tiling-schemes", JSON, f"{home}/tileMatrixSets", "瓦片方案 Tile matrix sets"),
        link(f"{REL}styles", JSON, f"{home}/styles", "样式 Styles"),
        link("related", JSON, f"{home}/codes", "代码表 Codes"),
        link("related", HTML, f"{home}/map", "一张图 The map"),
    ]

"""The page: the one map in a browser, how it is drawn, and the files that it needs."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

from api.accept import HTML, JSON, chosen
from api.address import NOWHERE, base
from api.context import OneMap, Service
from api.documents import placed
from api.links import link
from api.query_string import only
from api.security import MAP
from layers.lazy import lazily

router = APIRouter()
drawn = lazily("styles.style:style")
laid = lazily("styles.raster:with_rasters")
PAGE = Path(str(files("api").joinpath("page")))
VENDOR = PAGE / "vendor"
STYLE = "application/vnd.mapbox.style+json"
FRESH = {"Cache-Control": "no-cache"}


@router.get("/map")
def page() -> FileResponse:
    """Return the one-map page."""
    return FileResponse(PAGE / "index.html", headers={**FRESH, "Content-Security-Policy": MAP})


@router.get("/styles")
def styles(request: Request) -> dict[str, Any]:
    """Return the styles there are (OGC API Styles, 7.3)."""
    only(request, "f")
    chosen(request, {JSON: "json"})
    made = link("stylesheet", STYLE, f"{base(request)}/styles/onemap", "MapLibre")
    shown = link("preview", HTML, f"{base(request)}/map", "一张图 The map")
    return {"default": "onemap", "styles": [{"id": "onemap", "title": "一张图 OneMap", "links": [made, shown]}]}


@router.get("/styles/onemap")
def stylesheet(request: Request, service: Service) -> Response:
    """Return all layers and rasters as one MapLibre style."""
    only(request, "f")
    chosen(request, {STYLE: "maplibre", JSON: "json"})
    made = service.once("style", (service.layers(), service.rasters.all()), lambda: _style(service))
    return Response(placed(made, request), media_type=STYLE, headers=FRESH)


def mount(app: FastAPI) -> None:
    """Serve the page's files under /page."""
    app.mount("/page", StaticFiles(directory=PAGE), name="page")


def _style(service: OneMap) -> bytes:
    settings = service.settings
    made = drawn(service.layers().values(), settings.center, settings.zoom)
    rasters = service.rasters.all().values()
    # a map's tiles need a whole address
    return orjson.dumps(laid(made, rasters, NOWHERE) if rasters else made)

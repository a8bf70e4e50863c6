"""The page: the one map in a browser, and the files that it needs."""

from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse
from starlette.staticfiles import StaticFiles

from api.context import Service
from styles.style import style

router = APIRouter()
PAGE = Path(str(files("api").joinpath("page")))
VENDOR = PAGE / "vendor"
STYLE = "application/vnd.mapbox.style+json"


@router.get("/map")
def page() -> FileResponse:
    """Return the one-map page."""
    return FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-cache"})


@router.get("/styles")
def styles(request: Request) -> dict[str, Any]:
    """Return the styles there are (OGC API Styles, 7.3)."""
    link = {"rel": "stylesheet", "type": STYLE, "href": f"{str(request.base_url).rstrip('/')}/styles/onemap?f=maplibre"}
    return {"styles": [{"id": "onemap", "title": "一张图 OneMap", "links": [link]}]}


@router.get("/styles/onemap")
def stylesheet(service: Service) -> JSONResponse:
    """Return all layers as one MapLibre style."""
    settings = service.settings
    made = style(service.layers().values(), settings.center, settings.zoom)
    return JSONResponse(made, media_type=STYLE, headers={"Cache-Control": "no-cache"})


def mount(app: FastAPI) -> None:
    """Serve the page's files under /page."""
    app.mount("/page", StaticFiles(directory=PAGE), name="page")

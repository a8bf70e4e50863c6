"""The offline map over HTTP."""

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse

from api.accept import HTML, chosen
from api.context import OneMap, Service
from api.parameters import Asked, query
from api.query_string import only
from layers.feature import Layer
from layers.lazy import lazily
from spatial.errors import BadParameter

router = APIRouter()
KNOWN = ("layers", "bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs", "limit", "f")
MAX_LAYERS, DEFAULT_LIMIT = 20, "5000"

exported = lazily("api.sheet:exported")


@router.get("/export/map.html")
def map_html(request: Request, service: Service) -> Response:
    """Return the asked layers as one HTML file that needs no network."""
    params = {"limit": DEFAULT_LIMIT} | only(request, *KNOWN)
    chosen(request, {HTML: "html"})
    layers = _layers(service, params.pop("layers", ""))
    asked = [(layer, query(Asked(layer, params))) for layer in layers]
    headers = {"Content-Disposition": 'attachment; filename="onemap.html"'}
    return HTMLResponse(exported(service, asked, params), headers=headers)


def _layers(service: OneMap, text: str) -> list[Layer]:
    names = [n for n in (part.strip() for part in text.split(",")) if n]
    if not 0 < len(names) <= MAX_LAYERS or len(set(names)) < len(names):
        raise BadParameter(f"layers takes one to {MAX_LAYERS} names, each once, as in layers=risk_points,cases")
    return [service.layer(name) for name in names]

"""The offline map over HTTP."""

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse

from api.context import OneMap, Service
from api.parameters import Asked, query
from api.sheet import exported
from layers.feature import Layer
from spatial.errors import BadParameter

router = APIRouter()
KNOWN = frozenset({"layers", "bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs", "limit"})
MAX_LAYERS = 20


@router.get("/export/map.html")
def map_html(request: Request, service: Service) -> Response:
    """Return the asked layers as one HTML file that needs no network."""
    params = dict(request.query_params)
    if unknown := [n for n in params if n not in KNOWN]:
        raise BadParameter(f"{unknown[0][:60]!r} is no parameter here; there are {', '.join(sorted(KNOWN))}")
    layers = _layers(service, params.pop("layers", ""))
    params.setdefault("limit", "5000")
    asked = [(layer, query(Asked(layer, params))) for layer in layers]
    text = exported(service, asked, params)
    headers = {"Content-Disposition": 'attachment; filename="onemap.html"'}
    return HTMLResponse(text, headers=headers)


def _layers(service: OneMap, text: str) -> list[Layer]:
    names = [n for n in (part.strip() for part in text.split(",")) if n]
    if not 0 < len(names) <= MAX_LAYERS:
        raise BadParameter(f"layers takes one to {MAX_LAYERS} names, as in layers=risk_points,cases")
    return [service.layer(name) for name in names]

"""Serve the page and, from memory, the contract that it asks: `python server.py PORT`."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import uvicorn
from canned import CITY, CODES, Canned, Json, Named, text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import shapely

PAGE = Path(__file__).parents[2] / "api/page"
SHAPES = {"Point": "circle", "LineString": "line"}
MANY = ["has", "point_count"]
LISTENERS: set[tuple[str, asyncio.Queue[str]]] = set()


def color(layer: Canned) -> Any:
    if layer.by is None:
        return layer.color
    name, cases = layer.by
    pairs = [part for code, said in cases.items() for part in (code, said[2])]
    return ["match", ["get", name], *pairs, "#8a94a3"]


def circle(layer: Canned) -> list[Json]:
    paint = {
        "circle-color": color(layer),
        "circle-radius": 5,
        "circle-stroke-color": "#fff",
        "circle-stroke-width": 1.2,
    }
    return [{"type": "circle", "filter": ["!", MANY], "paint": paint}]


def cluster(layer: Canned) -> list[Json]:
    if "clusterFrom" not in layer.more:
        return []
    paint = {"circle-color": "#fff", "circle-radius": 15, "circle-stroke-color": "#3b5b7e", "circle-stroke-width": 3}
    count = {"text-field": ["get", "point_count_abbreviated"], "text-size": 12, "text-allow-overlap": True}
    return [{"type": "circle", "filter": MANY, "paint": paint}, {"type": "symbol", "filter": MANY, "layout": count}]


def line(layer: Canned) -> list[Json]:
    return [{"type": "line", "paint": {"line-color": layer.color, "line-width": 1.6}}]


def fill(layer: Canned) -> list[Json]:
    return [{"type": "fill", "paint": {"fill-color": layer.color, "fill-opacity": 0.07}}, *line(layer)]


def label(layer: Canned) -> list[Json]:
    if layer.label is None:
        return []
    point = layer.geometry == "Point"
    layout = {
        "text-field": ["get", layer.label],
        "text-size": 12 if point else 14,
        "text-offset": [0, 1.1 if point else 0],
    }
    paint = {"text-color": "#2a3a4a", "text-halo-color": "#fff", "text-halo-width": 1.4}
    alone = {"filter": ["!", MANY]} if point else {}
    return [{"type": "symbol", **alone, "minzoom": 14 if point else 0, "layout": layout, "paint": paint}]


def painted(name: str, layer: Canned) -> list[Json]:
    drawn = {"circle": circle, "line": line}.get(SHAPES.get(layer.geometry, ""), fill)(layer) + label(layer)
    low, high = layer.more.get("zooms", (0, 22))
    parts = [{"minzoom": low, "maxzoom": high, **one} for one in (*drawn, *cluster(layer))]
    return [{"id": f"{name}-{place}", "source": name, **part} for place, part in enumerate(parts)]


def legend(layer: Canned) -> list[Json]:
    shape = SHAPES.get(layer.geometry, "fill")
    if layer.by is None:
        return [{"color": layer.color, "shape": shape, "title": text(*layer.title)}]
    return [{"color": said[2], "shape": shape, "title": text(*said[:2])} for said in layer.by[1].values()]


def described(name: str, layer: Canned) -> Json:
    home = f"collections/{name}"
    links = {"items": f"{home}/items", "schema": f"{home}/schema", "livePath": f"{home}/live"}
    said = {"title": text(*layer.title), "description": text(*layer.title), "group": text(*layer.group)}
    flags = {"visible": True, "live": False, "time": layer.when is not None, "zooms": [0, 22], **layer.more}
    drawn = {"styleLayers": [one["id"] for one in painted(name, layer)], "legend": legend(layer)}
    return {"name": name, **said, "geometry": layer.geometry, "label": layer.label, **flags, **drawn, **links}


def source(layer: Canned) -> Json:
    gathered = {"cluster": True, "clusterRadius": 46, "clusterMaxZoom": 14} if "clusterFrom" in layer.more else {}
    return {"type": "geojson", "data": {"type": "FeatureCollection", "features": []}, **gathered}


async def style(_: Request) -> Response:
    background = {"id": "background", "type": "background", "paint": {"background-color": "#eef2f5"}}
    return JSONResponse(
        {
            "version": 8,
            "center": [106.55, 29.56],
            "zoom": 10.4,
            "sources": {name: source(layer) for name, layer in CITY.items()},
            "layers": [background, *(one for name, layer in CITY.items() for one in painted(name, layer))],
            "metadata": {"onemap:layers": [described(name, layer) for name, layer in CITY.items()]},
        }
    )


def inside(row: Json, box: str | None) -> bool:
    if box is None:
        return True
    west, south, east, north = map(float, box.split(","))
    return bool(shapely.box(west, south, east, north).intersects(shapely.geometry.shape(row["geometry"])))


def during(row: Json, when: str | None, times: str | None) -> bool:
    if not when or not times:
        return True
    start, end = times.split("/")
    return (start == ".." or row["properties"][when] >= start) and (end == ".." or row["properties"][when] <= end)


def mentions(row: Json, words: str | None) -> bool:
    return words is None or words in json.dumps(row["properties"], ensure_ascii=False)


def equal(row: Json, layer: Canned, asked: Mapping[str, str]) -> bool:
    return all(row["properties"].get(name) == value for name, value in asked.items() if name in layer.fields)


def only(row: Json, names: str | None) -> Json:
    if names is None:
        return row
    return {**row, "properties": {n: v for n, v in row["properties"].items() if n in names.split(",")}}


async def items(request: Request) -> Response:
    layer, asked = CITY[request.path_params["name"]], request.query_params
    kept = [row for row in layer.features if inside(row, asked.get("bbox")) and mentions(row, asked.get("q"))]
    kept = [row for row in kept if during(row, layer.when, asked.get("datetime")) and equal(row, layer, asked)]
    page = [only(row, asked.get("properties")) for row in kept[: int(asked.get("limit", 10))]]
    links = [{"rel": "next", "href": f"{request.url}&after=x"}] if len(page) < len(kept) else []
    counts = {"numberMatched": len(kept), "numberReturned": len(page), "links": links}
    return JSONResponse({"type": "FeatureCollection", "features": page, **counts}, media_type="application/geo+json")


async def item(request: Request) -> Response:
    rows = CITY[request.path_params["name"]].features
    found = next((row for row in rows if row["id"] == request.path_params["key"]), None)
    return JSONResponse(found or {"title": "Not found", "status": 404}, 200 if found else 404)


async def schema(request: Request) -> Response:
    layer = CITY[request.path_params["name"]]
    place = {"x-ogc-role": "primary-geometry", "format": "geometry-any", "title": "位置 Place"}
    return JSONResponse({"type": "object", "properties": {**layer.fields, "place": place}})


async def codes(request: Request) -> Response:
    scheme: str = request.path_params["scheme"]
    zh, en, said = CODES[scheme]
    return JSONResponse({"scheme": scheme, "title": text(zh, en), "codes": _codes(said)})


def _codes(said: Named) -> list[Json]:
    return [{"code": code, "title": text(*names[:2])} for code, names in said.items()]


async def live(request: Request) -> Response:
    listener = (request.path_params["name"], asyncio.Queue[str]())
    LISTENERS.add(listener)

    async def events() -> AsyncIterator[str]:
        yield "event: hello\ndata: {}\n\n"
        while True:
            yield await listener[1].get()

    return StreamingResponse(events(), media_type="text/event-stream")


async def push(request: Request) -> Response:
    """Send the posted `{event, data}` to everyone who listens to the layer; answer how many did."""
    said = await request.json()
    heard = [queue for name, queue in LISTENERS if name == request.path_params["name"]]
    for queue in heard:
        queue.put_nowait(f"event: {said['event']}\ndata: {json.dumps(said['data'])}\n\n")
    return JSONResponse(len(heard))


async def export(request: Request) -> Response:
    said = {"content-disposition": 'attachment; filename="map.html"'}
    return Response(f"<!doctype html><p>{request.url.query}", media_type="text/html", headers=said)


async def page(_: Request) -> Response:
    return FileResponse(PAGE / "index.html")


ROUTES = [
    Route("/map", page),
    Route("/styles/onemap", style),
    Route("/collections/{name}/items", items),
    Route("/collections/{name}/items/{key}", item),
    Route("/collections/{name}/schema", schema),
    Route("/collections/{name}/live", live),
    Route("/codes/{scheme}", codes),
    Route("/export/map.html", export),
    Route("/push/{name}", push, methods=["POST"]),
    Mount("/page", StaticFiles(directory=PAGE)),
]

if __name__ == "__main__":
    uvicorn.run(Starlette(routes=ROUTES), port=int(sys.argv[1]), log_level="warning", timeout_graceful_shutdown=1)

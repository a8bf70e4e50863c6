"""MapLibre takes the style without a complaint and draws every layer of it, from our own files alone."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from layers.feature import Layer
from layers.look import Style
from spatial.shape import Kind
from styles.style import style

HOST = "http://onemap.test/"
PAGE = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="maplibre-gl.css">
<style>html, body, #map { margin: 0; height: 100% }</style><div id="map"></div><script type="module">
import * as maplibre from "./maplibre-gl.mjs";
maplibre.setWorkerUrl("./maplibre-gl-worker.mjs");
window.errors = [];
window.map = new maplibre.Map({ container: "map", style: "style.json", fadeDuration: 0 });
map.on("error", ({ error }) => errors.push(error.message));
map.on("idle", () => { window.idle = true; });
</script>"""
KINDS = {".css": "text/css", ".mjs": "text/javascript", ".json": "application/json", "": "text/html"}


@pytest.fixture
def drawn(window: Callable[..., BrowserContext], assets: Path) -> Iterator[Callable[[dict[str, Any]], Page]]:
    """Draws a style document on a map; whatever is asked for comes from our files, or is missing."""
    missing: list[str] = []

    def draw(document: dict[str, Any]) -> Page:
        ours = {"": PAGE, "style.json": json.dumps(document)}

        def answer(route: Route) -> None:
            name = route.request.url.removeprefix(HOST)
            path = assets / "maplibre-gl" / name
            body = ours[name] if name in ours else path.read_text("utf-8") if path.is_file() else None
            if body is None:
                missing.append(route.request.url)
            route.fulfill(status=200 if body else 404, body=body or "", content_type=KINDS[Path(name).suffix])

        page = window().new_page()
        page.route("**/*", answer)
        page.goto(HOST)
        page.wait_for_function("window.idle", timeout=60_000)
        assert page.evaluate("errors") == []
        return page

    yield draw
    assert [url for url in missing if not url.endswith("favicon.ico")] == []


def filled(document: dict[str, Any], layers: list[Layer], frame: Any, n: int = 12) -> dict[str, Any]:
    """The document with features in its sources."""
    for layer in layers:
        document["sources"][layer.name]["data"] = json.loads(frame(layer, n).to_json(default=str))
    return document


def features(page: Page) -> dict[str, int]:
    """How many features each style layer draws."""
    found = page.evaluate("map.queryRenderedFeatures().map(({ layer }) => layer.id)")
    return {name: found.count(name) for name in found}


def test_every_declared_layer_is_drawn(drawn: Any, layers: dict[str, Layer], frame: Any) -> None:
    looks = [replace(each.style, visible=True, zooms=(0, 22), label_zoom=0) for each in layers.values()]
    shown = [replace(each, style=look) for each, look in zip(layers.values(), looks, strict=True)]
    page = drawn(filled(style(shown, (106.54, 29.56), 10), shown, frame))
    seen = features(page)
    for layer in shown:
        assert any(seen.get(f"{layer.name}-{part}") for part in ("circle", "line", "fill", "cluster")), layer.name
    labelled = {name.removesuffix("-label") for name in seen if name.endswith("-label")}
    assert "districts" in labelled
    assert page.evaluate("map.getStyle().metadata['onemap:layers'].length") == len(shown)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_geometry_type_is_drawn(drawn: Any, uploaded: Any, frame: Any, kind: Kind) -> None:
    layer = uploaded(kind, Style(label="code", label_zoom=0))
    seen = features(drawn(filled(style([layer], (106.55, 29.56), 13), [layer], frame, 80)))
    assert {name.removeprefix("uploaded-") for name in seen} - {"label"} <= {"fill", "outline", "line", "circle"}
    assert "uploaded-label" in seen
    assert len(seen) >= 2


def test_points_gather_and_are_counted(drawn: Any, layers: dict[str, Layer], frame: Any) -> None:
    cases = layers["cases"]
    page = drawn(filled(style([cases], (106.54, 29.56), 9), [cases], frame, 200))
    clusters = page.evaluate(
        "map.queryRenderedFeatures({ layers: ['cases-cluster'] }).map(({ properties }) => properties)"
    )
    assert clusters
    for each in clusters:
        assert (
            sum(count for name, count in each.items() if name.startswith("cluster_") and name != "cluster_id")
            == (each["point_count"])
        )
    assert features(page)["cases-count"] >= 1

"""A layer with more in view than a page can load is drawn from tiles: all of it, and as it is now."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.request import urlopen

import mapbox_vector_tile
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Response, expect

import shapely

from layers.store.geopackage import GeoPackageStore

pytestmark = pytest.mark.browser
COUNT = 10_500
CENTRE = (106.55, 29.56)
ROOT = Path(__file__).parents[2]


def case(n: int, place: Any) -> dict[str, Any]:
    coded = {"matter": "A0101", "state": "opened", "source": "patrol"}
    return {"number": f"C{n:06}", **coded, "reported": datetime(2026, 3, 1, tzinfo=UTC), "place": place}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GeoPackageStore]:
    """A city with more cases than a page loads."""
    made = GeoPackageStore(tmp_path_factory.mktemp("tiles") / "city.gpkg")
    at = np.random.default_rng(7).uniform(-0.02, 0.02, (COUNT, 2)) + CENTRE
    with made.write() as writer:
        writer.upsert(made.layers()["cases"], [case(n, shapely.Point(xy)) for n, xy in enumerate(at)])
    yield made
    made.close()


@pytest.fixture(scope="module")
def service(store: GeoPackageStore) -> Iterator[str]:
    """The address of a service over the city."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "api.command.serving:app",
        "--factory",
        "--log-level",
        "warning",
        "--port",
        str(port),
    ]
    # tiles that gather nothing, so that a click meets a feature
    environment = {**os.environ, "ONEMAP_STORE": str(store.path), "ONEMAP_TILE_FEATURES": "20000"}
    server = subprocess.Popen(command, env=environment, cwd=ROOT)
    home, until = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while not answers(f"{home}/conformance"):
        assert server.poll() is None and time.monotonic() < until, "the service did not start"
        time.sleep(0.1)
    yield home
    server.terminate()
    server.wait(15)


def answers(url: str) -> bool:
    try:
        return urlopen(url, timeout=2).status == 200
    except OSError:
        return False


@pytest.fixture
def page(browser: Browser, service: str) -> Iterator[Page]:
    """The map with all cases in view; it must not complain."""
    context = browser.new_context(viewport={"width": 900, "height": 600}, locale="zh-CN")
    made, problems = context.new_page(), list[str]()
    made.on("console", lambda said: problems.append(said.text) if said.type in ("error", "warning") else None)
    made.on("pageerror", lambda problem: problems.append(str(problem)))
    made.goto(f"{service}/map#map=12/{CENTRE[1]}/{CENTRE[0]}&layers=cases&time=all")
    expect(made.locator("#status-cases")).to_contain_text("10,50", timeout=60_000)
    expect(made.locator("#map")).to_have_attribute("aria-busy", "false", timeout=60_000)
    yield made
    context.close()
    assert problems == []


def shown(answer: Response) -> list[dict[str, Any]]:
    return cast("Any", mapbox_vector_tile.decode(answer.body()))["cases"]["features"]


def of_tile(answer: Response) -> bool:
    return "/tiles/WebMercatorQuad/" in answer.url and answer.status == 200


def test_all_is_drawn_and_nothing_said_to_be_missing(page: Page) -> None:
    expect(page.locator("#notice")).to_be_hidden()
    expect(page.locator("#status-cases")).to_contain_text("10,50")


def test_a_click_opens_what_a_tile_shows(page: Page) -> None:
    page.locator("#map canvas").click(position={"x": 450, "y": 300})
    expect(page.locator("#details")).to_contain_text("C0")
    expect(page.locator("#details")).to_contain_text("A0101")


def test_a_change_is_drawn_within_a_second(page: Page, store: GeoPackageStore) -> None:
    layer = store.layers()["cases"]
    with page.expect_response(of_tile, timeout=5000) as told:
        begun = time.monotonic()
        with store.write() as writer:
            writer.upsert(layer, [case(COUNT + 1, shapely.Point(CENTRE))])
    # half a second until the page is told, a third until it asks; the rest is for a busy machine
    assert time.monotonic() - begun < 2
    assert shown(told.value)

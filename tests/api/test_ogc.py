"""pygeoapi as a library, and documents that are made once for as long as nothing changes."""

import logging
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import pyproj
import shapely

from api import definition, ogc
from api.context import OneMap
from api.extents import FRESH
from api.provider import LayerProvider
from api.settings import Settings
from layers.runtime import from_schema
from layers.store.geopackage import GeoPackageStore

ROOT = Path(__file__).parents[2]
HEAVY = {
    "pandas",
    "geopandas",
    "pyarrow",
    "folium",
    "branca",
    "pygeoapi",
    "pyogrio",
    "jinja2",
    "geoalchemy2",
    "rasterio",
}
ODD = {
    "title": "a < b & c > d",
    "description": "&lt;b&gt; stays, <b> too",
    "properties": {
        "code": {"type": "string", "x-ogc-role": "id"},
        "place": {"format": "geometry-point"},
        "at": {"type": "string", "format": "date-time", "x-ogc-role": "primary-instant"},
    },
}


@pytest.fixture
def service(empty: GeoPackageStore) -> OneMap:
    return OneMap(Settings(), empty)


def test_it_describes_every_layer_from_what_the_layer_says(service: OneMap) -> None:
    known = ogc.collections(service)
    assert list(known) == list(service.layers())
    assert known["cases"]["itemType"] == "feature"
    assert known["cases"]["keywords"] == ["案件", "Cases", "城市治理", "City work"]


def test_layers_made_later_are_described_too_and_signs_stay_as_they_are(own: TestClient) -> None:
    assert own.get("/collections").status_code == 200
    assert own.post("/collections?name=odd", json=ODD).status_code == 201
    told = own.get("/collections/odd").json()
    assert told["title"] == ODD["title"]
    assert told["description"] == ODD["description"]
    assert told["keywords"][0] == ODD["title"]
    assert told["crs"][0] == told["storageCrs"]
    page = own.get("/collections?f=html").text
    assert "a &lt; b &amp; c &gt; d" in page


def test_the_provider_tells_the_fields_it_is_given(service: OneMap) -> None:
    layer = from_schema("odd", ODD)
    provider = LayerProvider(ogc.resource(layer)["providers"][0])
    assert set(provider.get_fields()) == {"code", "at"}
    assert provider.id_field == "code"


def test_it_leaves_our_logging_alone(service: OneMap) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    ogc.collections(service)
    assert (root.level, list(root.handlers)) == before


def test_it_is_asked_once_until_a_layer_comes_or_goes(service: OneMap, empty: GeoPackageStore) -> None:
    first = ogc.collections(service)
    assert ogc.collections(service) is first
    empty.add(from_schema("odd", ODD), ODD)
    second = ogc.collections(service)
    assert set(second) - set(first) == {"odd"}
    assert ogc.collections(service) is second


def test_many_may_ask_at_once(service: OneMap) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ogc.collections(service), range(32)))
    assert all(answer == answers[0] for answer in answers)


def test_no_request_searches_all_of_proj(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """`to_epsg` of CRS84, which has no code, costs tens of milliseconds with the lock of the interpreter held."""
    searched: list[Any] = []
    plain = pyproj.CRS.to_epsg
    paths = ("/collections", "/collections/cases", "/collections/cases/items?bbox=106,29,107,30&crs=EPSG:4545")
    for path in paths:
        client.get(path)
    monkeypatch.setattr(pyproj.CRS, "to_epsg", lambda self, *a: (searched.append(self), plain(self, *a))[1])
    for path in paths:
        assert client.get(path).status_code == 200
    assert searched == []


def write(store: GeoPackageStore, make_row: Any, n: int, lon: float) -> None:
    layer = store.layers()["cases"]
    with store.write() as writer:
        writer.upsert(layer, [make_row(layer, n, place=shapely.Point(lon, 29.5))])


def test_extents_follow_the_rows_within_a_second_or_so(own: TestClient, empty: GeoPackageStore, make_row: Any) -> None:
    write(empty, make_row, 1, 106.5)
    assert own.get("/collections/cases").json()["extent"]["spatial"]["bbox"] == [[106.5, 29.5, 106.5, 29.5]]
    write(empty, make_row, 2, 106.9)
    time.sleep(FRESH + 0.1)
    listed = {told["id"]: told for told in own.get("/collections").json()["collections"]}
    for told in (own.get("/collections/cases").json(), listed["cases"]):
        assert told["extent"]["spatial"]["bbox"] == [[106.5, 29.5, 106.9, 29.5]]
        assert told["extent"]["temporal"]["interval"] == [["2026-03-01T01:00:00.000Z", "2026-03-01T02:00:00.000Z"]]


def test_extents_are_looked_up_when_rows_were_written_and_else_not(
    service: OneMap, empty: GeoPackageStore, make_row: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, looks = service.extents(), list[str]()
    extent = empty.extent
    monkeypatch.setattr(empty, "extent", lambda layer: (looks.append(layer.name), extent(layer))[1])
    monkeypatch.setattr("api.extents.FRESH", 0.0)
    assert service.extents() is first
    assert looks == []
    write(empty, make_row, 1, 106.5)
    assert service.extents() is not first
    assert sorted(looks) == sorted(service.layers())


def test_the_openapi_document_is_written_once(
    app: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    document = definition.document
    monkeypatch.setattr(definition, "document", lambda *a: (made.append(a[2]), document(*a))[1])
    app.state.onemap._made.clear()
    texts = [client.get(path, headers={"host": h}).text for path in ("/api", "/api/3.1") for h in ("a", "b", "a")]
    assert made == ["3.0", "3.1"]
    assert texts[0] == texts[2] == texts[1].replace("http://b", "http://a")


def test_a_first_answer_waits_for_no_heavy_library(tmp_path: Path) -> None:
    """In a process of its own: the app is made and answers, and what only formats or imports need is not loaded."""
    script = f"""
import os, sys
os.environ["ONEMAP_STORE"] = {str(tmp_path / "city.gpkg")!r}
from api.command.serving import app
from starlette.testclient import TestClient
client = TestClient(app())
for path in ("/", "/conformance", "/collections/cases/items", "/collections/cases/schema", "/api"):
    assert client.get(path).status_code == 200
print(*sorted({HEAVY!r} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == []

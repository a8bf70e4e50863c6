"""A raster among the collections: described, listed, in the OpenAPI document, in the style; gone when it is removed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import schemathesis
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from starlette.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from layers.raster_file import Wish, added
from layers.store.geopackage import GeoPackageStore
from layers.text import Text

REL = "http://www.opengis.net/def/rel/ogc/1.0/"


def test_it_is_described(dem: TestClient) -> None:
    told = dem.get("/collections/dem").json()
    assert (told["id"], told["title"]) == ("dem", "高程 Elevation")
    assert "itemType" not in told
    spatial = told["extent"]["spatial"]
    assert spatial["bbox"][0] == pytest.approx([106.5035, 29.3952, 106.7843, 29.5874], abs=1e-4)
    assert told["storageCrs"] == "http://www.opengis.net/def/crs/EPSG/0/4545"
    assert spatial["storageCrsBbox"] == [[3254000, 355000, 3275000, 382000]]
    assert spatial["grid"] == [
        {"cellsCount": 70, "firstCoordinate": 3274850, "resolution": -300},
        {"cellsCount": 90, "firstCoordinate": 355150, "resolution": 300},
    ]
    assert list(told["parameter_names"]) == ["height", "depth"]
    assert list(told["data_queries"]) == ["position", "area", "cube"]


def test_its_links_lead_somewhere(dem: TestClient) -> None:
    links = dem.get("/collections/dem").json()["links"]
    assert {f"{REL}coverage", f"{REL}schema", f"{REL}tilesets-map", "data", "self"} <= {link["rel"] for link in links}
    for link in links:
        answer = dem.get(link["href"])
        wanted = 400 if link["rel"] == "data" else 200
        assert answer.status_code == wanted, link
        assert wanted == 400 or answer.headers["content-type"].startswith(link["type"])


def test_it_is_listed_among_the_layers(dem: TestClient) -> None:
    listed = {each["id"]: each for each in dem.get("/collections").json()["collections"]}
    assert listed["dem"] == dem.get("/collections/dem").json()
    assert listed["cases"]["itemType"] == "feature"


def test_its_schema_names_its_fields(dem: TestClient) -> None:
    answer = dem.get("/collections/dem/schema")
    assert answer.headers["content-type"] == "application/schema+json"
    document = answer.json()
    Draft202012Validator.check_schema(document)
    assert {name: field["x-ogc-propertySeq"] for name, field in document["properties"].items()} == {
        "height": 1,
        "depth": 2,
    }
    assert {field["type"] for field in document["properties"].values()} == {"number"}


@pytest.mark.parametrize("path", ["/collections", "/collections/dem", "/collections/dem/schema"])
def test_people_get_pages(dem: TestClient, path: str) -> None:
    answer = dem.get(path, params={"f": "html"})
    assert answer.headers["content-type"].startswith("text/html")
    assert "高程" in answer.text


def test_it_has_no_features(dem: TestClient) -> None:
    for path in ("items", "queryables", "sortables", "live"):
        assert dem.get(f"/collections/dem/{path}").status_code == 404


@pytest.mark.parametrize(
    ("path", "validator"), [("/api", OpenAPIV30SpecValidator), ("/api/3.1", OpenAPIV31SpecValidator)]
)
def test_the_openapi_document_holds_it(dem: TestClient, path: str, validator: Any) -> None:
    document = dem.get(path).json()
    validator(document).validate()
    own = {each.removeprefix("/collections/dem") for each in document["paths"] if each.startswith("/collections/dem")}
    tiles = "/map/tiles/{tileMatrixSetId}"
    assert own == {
        *("", "/schema", "/coverage", "/position", "/area", "/cube", "/map/tiles", tiles),
        f"{tiles}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}",
    }


def test_the_style_shows_it_below_what_is_drawn_in_lines(dem: TestClient) -> None:
    style = dem.get("/styles/onemap").json()
    assert style["sources"]["dem"]["tiles"] == [
        "http://testserver/collections/dem/map/tiles/WebMercatorQuad/{z}/{y}/{x}?f=png"
    ]
    kinds = [layer["type"] for layer in style["layers"]]
    at = kinds.index("raster")
    assert set(kinds[:at]) <= {"background", "fill"}
    assert style["metadata"]["onemap:rasters"][0]["legend"]


def test_every_answer_is_as_the_document_says(dem_app: FastAPI) -> None:
    said: dict[str, Any] = {
        "generation": {"max-examples": 6, "deterministic": True},
        "phases": {"stateful": {"enabled": False}},
        # a place is right or wrong in ways that no schema tells
        "checks": {"positive_data_acceptance": {"enabled": False}},
    }
    schema = schemathesis.openapi.from_asgi("/api", dem_app, config=SchemathesisConfig.from_dict(said))
    asked, wrong = 0, list[str]()
    for event in from_schema(schema.include(path_regex="^/collections/dem")).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            wrong.append(repr(event))
        if isinstance(event, events.ScenarioFinished):
            asked += len(event.recorder.cases)
            for checks in event.recorder.checks.values():
                wrong += [f"{c.failure_info.code_sample}\n{c.failure_info.failure}" for c in checks if c.failure_info]
    assert wrong == []
    assert asked > 200


def test_all_processes_see_it_come_and_go(
    empty: GeoPackageStore, write_raster: Callable[..., Path], tmp_path: Path
) -> None:
    one, other = (create_app(Settings(), empty) for _ in range(2))
    first, second = TestClient(one), TestClient(other)
    assert second.get("/collections/plain").status_code == 404
    file = write_raster(tmp_path / "plain.tif", np.ones((1, 8, 8), "uint8"))
    added(one.state.onemap.rasters, file, Wish("plain", Text("平", "Plain")))
    other.state.onemap.rasters._looked = 0.0
    for client in (first, second):
        assert client.get("/collections/plain/coverage").json()["ranges"]["band_1"]["values"] == [1] * 64
        assert "/collections/plain/coverage" in client.get("/api").json()["paths"]
        assert "plain" in client.get("/styles/onemap").json()["sources"]
    one.state.onemap.rasters.remove("plain")
    other.state.onemap.rasters._looked = 0.0
    for client in (first, second):
        assert client.get("/collections/plain").status_code == 404
        assert "plain" not in json.dumps(client.get("/collections").json())
    assert list((tmp_path / "own.gpkg.rasters").iterdir()) == []


def test_it_can_be_dropped_over_http_and_its_name_is_its_own(
    empty: GeoPackageStore, write_raster: Callable[..., Path], tmp_path: Path
) -> None:
    app = create_app(Settings(writes="open"), empty)
    client = TestClient(app)
    file = write_raster(tmp_path / "plain.tif", np.ones((1, 8, 8), "uint8"))
    added(app.state.onemap.rasters, file, Wish("plain", Text("平", "Plain")))
    posted = {"properties": {"code": {"type": "string", "x-ogc-role": "id"}}}
    assert client.post("/collections", params={"name": "plain"}, json=posted).status_code == 409
    assert client.delete("/collections/plain").status_code == 204
    assert client.delete("/collections/plain").status_code == 404
    assert client.post("/collections", params={"name": "plain"}, json=posted).status_code == 201

"""A hidden field does not exist: every endpoint and every format of every layer, as anonymous readers ask."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import geopandas as gpd

from api.events import events_since
from api.main import create_app
from api.settings import Settings
from layers.access import Reader
from layers.catalogue import declared
from layers.column import Column
from layers.feature import Layer
from layers.store.geopackage import GeoPackageStore

HIDDEN = [
    (layer, column) for layer in declared().values() for column in layer.columns if column.about.seen_by > Reader.PUBLIC
]
LAYERS = sorted(declared())
FORMS = ("json", "jsonfg", "html", "ndjson", "csv", "fgb")
SCHEMAS = ("schema", "feature-schema", "queryables", "sortables")
TILES = (
    "tiles",
    "tiles?f=html",
    "tiles/WebMercatorQuad",
    "tiles/WebMercatorQuad?f=tilejson",
    "tiles/WebMercatorQuad/8/106/203",
)
NAMES = sorted({column.name for _, column in HIDDEN})

on_each = pytest.mark.parametrize(("layer", "column"), HIDDEN, ids=[f"{a.name}.{b.name}" for a, b in HIDDEN])


def test_there_is_something_to_hide() -> None:
    assert {"phone", "reporter", "driver", "stream"} <= set(NAMES)


def test_the_values_are_there_for_those_who_may_see_them(city: GeoPackageStore, secret: str) -> None:
    admin = TestClient(create_app(Settings(reader=Reader.ADMIN), city))
    for layer, column in HIDDEN:
        row = admin.get(f"/collections/{layer.name}/items?limit=1").json()["features"][0]
        assert row["properties"][column.name].startswith(secret)


def pages(name: str) -> Iterator[str]:
    """Yield every path below a collection that says something of its rows or fields."""
    here = f"/collections/{name}"
    yield from (here, f"{here}?f=html")
    yield from (f"{here}/items?limit=100&f={form}" for form in FORMS)
    yield from (f"{here}/{said}{f}" for said in SCHEMAS for f in ("", "?f=html"))
    yield from (f"{here}/{said}" for said in TILES if declared()[name].place)
    yield f"{here}/items?limit=100&crs=EPSG:3857"
    yield f"{here}/items?limit=3&sortby={declared()[name].key.name}"
    yield f"/export/map.html?layers={name}"


@pytest.mark.parametrize("name", LAYERS)
def test_no_answer_holds_a_hidden_value_or_name(client: TestClient, name: str, secret: str) -> None:
    own = [column.name for layer, column in HIDDEN if layer.name == name]
    for path in pages(name):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert secret.encode() not in answer.content, path
        if "export" not in path:
            assert not any(f'"{field}"' in answer.text for field in own), path


@pytest.mark.parametrize("name", LAYERS)
def test_no_single_feature_holds_one(client: TestClient, name: str, secret: str) -> None:
    key = client.get(f"/collections/{name}/items?limit=1").json()["features"][0]["id"]
    for form in ("json", "jsonfg", "html"):
        answer = client.get(f"/collections/{name}/items/{key}", params={"f": form})
        assert answer.status_code == 200
        assert secret not in answer.text


@on_each
def test_files_have_no_such_column(client: TestClient, layer: Layer, column: Column, tmp_path: Path) -> None:
    for form, read in (("parquet", gpd.read_parquet), ("fgb", gpd.read_file)):
        path = tmp_path / f"rows.{form}"
        path.write_bytes(client.get(f"/collections/{layer.name}/items?f={form}&limit=100").content)
        frame = read(path)
        assert len(frame) > 10
        assert column.name not in frame.columns


@on_each
def test_nothing_can_be_asked_by_it(client: TestClient, layer: Layer, column: Column, secret: str) -> None:
    name, items = column.name, f"/collections/{layer.name}/items"
    asked: list[dict[str, Any]] = [
        {"filter": f"{name} = '{secret}-{name}-1'"},
        {"filter": f"{name} LIKE '{secret}%'"},
        {"filter": f"NOT {name} IS NULL"},
        {"filter": f"CASEI({name}) = CASEI('x')"},
        {"filter": f"\"{name}\" IN ('a')"},
        {"filter": f'{{"op":"isNull","args":[{{"property":"{name}"}}]}}', "filter-lang": "cql2-json"},
        {name: f"{secret}-{name}-1"},
        {"sortby": name},
        {"sortby": f"-{name}"},
        {"properties": name},
        {"properties": f"{layer.key.name},{name}"},
    ]
    for params in asked:
        for form in ("json", "csv", "html", "parquet"):
            answer = client.get(items, params={"f": form, **params})
            assert answer.status_code == 400, (params, form)
            assert secret not in answer.json()["detail"].replace(f"{secret}-{name}-1", "")
        export = {k: v for k, v in params.items() if k.startswith("filter")}
        if export:
            assert client.get("/export/map.html", params={"layers": layer.name, **export}).status_code == 400


@on_each
def test_search_does_not_find_it(client: TestClient, layer: Layer, column: Column, secret: str) -> None:
    for text in (secret, f"{secret}-{column.name}-1"):
        assert client.get(f"/collections/{layer.name}/items", params={"q": text}).json()["numberMatched"] == 0


def test_what_describes_the_service_does_not_name_it(client: TestClient) -> None:
    for path in ("/api", "/api/3.1", "/styles/onemap", "/collections", "/collections?f=html", "/", "/codes"):
        text = client.get(path).text
        assert [name for name in ("reporter", "driver", "stream", "phone") if f'"{name}"' in text] == []


@pytest.mark.parametrize("name", sorted({layer.name for layer, _ in HIDDEN}))
def test_changes_do_not_tell_it(app: FastAPI, city: GeoPackageStore, name: str, secret: str) -> None:
    seen = app.state.onemap.layer(name)
    _, told = events_since(city, seen, 0)
    text = b"".join(event.text for event in told)
    assert text.count(b"event: upsert") > 10
    assert secret.encode() not in text
    assert not any(f'"{c.name}"'.encode() in text for layer, c in HIDDEN if layer.name == name)


def test_a_cursor_does_not_carry_it(client: TestClient, app: FastAPI) -> None:
    """A cursor of somebody who may sort by the field is of no use to one who may not."""
    admin = TestClient(create_app(Settings(reader=Reader.ADMIN), app.state.onemap.store))
    links = admin.get("/collections/cases/items?sortby=reporter&limit=2").json()["links"]
    href = next(link["href"] for link in links if link["rel"] == "next")
    assert client.get(href).status_code == 400
    assert client.get(href.replace("sortby=reporter", "sortby=state")).status_code in (200, 400)


def test_a_hidden_field_of_a_layer_made_later_is_hidden_too() -> None:
    """What a reader sees is decided per layer and reader, never by a list kept elsewhere."""
    for layer, column in HIDDEN:
        public = layer.seen_by(Reader.PUBLIC)
        assert column.name not in public.by_name
        assert column.name in layer.seen_by(column.about.seen_by).by_name


def test_readers_between_see_what_is_theirs(city: GeoPackageStore) -> None:
    district = TestClient(create_app(Settings(reader=Reader.DISTRICT), city))
    risk = district.get("/collections/risk_points/items?limit=1").json()["features"][0]["properties"]
    case = district.get("/collections/cases/items?limit=1").json()["features"][0]["properties"]
    assert "phone" in risk
    assert "reporter" not in case


def test_the_walk_knows_every_endpoint(app: FastAPI, client: TestClient) -> None:
    """A new path below a collection has to be looked at here as well."""
    told = {path.removeprefix("/collections/cases") for path in client.get("/api").json()["paths"] if "/cases" in path}
    tiles = ("", "/{tileMatrixSetId}", "/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}")
    paths = {*(f"/{name}" for name in SCHEMAS), *(f"/tiles{path}" for path in tiles)}
    assert told == {"", "/items", "/items/{featureId}", "/live", *paths}

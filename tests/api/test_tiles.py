"""Tiles over HTTP: what is in them, how they are named, cached, refused, and what they never show."""

import json
import time
from typing import Any, cast

import mapbox_vector_tile
import numpy as np
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import shapely

from layers.store.geopackage import GeoPackageStore
from spatial.tms import SETS

CENTRE = (106.45, 29.42)
MVT = "application/vnd.mapbox-vector-tile"


def at(z: int, tms: str = "WebMercatorQuad") -> str:
    lon, lat = CENTRE
    x, y = SETS[tms].touched(np.array([[lon, lat, lon, lat]]), z, 0)[0, :2].tolist()
    return f"{tms}/{z}/{y}/{x}"


def read(tile: bytes) -> dict[str, list[dict[str, Any]]]:
    return {name: each["features"] for name, each in cast("Any", mapbox_vector_tile.decode(tile)).items()}


@pytest.mark.parametrize("tms", SETS)
def test_a_collection_s_tile_holds_its_features(client: TestClient, tms: str) -> None:
    answer = client.get(f"/collections/cases/tiles/{at(7, tms)}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == MVT
    (features,) = read(answer.content).values()
    assert len(features) == 45
    assert {"number", "state"} == {name for f in features for name in f["properties"]}


def test_a_map_tile_holds_every_collection(app: FastAPI, client: TestClient) -> None:
    placed = {name for name, layer in app.state.onemap.layers().items() if layer.place}
    assert set(read(client.get(f"/tiles/{at(7)}").content)) == placed
    two = client.get(f"/tiles/{at(7)}?collections=cases,districts")
    assert sorted(read(two.content)) == ["cases", "districts"]


def test_parameters_choose(client: TestClient) -> None:
    path = f"/collections/cases/tiles/{at(7)}"
    some = client.get(path, params={"datetime": "2026-03-01T00:00:00Z/2026-03-01T09:00:00Z"})
    items = client.get("/collections/cases/items", params={"datetime": "2026-03-01T00:00:00Z/2026-03-01T09:00:00Z"})
    assert len(read(some.content)["cases"]) == items.json()["numberMatched"]
    state = items.json()["features"][0]["properties"]["state"]
    chosen = client.get(path, params={"filter": f"state = '{state}'", "properties": "state"})
    assert {json.dumps(f["properties"]) for f in read(chosen.content)["cases"]} == {json.dumps({"state": state})}


def test_nothing_there_is_no_content(client: TestClient) -> None:
    answer = client.get("/collections/cases/tiles/WebMercatorQuad/10/0/0")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/collections/nope/tiles/WebMercatorQuad/0/0/0", 404),
        ("/collections/cases/tiles/Nope/0/0/0", 404),
        ("/collections/cases/tiles/WebMercatorQuad/25/0/0", 404),
        ("/collections/cases/tiles/WebMercatorQuad/1/2/0", 404),
        ("/collections/cases/tiles/CGCS2000Quad/0/0/0", 404),
        ("/collections/cases/tiles/WebMercatorQuad/a/0/0", 400),
        ("/collections/cases/tiles/WebMercatorQuad/1/-1/0", 400),
        ("/collections/cases/tiles/WebMercatorQuad/1/0/0?limit=3", 400),
        ("/collections/cases/tiles/WebMercatorQuad/1/0/0?f=png", 400),
        ("/collections/cases/tiles/WebMercatorQuad/1/0/0?properties=nope", 400),
        ("/collections/cases/tiles/WebMercatorQuad/1/0/0?filter=nope=1", 400),
        ("/collections/cases/tiles/WebMercatorQuad/1/0/0?datetime=soon", 400),
        ("/tiles/WebMercatorQuad/1/0/0?collections=nope", 400),
        ("/tiles/WebMercatorQuad/1/0/0?collections=", 400),
        ("/tiles/WorldCRS84Quad?f=tilejson", 400),
        ("/tileMatrixSets/Nope", 404),
        ("/tiles/Nope", 404),
    ],
)
def test_what_is_wrong_is_refused_with_a_reason(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_hidden_fields_are_in_no_tile(app: FastAPI, client: TestClient, secret: str) -> None:
    for name, layer in app.state.onemap.store.layers().items():
        if layer.place is None:
            continue
        hidden = [c.name for c in layer.columns if c.name not in app.state.onemap.layers()[name].by_name]
        tile = client.get(f"/collections/{name}/tiles/{at(7)}", headers={"accept-encoding": "identity"})
        assert secret.encode() not in tile.content
        for field in hidden:
            refused = client.get(f"/collections/{name}/tiles/{at(7)}", params={"properties": field})
            assert refused.status_code == 400
            assert (
                client.get(f"/collections/{name}/tiles/WebMercatorQuad/0/0/0?filter={field} = 'x'").status_code == 400
            )


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_kept_and_new_tiles_are_answered_alike(client: TestClient, coding: str) -> None:
    path, said = f"/collections/risk_points/tiles/{at(6)}", {"accept-encoding": coding}
    first, second = (client.get(path, headers=said) for _ in range(2))
    assert first.content == second.content
    told = ("etag", "content-type", "cache-control", "content-encoding", "x-content-type-options", "content-length")
    assert [first.headers.get(name) for name in told] == [second.headers.get(name) for name in told]
    assert first.headers["cache-control"] == "public, no-cache"
    head = client.head(path, headers=said)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])
    assert second.headers["access-control-allow-origin"] == "*"


def test_who_has_a_tile_is_told_so(client: TestClient) -> None:
    path = f"/collections/cases/tiles/{at(6)}"
    tag = client.get(path).headers["etag"]
    for said in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        answer = client.get(path, headers={"if-none-match": said})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert client.get(path, headers={"if-none-match": '"other"'}).status_code == 200


def test_codings_have_tags_of_their_own(client: TestClient) -> None:
    path = f"/tiles/{at(6)}"
    packed, plain = (client.get(path, headers={"accept-encoding": coding}) for coding in ("gzip", "gzip;q=0, identity"))
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]


def test_a_change_is_in_the_next_tile(own: TestClient, empty: GeoPackageStore, fill: Any, make_row: Any) -> None:
    fill(empty)
    layer = empty.layers()["cases"]
    path = f"/collections/cases/tiles/{at(9)}"
    before = own.get(path)
    assert own.get(path).headers["etag"] == before.headers["etag"]
    with empty.write() as writer:
        writer.upsert(layer, [make_row(layer, 999, place=shapely.Point(CENTRE))])
    end = time.monotonic() + 1
    while own.get(path).headers["etag"] == before.headers["etag"]:
        assert time.monotonic() < end, "a tile is older than a second"
    assert len(read(own.get(path).content)["cases"]) == len(read(before.content)["cases"]) + 1

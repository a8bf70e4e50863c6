"""Layers made at run time: from schemas and files, by those who may, for all workers, and for good."""

import json
import time
import zipfile
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

import geopandas as gpd
import shapely

from api.command.serving import read
from api.main import create_app
from api.settings import Settings
from layers.store.geopackage import GeoPackageStore

BENCHES = {
    "title": "长椅",
    "x-onemap-title": {"zh": "长椅", "en": "Benches"},
    "required": ["code"],
    "properties": {
        "code": {"type": "string", "x-ogc-role": "id"},
        "seats": {"type": "integer", "minimum": 1, "title": "座位"},
        "place": {"format": "geometry-point"},
    },
}
LOCAL = ("127.0.0.1", 5000)
PROXIES = {"Forwarded": "for=1.2.3.4", "X-Forwarded-Proto": "https", "x-forwarded-host": "a.example", "Via": "1.1 a"}
"""What proxies say that name no client, or one that is not believed."""


def row(n: int) -> dict[str, Any]:
    return {"code": f"B{n}", "seats": n + 1, "place": shapely.Point(106.5 + n / 100, 29.5)}


def test_a_posted_schema_becomes_a_collection(own: TestClient, empty: GeoPackageStore) -> None:
    made = own.post("/collections?name=benches", json=BENCHES, headers={"content-type": "application/schema+json"})
    assert made.status_code == 201
    assert made.headers["location"] == "http://testserver/collections/benches"
    assert made.headers["content-type"] == "application/schema+json"
    with empty.write() as writer:
        writer.upsert(empty.layers()["benches"], [row(n) for n in range(5)])
    told = own.get(made.headers["location"]).json()
    assert told["title"] == "长椅 Benches"
    assert told["extent"]["spatial"]["bbox"] == [[106.5, 29.5, 106.54, 29.5]]
    assert own.get("/collections/benches/items?seats=3").json()["numberMatched"] == 1
    assert own.get("/collections/benches/items?f=html").status_code == 200
    assert "/collections/benches/items" in own.get("/api").json()["paths"]
    assert "benches" in own.get("/styles/onemap").json()["sources"]
    assert [c["id"] for c in own.get("/collections").json()["collections"]][-1] == "benches"


def test_its_name_may_be_in_the_schema(own: TestClient) -> None:
    assert own.post("/collections", json={**BENCHES, "x-onemap-name": "one"}).status_code == 201
    assert own.post("/collections", json={**BENCHES, "$id": "http://x/collections/two/schema"}).status_code == 201
    assert own.post("/collections", json=BENCHES).status_code == 400
    assert {"one", "two"} <= {c["id"] for c in own.get("/collections").json()["collections"]}


def test_a_collection_goes_as_it_came(own: TestClient) -> None:
    assert own.post("/collections?name=benches", json=BENCHES).status_code == 201
    assert own.post("/collections?name=benches", json=BENCHES).status_code == 409
    gone = own.delete("/collections/benches")
    assert (gone.status_code, gone.content) == (204, b"")
    assert own.delete("/collections/benches").status_code == 404
    for path in ("/collections/benches", "/collections/benches/items"):
        assert own.get(path).status_code == 404
    assert "benches" not in own.get("/api").text
    assert own.post("/collections?name=benches", json=BENCHES).status_code == 201


def test_what_is_built_in_stays(own: TestClient) -> None:
    assert own.delete("/collections/cases").status_code == 409
    assert own.post("/collections?name=cases", json=BENCHES).status_code == 409
    assert own.get("/collections/cases/items").status_code == 200


def test_a_layer_of_the_same_name_may_be_another(own: TestClient) -> None:
    for field in ("seats", "colour"):
        schema = {"properties": {"code": BENCHES["properties"]["code"], field: {"type": "string"}}}  # type: ignore[index]
        assert own.post("/collections?name=benches", json=schema).status_code == 201
        assert set(own.get("/collections/benches/schema").json()["properties"]) == {"code", field}
        assert own.get(f"/collections/benches/items?{field}=x").status_code == 200
        assert own.delete("/collections/benches").status_code == 204


@pytest.mark.parametrize(
    "name", ["om_meta", "gpkg_contents", "rtree_cases_place", "sqlite_sequence", "A", "a-b", "", "x" * 50, "a;b"]
)
def test_no_name_reaches_what_is_the_stores(own: TestClient, name: str) -> None:
    assert own.post("/collections", params={"name": name}, json=BENCHES).status_code == 400
    assert own.delete(f"/collections/{name or 'om_meta'}").status_code == 404
    assert own.get("/collections/cases/items").status_code == 200


def test_names_of_indexes_are_taken_too(own: TestClient) -> None:
    assert own.post("/collections?name=cases_key", json=BENCHES).status_code == 409
    assert own.post("/collections?name=spots_key", json=BENCHES).status_code == 201
    assert own.post("/collections?name=spots", json=BENCHES).status_code == 409
    assert "spots" not in {c["id"] for c in own.get("/collections").json()["collections"]}


DEEP = b'{"properties":' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}"
BODIES: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "no JSON": (b"{", 400),
    "a list": (b"[]", 400),
    "text": (b'"x"', 400),
    "not UTF-8": (b'{"title": "\xff"}', 400),
    "half a surrogate pair": (b'{"title": "\\ud800", "properties": {}}', 400),
    "NaN": (b'{"properties": {"a": {"minimum": NaN}}}', 400),
    "deep": (DEEP, 400),
    "wide": (json.dumps({"properties": {f"p{n}": {"type": "string"} for n in range(10_000)}}).encode(), 400),
    "large": (b'{"properties": "' + b"x" * 1_200_000 + b'"}', 413),
    "features": (b'{"type": "FeatureCollection", "features": []}', 400),
    "a broken pattern": (json.dumps({"properties": {"a": {"type": "string", "pattern": "["}}}).encode(), 400),
}


@pytest.mark.parametrize("what", BODIES)
def test_hostile_bodies_are_refused(own: TestClient, what: str) -> None:
    body, status = BODIES[what]
    answer = own.post("/collections?name=bad", content=body, headers={"content-type": "application/schema+json"})
    assert answer.status_code == status
    assert answer.json()["detail"]


@pytest.mark.parametrize("kind", ["", "text/plain", "application/xml", "multipart/form-data; boundary=x", "nonsense"])
def test_other_media_types_are_refused(own: TestClient, kind: str) -> None:
    answer = own.post("/collections?name=bad", content=b"x", headers={"content-type": kind})
    assert answer.status_code == 415
    assert "application/schema+json" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("writes", "client", "headers", "status"),
    [
        ("local", LOCAL, {"host": "127.0.0.1"}, 201),
        ("local", LOCAL, {"host": "localhost:8000", "origin": "http://localhost:8000"}, 201),
        ("local", ("::1", 5000), {"host": "[::1]:8000", "origin": "http://[::1]:8000"}, 201),
        ("local", ("10.0.0.9", 5000), {}, 403),
        ("local", LOCAL, {"host": "localhost:8000", "origin": "http://localhost:9000"}, 403),
        ("local", LOCAL, {"host": "localhost", "origin": "https://elsewhere.example"}, 403),
        ("local", LOCAL, {"host": "localhost", "origin": "null"}, 403),
        # another site's name that points at this machine
        ("local", LOCAL, {"host": "rebound.example", "origin": "http://rebound.example"}, 403),
        ("open", ("10.0.0.9", 5000), {}, 201),
        ("open", ("10.0.0.9", 5000), {"host": "map.example", "origin": "http://map.example"}, 201),
        ("open", ("10.0.0.9", 5000), {"host": "map.example", "origin": "http://elsewhere.example"}, 403),
        ("off", LOCAL, {}, 403),
        *(("local", LOCAL, {"host": "127.0.0.1:8000", name: said}, 403) for name, said in PROXIES.items()),
        *(("open", LOCAL, {"host": "127.0.0.1:8000", name: said}, 201) for name, said in PROXIES.items()),
    ],
)
def test_who_may_write(empty: GeoPackageStore, writes: Any, client: Any, headers: dict[str, str], status: int) -> None:
    asked = TestClient(create_app(Settings(writes=writes), empty), client=client)
    assert asked.post("/collections?name=benches", json=BENCHES, headers=headers).status_code == status
    expected = 204 if status == 201 else 403
    assert asked.delete("/collections/benches", headers=headers).status_code == expected


@pytest.mark.parametrize(
    ("address", "writes", "status"),
    [
        ("https://map.example.city", "local", 403),
        ("http://10.0.0.9:8000", "local", 403),
        ("http://127.0.0.1:8000", "local", 201),
        ("http://localhost:8000/onemap", "local", 201),
        ("https://map.example.city", "open", 201),
    ],
)
def test_behind_a_public_address_nobody_is_local(
    empty: GeoPackageStore, address: str, writes: Any, status: int
) -> None:
    asked = TestClient(create_app(Settings(writes=writes, base_url=address), empty), client=LOCAL)
    answer = asked.post("/collections?name=benches", json=BENCHES)
    assert answer.status_code == status
    if status == 403:
        assert answer.headers["content-type"] == "application/problem+json"
        assert all(
            said in answer.json()["detail"] for said in ("ONEMAP_WRITES=local", "ONEMAP_BASE_URL", "command line")
        )


@pytest.fixture
def reader(empty: GeoPackageStore) -> TestClient:
    """A service that reads files, as the command line puts it together."""
    return TestClient(create_app(Settings(writes="open", max_upload=300_000), empty, read))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    """The same thirty places in the forms that people send."""
    frame = gpd.GeoDataFrame(
        {"Name": [f"长椅{n}" for n in range(30)], "Seats": range(30)},
        geometry=[shapely.Point(106.5 + n / 1000, 29.5) for n in range(30)],
        crs=4326,
    )
    for name in ("rows.geojson", "rows.gpkg", "rows.fgb", "shape.shp"):
        frame.to_file(tmp_path / name)
    frame.to_parquet(tmp_path / "rows.parquet")
    plain = frame.drop(columns="geometry").assign(lon=frame.geometry.x, lat=frame.geometry.y)
    plain.to_csv(tmp_path / "rows.csv", index=False)
    with zipfile.ZipFile(tmp_path / "rows.zip", "w") as packed:
        for part in tmp_path.glob("shape.*"):
            packed.write(part, part.name)
    kinds = {
        "application/geo+json": "geojson",
        "application/geopackage+sqlite3": "gpkg",
        "application/zip": "zip",
        "text/csv": "csv",
        "application/vnd.flatgeobuf": "fgb",
        "application/vnd.apache.parquet": "parquet",
    }
    return {kind: (tmp_path / f"rows.{end}").read_bytes() for kind, end in kinds.items()}


def test_a_posted_file_becomes_a_collection(reader: TestClient, files: dict[str, bytes]) -> None:
    for number, (kind, body) in enumerate(files.items()):
        name = f"sent_{number}"
        asked = {"name": name, "title": "送来的", "datum": "wgs84"}
        made = reader.post("/collections", params=asked, content=body, headers={"content-type": kind})
        assert made.status_code == 201, (kind, made.text)
        assert made.headers["location"].endswith(f"/collections/{name}")
        rows = reader.get(f"/collections/{name}/items?limit=100").json()
        assert rows["numberMatched"] == 30, kind
        places = sorted(f["geometry"]["coordinates"] for f in rows["features"])
        assert places[0] == pytest.approx([106.5, 29.5]), kind
        assert reader.get(f"/collections/{name}").json()["title"] == "送来的"


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/geo+json", b"", 400),
        ("application/geo+json", b"nonsense", 400),
        ("application/geo+json", b'{"type":"FeatureCollection","features":[]}', 400),
        ("application/zip", b"PK\x03\x04broken", 400),
        ("application/geopackage+sqlite3", b"SQLite format 3\x00" + b"\x00" * 200, 400),
        ("text/csv", b"\x00\x01\x02\xff", 400),
        ("application/vnd.apache.parquet", b"PAR1xxxxPAR1", 400),
        ("text/csv", b"a,b\n" + b"1,2\n" * 100_000, 413),
    ],
)
def test_a_file_that_cannot_be_read_leaves_nothing(reader: TestClient, kind: str, body: bytes, status: int) -> None:
    answer = reader.post("/collections?name=bad", content=body, headers={"content-type": kind})
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]
    assert reader.get("/collections/bad").status_code == 404


def test_an_upload_is_named_and_told_nothing_else(reader: TestClient, files: dict[str, bytes]) -> None:
    body, said = files["text/csv"], {"content-type": "text/csv"}
    assert reader.post("/collections", content=body, headers=said).status_code == 400
    assert reader.post("/collections?name=a&nonsense=1", content=body, headers=said).status_code == 400
    assert reader.post("/collections?name=a&datum=nonsense", content=body, headers=said).status_code == 400
    assert reader.post("/collections?name=cases", content=body, headers=said).status_code == 409


def test_all_workers_serve_it_within_a_second_and_after_a_restart(serve: Any, tmp_path: Path) -> None:
    """Two servers over one store, as processes of their own."""
    store = tmp_path / "shared.gpkg"
    one, two = serve(store), serve(store)
    assert httpx2.get(f"{two}/collections/benches").status_code == 404
    assert httpx2.post(f"{one}/collections?name=benches", json=BENCHES).status_code == 201
    assert within_a_second(f"{two}/collections/benches/items", 200)
    assert "benches" in httpx2.get(f"{two}/api").text
    three = serve(store)
    assert httpx2.get(f"{three}/collections/benches").json()["title"] == "长椅 Benches"
    assert httpx2.delete(f"{two}/collections/benches").status_code == 204
    assert within_a_second(f"{one}/collections/benches", 404)
    other = {"properties": {"code": {"type": "string", "x-ogc-role": "id"}, "colour": {"type": "string"}}}
    assert httpx2.post(f"{three}/collections?name=benches", json=other).status_code == 201
    assert within_a_second(f"{one}/collections/benches/items?colour=red", 200)


def within_a_second(url: str, status: int) -> bool:
    end = time.monotonic() + 1.0
    while (now := httpx2.get(url).status_code) != status and time.monotonic() < end:
        time.sleep(0.05)
    return now == status

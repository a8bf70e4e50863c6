"""What HTTP itself asks for: methods, CORS, header names, compression, failures."""

import gzip
from typing import Any

import pytest
import zstandard
from starlette.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from layers.store.geopackage import GeoPackageStore
from spatial.errors import Unavailable

PATHS = {
    "/": "GET, HEAD, OPTIONS",
    "/collections": "GET, HEAD, POST, OPTIONS",
    "/collections/cases": "GET, HEAD, DELETE, OPTIONS",
    "/collections/cases/items": "GET, HEAD, OPTIONS",
    "/collections/cases/items/unknown_id": "GET, HEAD, OPTIONS",
    "/collections/cases/queryables": "GET, HEAD, OPTIONS",
    "/codes": "GET, HEAD, OPTIONS",
    "/api": "GET, HEAD, OPTIONS",
    "/export/map.html": "GET, HEAD, OPTIONS",
    "/page/document.css": "GET, HEAD, OPTIONS",
}


@pytest.mark.parametrize(("path", "methods"), PATHS.items())
def test_options_tells_the_methods(client: TestClient, path: str, methods: str) -> None:
    answer = client.options(path)
    assert (answer.status_code, answer.headers["allow"], answer.content) == (204, methods, b"")


@pytest.mark.parametrize(("path", "methods"), PATHS.items())
@pytest.mark.parametrize("method", ["PUT", "PATCH", "BREW"])
def test_other_methods_are_refused(client: TestClient, path: str, methods: str, method: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)
    assert answer.json()["status"] == 405


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/collections",
        "/collections/cases/items?limit=3",
        "/collections/cases/items?f=csv",
        "/api",
        "/nothing",
        "/map",
    ],
)
def test_head_has_the_headers_of_get(client: TestClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.content == b""
    assert head.status_code == got.status_code
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.headers.get("link") == got.headers.get("link")


def test_head_of_an_endless_stream_ends(client: TestClient) -> None:
    answer = client.head("/collections/vehicles/live")
    assert answer.headers["content-type"].startswith("text/event-stream")


@pytest.mark.parametrize(
    "path", ["/", "/collections/cases/items", "/styles/onemap", "/nothing", "/collections/cases/items?x=1"]
)
def test_browsers_of_other_sites_may_read(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"origin": "https://elsewhere.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Content-Crs" in answer.headers["access-control-expose-headers"]


def test_they_may_ask_before_they_read(client: TestClient) -> None:
    asking = {"origin": "https://elsewhere.example", "access-control-request-method": "GET"}
    assert client.options("/collections/cases/items", headers=asking).status_code == 200
    asking["access-control-request-method"] = "DELETE"
    assert client.options("/collections/cases", headers=asking).status_code == 400


def test_a_failure_of_ours_is_a_problem_that_browsers_can_read(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store = GeoPackageStore(tmp_path / "city.gpkg")
    client = TestClient(create_app(Settings(), store), raise_server_exceptions=False)

    def broken(*_: object) -> None:
        raise ZeroDivisionError("not for the reader's eyes")

    monkeypatch.setattr(store, "features", broken)
    answer = client.get("/collections/cases/items", headers={"origin": "https://elsewhere.example"})
    assert answer.status_code == 500
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"] == "application/problem+json"
    assert "reader" not in answer.text
    store.close()


def test_a_store_that_does_not_answer_is_a_503(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store = GeoPackageStore(tmp_path / "city.gpkg")

    def away(*_: object) -> None:
        raise Unavailable("the store does not answer now")

    monkeypatch.setattr(store, "features", away)
    answer = TestClient(create_app(Settings(), store)).get("/collections/cases/items?f=ndjson")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    store.close()


def test_header_names_are_spelled_as_qgis_reads_them(client: TestClient, own: TestClient) -> None:
    names = [name for name, _ in client.get("/collections/cases/items").headers.raw]
    assert {b"Content-Crs", b"Link"} <= set(names)
    schema = {"properties": {"code": {"type": "string", "x-ogc-role": "id"}}}
    made = own.post("/collections", params={"name": "spots"}, json=schema)
    assert dict(made.headers.raw)[b"Location"] == b"http://testserver/collections/spots"


def test_links_are_in_the_header_too(client: TestClient) -> None:
    answer = client.get("/collections/cases/items", params={"q": "案件", "limit": 2})
    href = next(link["href"] for link in answer.json()["links"] if link["rel"] == "next")
    assert f'<{href}>; rel="next"; type="application/geo+json"' in answer.headers["link"]
    assert href.isascii()
    assert client.get(href).json()["features"]


@pytest.mark.parametrize(
    "path", ["/collections", "/api", "/collections/cases/items?limit=40", "/collections/cases/items?f=csv"]
)
def test_answers_are_compressed_for_those_who_take_it(client: TestClient, path: str) -> None:
    plain = client.get(path, headers={"accept-encoding": "identity"}).content
    with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as packed:
        assert packed.headers["content-encoding"] == "gzip"
        assert "Accept-Encoding" in packed.headers["vary"]
        assert len(gzip.decompress(b"".join(packed.iter_raw()))) == pytest.approx(len(plain), abs=20)
    with client.stream("GET", path, headers={"accept-encoding": "zstd, gzip"}) as packed:
        assert packed.headers["content-encoding"] == "zstd"
        unpacked = zstandard.ZstdDecompressor().decompressobj().decompress(b"".join(packed.iter_raw()))
        assert len(unpacked) == pytest.approx(len(plain), abs=20)


def test_pages_may_only_run_what_is_ours(client: TestClient) -> None:
    for path in ("/?f=html", "/collections?f=html", "/collections/cases/items?f=html", "/api.html", "/map"):
        policy = client.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
    assert client.get("/").headers["x-content-type-options"] == "nosniff"

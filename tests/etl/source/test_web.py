"""Services, answered by a server of our own: OGC API Features, plain files, and bad manners."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import geopandas as gpd

from etl.source import Options, open_source
from etl.source.web import Web
from spatial.errors import BadSource, Unavailable

type Params = dict[str, str]
type Answer = tuple[int, dict[str, str], bytes]
type All = Callable[[Any], list[dict[str, Any]]]

TOTAL = 23


@pytest.fixture
def ogcapi(server: Any) -> Any:
    """A service of two collections; `lamps` has 23 features, paged by `offset`."""

    def items(params: Params) -> Answer:
        start, size = int(params.get("offset", 0)), int(params.get("limit", 10))
        links = [{"rel": "next", "href": f"{server.url}/collections/lamps/items?offset={start + size}&limit={size}"}]
        more = links if start + size < TOTAL else []
        return server.good(server.collection(start, start + size, numberMatched=TOTAL, links=more))

    lamps = {
        "id": "lamps",
        "links": [
            {"rel": "items", "type": "text/html", "href": "/html"},
            {"rel": "items", "type": "application/geo+json", "href": "lamps/items"},
        ],
    }
    other = {"id": "other", "links": [{"rel": "items", "href": "/collections/other/items"}]}
    server.answers["/"] = lambda _: server.good({"links": [{"rel": "data", "href": "/collections"}]})
    server.answers["/collections"] = lambda _: server.good(
        {
            "collections": [
                {
                    **lamps,
                    "links": [{"rel": "items", "type": "application/geo+json", "href": "collections/lamps/items"}],
                },
                other,
            ]
        }
    )
    server.answers["/collections/lamps"] = lambda _: server.good(lamps)
    server.answers["/collections/lamps/items"] = items
    return server


@pytest.mark.parametrize(
    ("path", "table"),
    [("/", "lamps"), ("/collections", "lamps"), ("/collections/lamps", None), ("/collections/lamps/items", None)],
)
def test_all_pages_of_a_collection_are_read(ogcapi: Any, all_of: All, path: str, table: str | None) -> None:
    with open_source(ogcapi.url + path, Options(table=table, page=10)) as source:
        records = all_of(source)
        assert [record["n"] for record in records] == list(range(TOTAL))
        assert records[0]["id"] == "L0"
        assert (source.total, source.placed, source.resumable, source.crs) == (TOTAL, True, False, "OGC:CRS84")
        assert len(all_of(source)) == TOTAL
    assert {params["limit"] for _, params in ogcapi.asked if "limit" in params} == {"10"}


def test_a_collection_must_be_named(ogcapi: Any) -> None:
    with pytest.raises(BadSource, match="lamps, other"):
        open_source(ogcapi.url)
    with pytest.raises(BadSource, match="lamps, other"):
        open_source(ogcapi.url, Options(table="nope"))


def test_links_that_go_round_are_left(server: Any, all_of: All) -> None:
    server.answers["/items"] = lambda _: server.good(
        server.collection(0, 3, links=[{"rel": "next", "href": f"{server.url}/items?page=1"}])
    )
    with pytest.raises(BadSource, match="circles"):
        all_of(open_source(f"{server.url}/items"))


@pytest.mark.parametrize("link", ["http://127.0.0.2:1/items", "file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_links_to_elsewhere_are_not_followed(server: Any, all_of: All, link: str) -> None:
    server.answers["/items"] = lambda _: server.good(server.collection(0, 3, links=[{"rel": "next", "href": link}]))
    with pytest.raises(BadSource, match=r"another host|no address"):
        all_of(open_source(f"{server.url}/items"))


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://127.0.0.2:1/"])
def test_redirects_to_elsewhere_are_not_followed(server: Any, target: str) -> None:
    server.answers["/items"] = lambda _: (302, {"Location": target}, b"")
    with pytest.raises(BadSource, match=r"another host|no address"):
        open_source(f"{server.url}/items")


def test_redirects_on_the_host_are_followed_a_few_times(ogcapi: Any, all_of: All) -> None:
    ogcapi.answers["/old"] = lambda _: (301, {"Location": "/collections/lamps/items"}, b"")
    ogcapi.answers["/loop"] = lambda _: (302, {"Location": "/loop"}, b"")
    assert len(all_of(open_source(f"{ogcapi.url}/old"))) == TOTAL
    with pytest.raises(BadSource, match="redirected more than 5 times"):
        open_source(f"{ogcapi.url}/loop")


def test_a_service_that_stumbles_is_asked_again(ogcapi: Any, all_of: All) -> None:
    right, fails = ogcapi.answers["/collections/lamps/items"], iter([503, 429, 500])
    ogcapi.answers["/collections/lamps/items"] = lambda params: (
        (status, {"Retry-After": "0"}, b"") if (status := next(fails, None)) else right(params)
    )
    assert len(all_of(open_source(f"{ogcapi.url}/collections/lamps/items"))) == TOTAL


def test_a_service_that_is_down_is_told(server: Any) -> None:
    server.answers["/items"] = lambda _: (503, {"Retry-After": "0"}, b"")
    with pytest.raises(Unavailable, match="503"):
        open_source(f"{server.url}/items")
    with pytest.raises(BadSource, match="404"):
        open_source(f"{server.url}/nope")
    with pytest.raises(Unavailable, match="try again"):
        open_source("http://127.0.0.1:9/items")


def test_an_answer_may_not_be_endless(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.source.web.PAGE", 100_000)
    server.answers["/items"] = lambda _: (200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * 50_000_000))
    with pytest.raises(BadSource, match="more than 100,000 bytes"):
        open_source(f"{server.url}/items")


def test_an_answer_may_not_be_slow(server: Any) -> None:
    server.answers["/items"] = lambda _: (200, {"Content-Length": "1000"}, b"{")
    with pytest.raises(Unavailable):
        open_source(f"{server.url}/items", Options(seconds=0.3))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"{}", b'{"features": 1}', b"null"])
def test_answers_that_are_no_features(server: Any, body: bytes) -> None:
    server.answers["/items"] = lambda _: (200, {}, body)
    with pytest.raises(BadSource):
        open_source(f"{server.url}/items")


def test_a_file_is_fetched(server: Any, all_of: All, tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
    frame.to_file(tmp_path / "a.gpkg")
    packed = gzip.compress(b"n\n1\n2\n")
    server.answers["/data/a.gpkg"] = lambda _: (200, {}, (tmp_path / "a.gpkg").read_bytes())
    server.answers["/b.csv.gz"] = lambda _: (200, {}, packed)
    with open_source(f"{server.url}/data/a.gpkg?v=1") as source:
        assert len(all_of(source)) == 4
    with open_source(f"{server.url}/b.csv.gz") as source:
        assert all_of(source) == [{"n": "1"}, {"n": "2"}]
        assert source.where == f"{server.url}/b.csv.gz"
        first = source.fingerprint
    with open_source(f"{server.url}/b.csv.gz") as source:
        assert source.fingerprint == first


def test_links_are_followed_on_one_host_only() -> None:
    with Web("http://a.example/items", 1) as web:
        assert web.follow("http://a.example/x/items", "more?page=2") == "http://a.example/x/more?page=2"
        assert web.follow("http://a.example/items", "https://a.example/items") == "https://a.example/items"
        with pytest.raises(BadSource, match="another host"):
            web.follow("http://a.example/items", "//b.example/items")

"""OGC API Features Part 1: landing page, conformance, collections, features, negotiation."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from layers.store.geopackage import GeoPackageStore

GEOJSON = "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
DOCUMENTS = ("/", "/conformance", "/collections", "/collections/cases", "/codes", "/codes/counties")
SCHEMAS = tuple(f"/collections/cases/{name}" for name in ("schema", "queryables", "sortables"))


def rels(document: Any, rel: str) -> list[Any]:
    return [link for link in document["links"] if link["rel"] == rel]


def test_the_landing_page_leads_everywhere(answers: Any, client: TestClient) -> None:
    page = answers("/")
    assert page["title"] == "一张图 OneMap"
    assert rels(page, "service-desc")[0]["type"] == OPENAPI
    assert rels(page, "data")[0]["type"] == "application/json"
    for link in page["links"]:
        assert link["href"].startswith("http://testserver")
        answer = client.get(link["href"], headers={"accept": link["type"]})
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == link["type"].split(";")[0]


@pytest.mark.parametrize("rel", ["data", "service-desc", "conformance"])
def test_clients_find_what_they_need_without_a_query(answers: Any, rel: str) -> None:
    for link in rels(answers("/"), rel):
        assert not urlsplit(link["href"]).query


def test_all_layers_are_collections(answers: Any, city: GeoPackageStore) -> None:
    listed = answers("/collections")
    assert [c["id"] for c in listed["collections"]] == list(city.layers())
    for one in listed["collections"]:
        assert one == answers(f"/collections/{one['id']}")


def test_a_collection_says_what_clients_look_for(answers: Any) -> None:
    cases = answers("/collections/cases")
    assert cases["itemType"] == "feature"
    assert cases["title"] == "案件 Cases"
    assert cases["crs"][0] == cases["storageCrs"] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    boxes = cases["extent"]["spatial"]["bbox"]
    assert len(boxes) == 1
    assert boxes[0] == pytest.approx([106.4, 29.4, 106.59, 29.44])
    assert cases["extent"]["temporal"]["interval"][0][0] == "2026-03-01T00:00:00.000Z"
    items = rels(cases, "items")
    assert items[0] == {
        "rel": "items",
        "type": GEOJSON,
        "href": "http://testserver/collections/cases/items",
        "title": items[0]["title"],
    }
    assert rels(cases, "describedby")[0]["type"] == "application/schema+json"
    assert rels(cases, "http://www.opengis.net/def/rel/ogc/1.0/schema")[0]["type"] == "application/schema+json"


def test_every_link_of_a_collection_answers_in_its_type(answers: Any, client: TestClient) -> None:
    for link in answers("/collections/plans")["links"]:
        answer = client.get(link["href"], headers={"accept": link["type"]})
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == link["type"]


def test_features_come_a_page_at_a_time(answers: Any) -> None:
    page = answers("/collections/cases/items")
    assert page["type"] == "FeatureCollection"
    assert (page["numberMatched"], page["numberReturned"], len(page["features"])) == (45, 10, 10)
    assert page["timeStamp"].endswith("Z")
    assert rels(page, "next")[0]["type"] == GEOJSON


def test_the_pages_hold_every_feature_once_and_lead_back(client: TestClient) -> None:
    pages = [client.get("/collections/cases/items?limit=7&sortby=-state").json()]
    while ahead := rels(pages[-1], "next"):
        pages.append(client.get(ahead[0]["href"]).json())
    ids = [[f["id"] for f in page["features"]] for page in pages]
    every = [one for page in ids for one in page]
    assert len(every) == len(set(every)) == 45
    back = client.get(rels(pages[-1], "prev")[0]["href"]).json()
    assert [f["id"] for f in back["features"]] == ids[-2]


def test_one_feature(answers: Any, client: TestClient) -> None:
    first = answers("/collections/risk_points/items")["features"][0]
    alone = answers(f"/collections/risk_points/items/{first['id']}")
    links = {link["rel"] for link in alone.pop("links")}
    assert alone == first
    assert {"self", "collection", "alternate"} <= links
    assert client.get("/collections/risk_points/items/nobody").status_code == 404


@pytest.mark.parametrize("path", [*DOCUMENTS, *SCHEMAS, "/api", "/collections/cases/items", "/styles"])
@pytest.mark.parametrize("accept", ["*/*", "", None, "application/json, text/plain, */*"])
def test_json_is_what_those_get_who_do_not_say(client: TestClient, path: str, accept: str | None) -> None:
    answer = client.get(path, headers={} if accept is None else {"accept": accept})
    assert answer.status_code == 200
    assert "json" in answer.headers["content-type"]


@pytest.mark.parametrize("path", [*DOCUMENTS, *SCHEMAS, "/api", "/api/3.1", "/collections/cases/items"])
def test_browsers_get_a_page(client: TestClient, path: str) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
    for answer in (client.get(path, headers={"accept": browser}), client.get(path, params={"f": "html"})):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    [*DOCUMENTS, *SCHEMAS, "/api", "/api/3.1", "/collections/cases/items", "/styles", "/styles/onemap"],
)
def test_f_json_is_known_everywhere(client: TestClient, path: str) -> None:
    assert "json" in client.get(path, params={"f": "json"}).headers["content-type"]
    assert client.get(path, params={"f": "xml"}).status_code == 400
    assert client.get(path, params={"nonsense": "1"}).status_code == 400


def test_weights_decide_between_media_types(client: TestClient) -> None:
    wanted = {
        "text/html;q=0.5, application/geo+json": GEOJSON,
        "application/json;q=0.4, text/html": "text/html",
        "text/csv": "text/csv",
        "application/*": GEOJSON,
        "text/*": "text/html",
        "application/vnd.ogc.fg+json": "application/vnd.ogc.fg+json",
        "image/png, */*;q=0.1": GEOJSON,
    }
    for accept, kind in wanted.items():
        answer = client.get("/collections/cases/items", headers={"accept": accept})
        assert answer.headers["content-type"].split(";")[0] == kind
    refused = client.get("/collections/cases/items", headers={"accept": "image/png, text/html;q=0"})
    assert refused.status_code == 406
    assert "application/geo+json" in refused.json()["detail"]


def test_conformance_names_what_qgis_needs(answers: Any) -> None:
    classes = answers("/conformance")["conformsTo"]
    assert len(classes) == len(set(classes))
    for name in (
        "ogcapi-features-1/1.0/conf/core",
        "ogcapi-features-1/1.0/conf/oas30",
        "ogcapi-features-2/1.0/conf/crs",
        "ogcapi-features-3/1.0/conf/filter",
        "ogcapi-features-3/1.0/conf/features-filter",
        "ogcapi-features-5/1.0/conf/schemas",
        "cql2/1.0/conf/basic-cql2",
        "cql2/1.0/conf/cql2-text",
        "cql2/1.0/conf/basic-spatial-operators",
    ):
        assert f"http://www.opengis.net/spec/{name}" in classes


def test_an_unknown_collection_does_not_exist(client: TestClient) -> None:
    for tail in ("", "/items", "/items/1", "/schema", "/queryables", "/sortables", "/live"):
        answer = client.get(f"/collections/nothing{tail}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert "/collections" in answer.json()["detail"]


def test_the_public_address_may_be_another(city: GeoPackageStore) -> None:
    from api.main import create_app
    from api.settings import Settings

    client = TestClient(create_app(Settings(base_url="https://map.example.city/one/"), city))
    for path in ("/", "/collections", "/collections/cases", "/collections/cases/items", "/api", "/styles", "/codes"):
        text = client.get(path).text
        assert "https://map.example.city/one/" in text or '"https://map.example.city/one"' in text
        assert "testserver" not in text
        assert "onemap.invalid" not in text


@pytest.mark.parametrize("host", ['a"b', "a<b>", "x y", "a/b?c", "\x7f", "a@b", ""])
def test_a_forged_host_is_not_repeated(client: TestClient, host: str) -> None:
    for path in ("/collections", "/collections/cases/items", "/?f=html"):
        answer = client.get(path, headers={"host": host})
        assert answer.status_code == 200
        assert not host or f"http://{host}/" not in answer.text


def test_a_geometry_is_told_to_qgis_and_to_the_standard(answers: Any) -> None:
    for layer, kind in {"cases": "Point", "streets": "LineString", "districts": "MultiPolygon"}.items():
        place = answers(f"/collections/{layer}/queryables")["properties"]["place"]
        assert place["$ref"] == f"https://geojson.org/schema/{kind}.json"
        assert place["format"] == f"geometry-{kind.lower()}"
        assert "$ref" not in answers(f"/collections/{layer}/schema")["properties"]["place"]

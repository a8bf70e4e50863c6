"""The OpenAPI documents: valid, whole, and as clients look into them."""

from typing import Any

import orjson
import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from starlette.testclient import TestClient

from layers.store.geopackage import GeoPackageStore

VERSIONS = {"/api": ("3.0", OpenAPIV30SpecValidator), "/api/3.1": ("3.1", OpenAPIV31SpecValidator)}


@pytest.fixture
def paths(answers: Any) -> Any:
    return answers("/api")["paths"]


@pytest.mark.parametrize("path", VERSIONS)
def test_the_document_is_valid(client: TestClient, path: str) -> None:
    version, validator = VERSIONS[path]
    answer = client.get(path)
    assert answer.headers["content-type"] == f"application/vnd.oai.openapi+json;version={version}"
    document = answer.json()
    assert document["openapi"].startswith(version)
    validator(document).validate()


def test_it_points_nowhere_else(client: TestClient) -> None:
    for path in VERSIONS:
        text = client.get(path).text
        assert "http://testserver" in text
        assert "onemap.invalid" not in text
        assert '"$ref":"http' not in text


def test_page_sizes_are_where_qgis_reads_them(answers: Any) -> None:
    limit = answers("/api")["components"]["parameters"]["limit"]["schema"]
    assert limit == {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 10}


def test_each_collection_is_spelled_out(paths: Any, city: GeoPackageStore) -> None:
    for name in city.layers():
        for tail in ("", "/items", "/items/{featureId}", "/schema", "/queryables", "/sortables", "/live"):
            assert "get" in paths[f"/collections/{name}{tail}"]


def test_gdal_and_qgis_find_the_parameters_of_items(paths: Any) -> None:
    given = paths["/collections/cases/items"]["get"]["parameters"]
    assert {"$ref": "#/components/parameters/limit"} in given
    state = next(p for p in given if p.get("name") == "state")
    assert (state["in"], state["style"], state["explode"], state["schema"]) == (
        "query",
        "form",
        False,
        {"type": "string"},
    )
    names = [p.get("name") or p["$ref"].rpartition("/")[2] for p in given]
    assert len(names) == len(set(names))


def test_it_says_what_it_serves_of_a_layer(answers: Any) -> None:
    document = answers("/api")
    told = set(document["components"]["schemas"]["cases"]["allOf"][1]["properties"]["properties"]["properties"])
    assert told == set(answers("/collections/cases/items")["features"][0]["properties"])


def test_null_is_a_type_in_the_newer_one(answers: Any) -> None:
    newer, older = orjson.dumps(answers("/api/3.1")), orjson.dumps(answers("/api"))
    assert b"nullable" in older
    assert b"nullable" not in newer
    assert b'"null"' in newer


def test_a_name_that_a_parameter_has_is_no_second_one(own: TestClient) -> None:
    fields = {n: {"type": "string"} for n in ("limit", "crs", "q", "f", "name")}
    schema = {"properties": {"code": {"type": "string", "x-ogc-role": "id"}, **fields}}
    assert own.post("/collections", params={"name": "odd"}, json=schema).status_code == 201
    document = own.get("/api").json()
    OpenAPIV30SpecValidator(document).validate()
    given = [p.get("name") for p in document["paths"]["/collections/odd/items"]["get"]["parameters"]]
    assert "name" in given
    assert not {"limit", "crs", "q", "f"} & set(given)


def test_uploads_are_told_only_where_files_are_read(client: TestClient, city: GeoPackageStore) -> None:
    from api.main import create_app
    from api.settings import Settings

    def reading(store: Any, upload: Any) -> dict[str, Any]:
        return {}

    reader = TestClient(create_app(Settings(), city, reading))
    told = [c.get("/api").json()["paths"]["/collections"]["post"]["requestBody"]["content"] for c in (client, reader)]
    assert list(told[0]) == ["application/schema+json"]
    assert {"application/geo+json", "application/zip", "text/csv"} <= set(told[1])
    OpenAPIV30SpecValidator(reader.get("/api").json()).validate()

"""What is told of tiles: sets, grids, TileJSON, and the links that clients follow to them."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from spatial.tms import SETS

REL = "http://www.opengis.net/def/rel/ogc/1.0/"
OWNERS = ("", "/collections/cases")


def following(document: Any, rel: str) -> dict[str, Any]:
    return next(link for link in document["links"] if link["rel"] == rel)


def test_links_lead_to_a_tile(client: TestClient, answers: Any) -> None:
    collection = answers("/collections/cases")
    sets = answers(following(collection, f"{REL}tilesets-vector")["href"])
    brief = next(each for each in sets["tilesets"] if each["tileMatrixSetURI"].endswith("WebMercatorQuad"))
    whole = answers(following(brief, "self")["href"])
    item = following(whole, "item")
    assert item["type"] == "application/vnd.mapbox-vector-tile"
    place = {"{tileMatrix}": "0", "{tileRow}": "0", "{tileCol}": "0"}
    href = item["href"]
    for name, value in place.items():
        assert name in href
        href = href.replace(name, value)
    assert client.get(href).status_code == 200


def test_the_landing_page_leads_to_sets_and_grids(answers: Any) -> None:
    landing = answers("/")
    assert answers(following(landing, f"{REL}tilesets-vector")["href"])["tilesets"]
    grids = answers(following(landing, f"{REL}tiling-schemes")["href"])["tileMatrixSets"]
    assert [each["id"] for each in grids] == list(SETS)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("owner", OWNERS)
def test_a_tile_set_tells_what_is_in_it(answers: Any, owner: str, name: str) -> None:
    told = answers(f"{owner}/tiles/{name}")
    assert told["dataType"] == "vector"
    assert told["crs"] == SETS[name].crs
    scheme = answers(following(told, f"{REL}tiling-scheme")["href"])
    assert scheme["uri"] == told["tileMatrixSetURI"]
    cases = next(each for each in told["layers"] if each["id"] == "cases")
    assert cases["geometryDimension"] == 0
    assert set(cases["propertiesSchema"]["properties"]) == {"number", "state", "point_count"}
    west, south = told["boundingBox"]["lowerLeft"]
    assert 106 < west < 107 and 29 < south < 30


@pytest.mark.parametrize("name", SETS)
def test_a_grid_is_written_as_it_is(answers: Any, name: str) -> None:
    told, tms = answers(f"/tileMatrixSets/{name}"), SETS[name]
    first, last = tms.zooms
    assert [each["id"] for each in told["tileMatrices"]] == [str(z) for z in range(first, last + 1)]
    for matrix in told["tileMatrices"]:
        # a matrix covers the CRS's whole width with its pixels
        width = matrix["cellSize"] * matrix["tileWidth"] * matrix["matrixWidth"]
        assert width == pytest.approx(2 * abs(tms.top[0]))
        assert matrix["pointOfOrigin"] == ([90, -180] if tms.north_first else list(tms.top))
    assert told["orderedAxes"] == (["E", "N"] if tms.metric else ["Lat", "Lon"] if tms.north_first else ["Lon", "Lat"])


@pytest.mark.parametrize("owner", OWNERS)
def test_tilejson_is_what_maps_read(client: TestClient, owner: str) -> None:
    answer = client.get(f"{owner}/tiles/WebMercatorQuad?f=tilejson")
    assert answer.headers["content-type"] == "application/vnd.mapbox.tile+json"
    told = answer.json()
    assert told["tilejson"] == "3.0.0"
    cases = next(each for each in told["vector_layers"] if each["id"] == "cases")
    assert set(cases["fields"]) == {"number", "state", "point_count"}
    (template,) = told["tiles"]
    href = template.replace("{z}", "0").replace("{x}", "0").replace("{y}", "0")
    assert client.get(href).status_code == 200


@pytest.mark.parametrize(
    "path", ["/tiles", "/tiles/WebMercatorQuad", "/tileMatrixSets", "/tileMatrixSets/CGCS2000Quad"]
)
def test_people_get_pages(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "CGCS2000" in answer.text or "cases" in answer.text

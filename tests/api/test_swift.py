"""What is answered ahead of the routes on PostGIS is what the routes answer, on either store."""

from collections.abc import Callable, Iterator
from typing import Any

import mapbox_vector_tile
import pytest
from starlette.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from api.swift import Swift
from layers.store.open import opened

BOX = "106.4,29.4,106.5,29.45"
ALIKE = (
    "cases/items",
    "cases/items?limit=7",
    "cases/items?f=json&limit=3&sortby=-reported",
    "cases/items?properties=state,reported&limit=5",
    "cases/items?skipGeometry=true",
    "cases/items?filter=state='open'&limit=50",
    "cases/items?datetime=2026-03-01/2026-03-02&limit=50",
    "cases/items?crs=http://www.opengis.net/def/crs/EPSG/0/4326",
    "cases/items?crs=http://www.opengis.net/def/crs/EPSG/0/4490&limit=3",
    "cases/items?q=事&limit=3",
    "streets/items?limit=5",
    "districts/items?limit=2",
    f"cases/items?bbox={BOX}&limit=1000",
    f"vehicles/items?bbox={BOX}&limit=1000",
    f"districts/items?bbox={BOX}&limit=50",
    "cases/items?f=csv",
    "cases/items?f=jsonfg&limit=2",
    "cases/items?f=ndjson&limit=20",
)
REFUSED = (
    "cases/items?limit=0",
    "cases/items?bbox=1,2,3",
    "cases/items?nothing=1",
    "cases/items?cursor=x",
    "cases/items?filter=broken(",
    "cases/items?f=exe",
    "cases/items/none",
    "nothing/items",
    "cases/items?q=%00",
    "cases/items/%00",
    f"cases/items/{'x' * 300}",
)


@pytest.fixture(scope="module")
def quick(postgis: str, fill: Any) -> Iterator[TestClient]:
    """A service over PostGIS with the same rows as the city of the other tests."""
    store = opened(postgis)
    fill(store)
    app = create_app(Settings(title_zh="一张图", title_en="OneMap"), store)
    with TestClient(app) as client:
        yield client


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that were answered ahead of the routes."""
    ahead, answer = list[str](), Swift._answer  # pyright: ignore[reportPrivateUsage]

    async def noted(self: Swift, request: Any, named: Any) -> Any:
        made = await answer(self, request, named)
        if made is not None:
            ahead.append(request.scope["path"])
        return made

    monkeypatch.setattr(Swift, "_answer", noted)
    return ahead


def told(answer: Any) -> Any:
    """Return what an answer says, but for its time and where the next page begins."""
    if "json" not in answer.headers["content-type"] or "ndjson" in answer.headers["content-type"]:
        return sorted(answer.text.splitlines())
    said = answer.json()
    said.pop("timeStamp", None)
    for feature in said.get("features", []):
        feature.pop("time", None) if feature.get("time") is None else None
    said["links"] = [link["rel"] for link in said.get("links", [])]
    said["features"] = sorted(said.get("features", []), key=lambda feature: feature["id"])
    return said


@pytest.mark.parametrize("path", ALIKE)
def test_both_stores_answer_alike(quick: TestClient, client: TestClient, path: str) -> None:
    for _ in range(2):
        ours, theirs = quick.get(f"/collections/{path}"), client.get(f"/collections/{path}")
        assert (ours.status_code, theirs.status_code) == (200, 200), ours.text
        assert ours.headers["content-type"] == theirs.headers["content-type"]
        assert ours.headers.get("content-crs") == theirs.headers.get("content-crs")
        assert told(ours) == told(theirs)


@pytest.mark.parametrize("path", REFUSED)
def test_what_is_wrong_is_told_the_long_way(quick: TestClient, client: TestClient, path: str) -> None:
    ours, theirs = quick.get(f"/collections/{path}"), client.get(f"/collections/{path}")
    assert ours.status_code == theirs.status_code
    assert 400 <= ours.status_code < 500
    assert ours.headers["content-type"] == "application/problem+json"
    assert ours.json()["detail"] == theirs.json()["detail"]


def test_pages_and_features_are_answered_ahead_of_the_routes(quick: TestClient, counted: list[str]) -> None:
    quick.get("/collections")
    path = "/collections/cases/items"
    key = quick.get(path, params={"bbox": BOX, "limit": 3}).json()["features"][0]["id"]
    assert quick.get(f"{path}/{key}").json()["id"] == key
    assert counted == [path, f"{path}/{key}"]


TILES = (
    "vehicles/tiles/WebMercatorQuad/12/1697/3257",
    "cases/tiles/WebMercatorQuad/10/424/814",
    "cases/tiles/WebMercatorQuad/14/6788/13036?properties=state,reported",
    "cases/tiles/WorldCRS84Quad/9/172/814?filter=state='open'",
    "districts/tiles/WebMercatorQuad/10/424/814",
    "streets/tiles/CGCS2000Quad/11/345/1629",
)


def drawn(answer: Any) -> Any:
    """Return what a tile holds, its features in order; of shapes only that they are there."""
    tile = mapbox_vector_tile.decode(answer.content)
    return {
        name: sorted(
            (f["id"], f["geometry"]["type"], sorted(f["properties"].items(), key=str)) for f in held["features"]
        )
        for name, held in tile.items()
    }


@pytest.mark.parametrize("path", TILES)
def test_both_stores_draw_alike(quick: TestClient, client: TestClient, path: str) -> None:
    ours, theirs = quick.get(f"/collections/{path}"), client.get(f"/collections/{path}")
    assert ours.status_code == theirs.status_code
    assert drawn(ours) == drawn(theirs)


def test_there_are_tiles_to_compare(quick: TestClient) -> None:
    assert sum(bool(quick.get(f"/collections/{path}").content) for path in TILES) >= 3


def test_tiles_that_need_no_gathering_are_answered_ahead_of_the_routes(quick: TestClient, counted: list[str]) -> None:
    quick.get("/collections")
    answer = quick.get("/collections/vehicles/tiles/WebMercatorQuad/11/848/1628")
    again = quick.get("/collections/vehicles/tiles/WebMercatorQuad/11/848/1628")
    assert counted == ["/collections/vehicles/tiles/WebMercatorQuad/11/848/1628"]
    assert (answer.content, answer.headers["etag"]) == (again.content, again.headers["etag"])


def test_pages_follow_each_other_to_the_end(quick: TestClient) -> None:
    seen, address = list[str](), "/collections/vehicles/items?bbox=106,29,107,30&limit=4"
    while address:
        page = quick.get(address).json()
        seen += [feature["id"] for feature in page["features"]]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert len(seen) == len(set(seen)) == 45


def test_hidden_fields_stay_hidden(quick: TestClient, secret: str) -> None:
    answers = [quick.get(f"/collections/{name}/items?limit=1000") for name in ("vehicles", "cases", "cameras")]
    assert all(secret not in answer.text for answer in answers)


def test_a_box_is_not_counted_but_a_single_feature_of_it_is(quick: TestClient) -> None:
    def of(**said: str) -> Callable[..., Any]:
        return quick.get("/collections/cases/items", params=said).json

    assert "numberMatched" not in of(bbox=BOX, limit="5")()
    assert of(bbox=BOX, limit="1")()["numberMatched"] == of(bbox=BOX, limit="1000")()["numberReturned"]
    assert of(limit="5")()["numberMatched"] == 45

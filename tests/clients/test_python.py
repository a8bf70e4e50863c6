"""Python's own clients: OWSLib asks the service, geopandas reads its addresses."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from urllib.request import urlretrieve

import pytest
from owslib.ogcapi.features import Features

import geopandas as gpd
import shapely

BOX = (106.41, 29.41, 106.5, 29.5)
INSIDE = shapely.box(*BOX)


@pytest.fixture(scope="module")
def features(served: Any) -> Any:
    return Features(served.url)


def test_owslib_finds_its_way(features: Any, served: Any) -> None:
    assert features.response and features.response["title"] == "一张图 OneMap"
    assert features.api()["openapi"].startswith("3.0")
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in features.conformance()["conformsTo"]
    assert (
        set(features.feature_collections())
        == {c["id"] for c in features.collections()["collections"]}
        == set(served.layers)
    )


def test_owslib_reads_what_a_collection_is(features: Any, served: Any) -> None:
    cases = features.collection("cases")
    assert cases["title"] == "案件 Cases"
    assert cases["storageCrs"] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    assert set(features.collection_queryables("cases")["properties"]) == {
        c.name for c in served.layers["cases"].columns
    }
    assert features.collection_schema("cases")["properties"]["reported"]["format"] == "date-time"


def test_owslib_follows_the_pages(features: Any, served: Any) -> None:
    numbers: list[str] = []
    asked: dict[str, Any] | None = {"limit": "1000"}
    while asked:
        found = features.collection_items("cases", **asked)
        numbers += [feature["id"] for feature in found["features"]]
        following = [link["href"] for link in found["links"] if link["rel"] == "next"]
        asked = dict(parse_qsl(urlsplit(following[0]).query)) if following else None
    assert numbers == [row["number"] for row in served.city["cases"]]


def test_owslib_skips_and_sorts(features: Any, served: Any) -> None:
    found = features.collection_items("cases", limit=5, offset=2590, sortby=("reported", "desc"))
    assert [feature["id"] for feature in found["features"]] == [f"number-{n:05}" for n in (9, 8, 7, 6, 5)]


def test_owslib_reads_one_feature(features: Any, served: Any) -> None:
    found = features.collection_item("districts", "500103")
    assert (
        shapely.geometry.shape(found["geometry"])
        .normalize()
        .equals_exact(served.city["districts"][2]["place"].normalize(), 1e-7)
    )


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"bbox": BOX}, lambda row: row["place"].intersects(INSIDE)),
        (
            {"datetime_": "2026-01-02T00:00:00Z/.."},
            lambda row: row["reported"].day == 2 or row["number"] == "number-01440",
        ),
        ({"state": "closed"}, lambda row: row["state"] == "closed"),
        ({"filter": "state = 'closed' AND on_time IS NULL"}, lambda r: r["state"] == "closed" and r["on_time"] is None),
        ({"q": "地址3"}, lambda row: "地址3" in (row["address"] or "")),
    ],
    ids=lambda said: next(iter(said)) if isinstance(said, dict) else "rows",
)
def test_owslib_asks_for_some(features: Any, served: Any, asked: dict[str, Any], wanted: Callable[[Any], bool]) -> None:
    found = features.collection_items("cases", limit=10_000, **asked)
    numbers = [row["number"] for row in served.city["cases"] if wanted(row)]
    assert 0 < len(numbers) < 2600
    assert [feature["id"] for feature in found["features"]] == numbers
    assert found["numberMatched"] == len(numbers)


@pytest.mark.parametrize("name", ["cases", "districts", "streets", "risk_points", "works"])
def test_geopandas_reads_an_address(served: Any, agree: Callable[..., None], name: str) -> None:
    table = gpd.read_file(f"{served.url}/collections/{name}/items?limit=10000")
    agree(served.layers[name], table, served.city[name])
    assert table.crs == 4326


def test_geopandas_reads_the_other_formats(served: Any, agree: Callable[..., None], tmp_path: Path) -> None:
    items = f"{served.url}/collections/districts/items?limit=10000&f="
    agree(served.layers["districts"], gpd.read_file(f"{items}fgb"), served.city["districts"])
    file, _ = urlretrieve(f"{items}parquet", tmp_path / "districts.parquet")
    agree(served.layers["districts"], gpd.read_parquet(file), served.city["districts"])


def test_geopandas_reads_a_part_of_the_file(served: Any, agree: Callable[..., None]) -> None:
    table = gpd.read_file(served.path, layer="cases", bbox=BOX, where="state = 'closed'")
    rows = [row for row in served.city["cases"] if row["state"] == "closed" and row["place"].intersects(INSIDE)]
    agree(served.layers["cases"], table, rows)

"""What is written is what is read."""

import time
from typing import Any

import orjson
import pytest

import shapely

from layers.feature import Layer
from layers.query import Query
from layers.store.protocol import Store
from spatial.errors import BadParameter, NotFound
from spatial.time import written


def ids(store: Store, layer: Layer, query: Query) -> list[str]:
    """Return the ids of a page."""
    return list(store.block(layer, query).keys)


def total(store: Store, layer: Layer) -> int | None:
    """Return how many rows there are."""
    count = store.count(layer, Query())
    return count and count.rows


def test_every_kind_of_value_comes_back(store: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    block = store.block(works, Query(limit=300))
    assert block.places is not None
    for row, key, values, place in zip(many, block.keys, block.rows, block.places, strict=True):
        got = dict(zip(block.names, values, strict=True))
        assert key == row["code"]
        assert place.equals(row["place"])
        assert got == {
            **{n: row[n] for n in ("code", "name", "lanes", "cost", "urgent", "tags")},
            "signed": row["signed"].isoformat(),
            "opened": written(row["opened"]),
            "closed": row["closed"] and written(row["closed"]),
        }


def test_geojson_is_the_same_rows(store: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    page = store.features(works, Query(limit=300))
    features = orjson.loads(b"[" + page.text + b"]")
    assert page.returned == len(features) == 300
    for row, feature in zip(many, features, strict=True):
        assert feature["id"] == row["code"]
        assert feature["type"] == "Feature"
        assert feature["geometry"]["coordinates"] == [round(row["place"].x, 8), round(row["place"].y, 8)]
        assert feature["properties"]["tags"] == row["tags"]
        assert feature["properties"]["urgent"] is row["urgent"]


@pytest.mark.parametrize(
    "shape",
    [
        "POINT (106.5 29.5)",
        "LINESTRING (106 29, 107 30)",
        "POLYGON ((106 29, 107 29, 107 30, 106 29), (106.5 29.2, 106.6 29.2, 106.6 29.3, 106.5 29.2))",
        "MULTIPOINT (106 29, 107 30)",
        "MULTILINESTRING ((106 29, 107 30), (106 30, 107 29))",
        "MULTIPOLYGON (((106 29, 107 29, 107 30, 106 29)))",
        "GEOMETRYCOLLECTION (POINT (106 29), LINESTRING (106 29, 107 30))",
    ],
)
def test_every_shape_comes_back(store: Store, works: Layer, make_work: Any, shape: str) -> None:
    place = shapely.from_wkt(shape)
    with store.write() as writer:
        writer.upsert(works, [make_work(1, place=place)])
    block = store.block(works, Query())
    assert block.places is not None and block.places[0].equals_exact(place, 0)
    text = orjson.loads(store.features(works, Query()).text)
    assert shapely.geometry.shape(text["geometry"]).equals_exact(place, 1e-8)


def test_writing_twice_changes_nothing(store: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    before = store.changes(works, 0, 1000)
    with store.write() as writer:
        tally = writer.upsert(works, many)
    assert (tally.inserted, tally.updated, tally.unchanged) == (0, 0, 300)
    assert store.changes(works, 0, 1000) == before


def told(store: Store, layer: Layer, since: int) -> Any:
    """Return what changed; a transaction of another test, in the one PostgreSQL for all, may hold it back a moment."""
    end = time.monotonic() + 10
    while (found := store.changes(layer, since)) == ([], []) and time.monotonic() < end:
        time.sleep(0.02)
    return found


def test_a_change_is_one_update(store: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    since = store.revision()
    with store.write() as writer:
        tally = writer.upsert(works, [many[5] | {"name": "改"}, many[6], many[7] | {"place": shapely.Point(1, 2)}])
    assert (tally.updated, tally.unchanged) == (2, 1)
    changed, gone = told(store, works, since)
    assert [c.key for c in changed] == ["W00005", "W00007"]
    assert not gone
    assert ids(store, works, Query(region=shapely.box(0.9, 1.9, 1.1, 2.1))) == ["W00007"]


def test_the_last_of_repeated_keys_counts(store: Store, works: Layer, make_work: Any) -> None:
    with store.write() as writer:
        tally = writer.upsert(works, [make_work(1, name="a"), make_work(1, name="b")])
    assert (tally.inserted, tally.repeated) == (1, 1)
    assert store.block(works, Query()).rows[0][1] == "b"


def test_append_leaves_known_rows_alone(store: Store, works: Layer, many: list[dict[str, Any]], make_work: Any) -> None:
    with store.write() as writer:
        tally = writer.append(works, [many[0] | {"name": "other"}, make_work(900)])
    assert (tally.inserted, tally.repeated) == (1, 1)
    assert store.block(works, Query(ids=("W00000",))).rows[0][1] == many[0]["name"]


def test_deleted_rows_leave_tombstones_and_numbers_are_not_given_again(
    store: Store, works: Layer, many: list[dict[str, Any]]
) -> None:
    since, top = store.revision(), max(store.block(works, Query(limit=300)).fids)
    with store.write() as writer:
        assert writer.delete(works, ["W00299", "W00001", "nobody"]).deleted == 2
    assert {c.key for c in told(store, works, since)[1]} == {"W00299", "W00001"}
    assert total(store, works) == 298
    with store.write() as writer:
        writer.upsert(works, [many[299]])
    assert store.block(works, Query(ids=("W00299",))).fids[0] > top


def test_an_error_leaves_nothing_behind(store: Store, works: Layer, many: list[dict[str, Any]], make_work: Any) -> None:
    def fail() -> None:
        with store.write() as writer:
            writer.upsert(works, [make_work(1000)])
            raise NotFound("stop")

    revision = store.revision()
    with pytest.raises(NotFound, match="stop"):
        fail()
    assert total(store, works) == 300
    assert store.changes(works, revision) == ([], [])
    assert ids(store, works, Query(ids=("W01000",))) == []


def test_only_asked_properties_are_read(store: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    block = store.block(works, Query(properties=("lanes", "code"), skip_geometry=True))
    assert block.names == ("code", "lanes")
    assert block.places is None
    feature = orjson.loads(store.features(works, Query(properties=(), skip_geometry=True, limit=1)).text)
    assert feature["geometry"] is None
    assert feature["properties"] == {}
    with pytest.raises(BadParameter, match="nope"):
        store.block(works, Query(properties=("nope",)))


def test_a_frame_is_the_same_rows(store: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    frame = store.frame(works, Query(limit=10_000))
    assert list(frame.index) == [row["code"] for row in many]
    assert frame.crs is not None and frame.crs.to_epsg() == 4326
    assert str(frame["opened"].dtype).endswith("UTC]")
    assert frame.geometry.iloc[7].equals(many[7]["place"])


def test_extents_follow_the_rows(store: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    extent = store.extent(works)
    assert extent.box == pytest.approx((106, 29, 106.299, 29.09))
    assert extent.span is not None
    assert extent.span[0] == written(many[0]["opened"])
    empty = store.extent(store.layers()["cases"])
    assert empty.box is None

"""Rows that are too old go: the oldest first, a few at a time, without tombstones, and no row number comes back."""

from datetime import UTC, datetime, timedelta
from typing import Any

from layers.feature import Layer
from layers.query import Query
from layers.store.protocol import Store, Tally
from spatial.box import Box

HOUR = timedelta(hours=1)


def expire(store: Store, layer: Layer, *said: Any) -> Tally:
    with store.write() as writer:
        return writer.expire(layer, *said)


def left(store: Store, layer: Layer) -> list[str]:
    return list(store.block(layer, Query(limit=1000)).keys)


def test_the_oldest_go_first_and_no_more_than_asked(store: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    codes, before = [row["code"] for row in many], many[100]["opened"]
    for gone in (40, 80, 100, 100):
        expire(store, works, before, 40)
        assert left(store, works) == codes[gone:]


def test_what_it_did_is_told(store: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    before = many[30]["opened"]
    assert [expire(store, works, before, 20) for _ in range(3)] == [Tally(deleted=20), Tally(deleted=10), Tally()]


def test_expiry_leaves_no_tombstones_and_deletion_does(store: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    since = store.revision()
    with store.write() as writer:
        writer.delete(works, [many[0]["code"]])
        writer.expire(works, many[50]["opened"], 1000)
        writer.delete(works, [many[60]["code"]])
    assert [gone.key for gone in store.changes(works, since)[1]] == [many[0]["code"], many[60]["code"]]
    assert store.revision() > since


def test_no_row_number_is_given_twice(store: Store, works: Layer, many: list[dict[str, Any]], make_work: Any) -> None:
    numbers = set(store.block(works, Query(limit=1000)).fids)
    expire(store, works, many[-1]["opened"] + HOUR, 1000)
    assert left(store, works) == [many[-1]["code"]]
    with store.write() as writer:
        writer.append(works, [make_work(n) for n in range(400, 420)])
    assert numbers.isdisjoint(store.block(works, Query(limit=1000, offset=1)).fids)


def test_expired_rows_are_found_by_no_index(store: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    expire(store, works, many[200]["opened"], 1000)
    assert store.count(works, Query(box=Box(105, 28, 108, 31))) == store.count(works, Query())
    found = store.block(works, Query(box=Box(106, 29, 106.1995, 30), limit=1000))
    assert found.keys == []


def test_a_layer_without_time_keeps_all(store: Store) -> None:
    districts = store.layers()["districts"]
    assert expire(store, districts, datetime.now(UTC), 10) == Tally()

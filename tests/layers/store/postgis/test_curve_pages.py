"""Pages of points by box on PostGIS: along the curve, every point of the box once, both ways, in every form."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any

import orjson
import pytest

import shapely

from layers.feature import Layer
from layers.query import Cursor, Query
from layers.runtime import from_schema
from layers.store.keyset import cursor, token
from layers.store.postgis.store import PostgisStore
from spatial.box import Box
from spatial.errors import BadParameter

SPOTS = {
    "x-onemap-title": {"zh": "点", "en": "Spots"},
    "properties": {
        "code": {"type": "string", "x-ogc-role": "id"},
        "level": {"type": "integer"},
        "place": {"format": "geometry-point"},
    },
}
BOXES = (
    *((106.2, 29.2, 106.3, 29.3), (106.0, 29.0, 107.0, 30.0), (-180, -90, 180, 90), (106.5, 29.5, 106.5, 29.5)),
    *((106.4999, 29.1, 106.5001, 29.9), (106.25, 29.25, 106.25, 29.75)),
)


@pytest.fixture
def store(database: Callable[..., str]) -> Iterator[PostgisStore]:
    made = PostgisStore(database(tables=True))
    yield made
    made.close()


@pytest.fixture
def spots(store: PostgisStore) -> tuple[Layer, dict[str, tuple[float, float]]]:
    """A layer of points, some of them on one place, and where they are."""
    store.add(from_schema("spots", SPOTS), SPOTS)
    dice = Random(5)
    grid = {f"G{n:03}": (106 + n % 21 / 20, 29 + n // 21 / 20) for n in range(441)}
    places = grid | {f"R{n:03}": (dice.uniform(106, 107), dice.uniform(29, 30)) for n in range(600)}
    rows = [{"code": code, "level": n, "place": shapely.Point(at)} for n, (code, at) in enumerate(places.items())]
    with store.write() as writer:
        writer.upsert(store.layers()["spots"], [*rows, {"code": "NOWHERE", "level": 1, "place": None}])
    return store.layers()["spots"], places


def inside(places: dict[str, tuple[float, float]], box: Box) -> set[str]:
    return {code for code, (x, y) in places.items() if box.west <= x <= box.east and box.south <= y <= box.north}


def walked(ask: Callable[[Query], Any], query: Query) -> list[list[str]]:
    """Return the ids of each page, forward; the way back has been checked to be the same."""
    pages, found = list[list[str]](), ask(query)
    while True:
        pages.append(list(found.keys))
        if found.next is None:
            break
        found = ask(replace(query, cursor=cursor(token(found.next), query)))
    for expected in reversed(pages[:-1]):
        found = ask(replace(query, cursor=cursor(token(found.prev), query)))
        assert found.keys == expected
    assert found.prev is None
    return pages


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("limit", [7, 100, 2000])
def test_every_point_of_a_box_comes_once(store: PostgisStore, spots: Any, box: Any, limit: int) -> None:
    layer, places = spots
    query = Query(box=Box(*box), limit=limit)
    pages = walked(lambda asked: store.block(layer, asked), query)
    ids = [code for page in pages for code in page]
    assert len(ids) == len(set(ids))
    assert set(ids) == inside(places, Box(*box))


def test_text_and_rows_are_the_same_pages(store: PostgisStore, spots: Any) -> None:
    layer, _ = spots
    query = Query(box=Box(106.1, 29.1, 106.6, 29.7), limit=50, properties=("level",))
    block, features = store.block(layer, query), store.features(layer, query)
    for _ in range(3):
        assert [f["id"] for f in orjson.loads(b"[" + features.text + b"]")] == block.keys
        assert (features.next, features.prev) == (block.next, block.prev)
        block = store.block(layer, replace(query, cursor=block.next))
        features = store.features(layer, replace(query, cursor=features.next))


def test_rows_written_between_pages_neither_repeat_nor_shift_others(store: PostgisStore, spots: Any) -> None:
    layer, places = spots
    query = Query(box=Box(106, 29, 107, 30), limit=300)
    first = store.block(layer, query)
    with store.write() as writer:
        writer.delete(layer, [first.keys[0], first.keys[-1]])
    rest = store.block(layer, replace(query, cursor=first.next, limit=5000))
    assert {*first.keys, *rest.keys} == set(places)
    assert not {*first.keys} & {*rest.keys}


@pytest.mark.parametrize("values", [("x",), (1.5,), (None,), (-5,), (2**62,)])
def test_a_cursor_that_is_none_of_ours_is_refused(store: PostgisStore, spots: Any, values: Any) -> None:
    layer, _ = spots
    with pytest.raises(BadParameter, match="cursor"):
        store.block(layer, Query(box=Box(106, 29, 107, 30), cursor=Cursor(values, 5)))


def test_a_cursor_of_the_curve_is_no_place_in_another_order(store: PostgisStore, spots: Any) -> None:
    layer, _ = spots
    after = store.block(layer, Query(box=Box(106, 29, 107, 30))).next
    with pytest.raises(BadParameter, match="cursor"):
        store.block(layer, Query(cursor=after))

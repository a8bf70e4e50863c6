"""What writes changed on the map: where rows were and where they are, told once, to those who have not seen it."""

from collections.abc import Sequence
from typing import Any

import shapely

from layers.feature import Layer
from layers.store import dirt as memory
from layers.store.protocol import Store
from layers.store.state import State
from layers.tile import Dirt

FIRST, SECOND = shapely.Point(106.5, 29.5), shapely.Point(107.5, 30.5)


def seen(store: Store) -> State:
    return store.dirt(State(1, 1))[0]


def since(store: Store, known: State) -> Sequence[Dirt]:
    state, found = store.dirt(known)
    assert found is not None
    assert all(state.sees(one.mark) and not known.sees(one.mark) for one in found)
    return found


def covers(found: Sequence[Dirt], point: Any) -> bool:
    boxes = [shapely.box(*one.box).buffer(1e-5) for one in found if one.box is not None]
    return any(box.contains(point) for box in boxes) or any(one.box is None for one in found)


def write(store: Store, layer: Layer, *rows: dict[str, Any]) -> None:
    with store.write() as writer:
        writer.upsert(layer, list(rows))


def test_a_new_row_is_told_where_it_is(store: Store, works: Layer, make_work: Any) -> None:
    known = seen(store)
    write(store, works, make_work(1, place=FIRST))
    found = since(store, known)
    assert {one.layer for one in found} == {"works"}
    assert covers(found, FIRST) and not covers(found, SECOND)


def test_a_moved_row_is_told_where_it_was_and_where_it_is(store: Store, works: Layer, make_work: Any) -> None:
    write(store, works, make_work(1, place=FIRST))
    known = seen(store)
    write(store, works, make_work(1, place=SECOND))
    found = since(store, known)
    assert covers(found, FIRST) and covers(found, SECOND)
    assert not covers(found, shapely.Point(107, 30))


def test_a_row_that_changed_otherwise_is_told(store: Store, works: Layer, make_work: Any) -> None:
    write(store, works, make_work(1, place=FIRST))
    known = seen(store)
    write(store, works, make_work(1, place=FIRST, name="新名"))
    assert covers(since(store, known), FIRST)


def test_a_deleted_row_is_told_where_it_was(store: Store, works: Layer, make_work: Any) -> None:
    write(store, works, make_work(1, place=FIRST))
    known = seen(store)
    with store.write() as writer:
        writer.delete(works, ["W00001"])
    assert covers(since(store, known), FIRST)


def test_a_row_that_says_nothing_new_is_not_told(store: Store, works: Layer, make_work: Any) -> None:
    write(store, works, make_work(1, place=FIRST))
    known = seen(store)
    write(store, works, make_work(1, place=FIRST))
    assert not since(store, known)


def test_what_was_told_is_not_told_again(store: Store, works: Layer, make_work: Any) -> None:
    write(store, works, make_work(1, place=FIRST))
    assert not since(store, seen(store))


def test_what_is_not_committed_is_not_told(store: Store, works: Layer, make_work: Any) -> None:
    known = seen(store)
    with store.write() as writer:
        writer.upsert(works, [make_work(1, place=FIRST)])
        assert not since(store, known)
    assert covers(since(store, known), FIRST)


def test_many_rows_are_told_in_few_boxes_that_cover_them(store: Store, works: Layer, make_work: Any) -> None:
    known = seen(store)
    rows = [make_work(n) for n in range(3000)]
    write(store, works, *rows)
    found = since(store, known)
    assert len(found) <= memory.EXACT
    assert all(covers(found, row["place"]) for row in rows[::50])

"""Pages follow each other without repeating or missing a row, both ways, whatever the order."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.feature import Layer
from layers.query import Query, Sort
from layers.store.keyset import cursor, token
from layers.store.protocol import Store
from spatial.errors import BadParameter

NAMES = ("name", "lanes", "cost", "urgent", "signed", "opened", "closed")
SORTS = st.lists(st.tuples(st.sampled_from(NAMES), st.booleans()), max_size=3, unique_by=lambda s: s[0])
QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def expected(rows: list[dict[str, Any]], sort: list[tuple[str, bool]]) -> list[str]:
    """Return the ids in the order asked for; nulls last, the order of writing among equals."""
    ordered = list(rows)
    for name, descending in reversed(sort):
        some = sorted((r for r in ordered if r[name] is not None), key=lambda r: r[name], reverse=False)
        if descending:
            # a reversed sort would turn round the order of equals
            some = sorted((r for r in ordered if r[name] is not None), key=lambda r: r[name], reverse=True)
        ordered = some + [r for r in ordered if r[name] is None]
    return [r["code"] for r in ordered]


@QUIET
@given(sort=SORTS, size=st.integers(20, 130))
def test_forward_and_back(
    store: Store, works: Layer, many: list[dict[str, Any]], sort: list[tuple[str, bool]], size: int
) -> None:
    query = Query(sort=tuple(Sort(n, d) for n, d in sort), limit=size)
    pages: list[list[str]] = []
    block = store.block(works, query)
    while True:
        pages.append(list(block.keys))
        if block.next is None:
            break
        block = store.block(works, replace(query, cursor=cursor(token(block.next), query)))
    assert [k for page in pages for k in page] == expected(many, sort)
    while block.prev is not None:
        pages.pop()
        block = store.block(works, replace(query, cursor=cursor(token(block.prev), query)))
        assert list(block.keys) == pages[-1]
    assert len(pages) == 1


def test_the_first_page_has_no_way_back_and_the_last_none_on(
    store: Store, works: Layer, many: list[dict[str, Any]]
) -> None:
    whole = store.block(works, Query(limit=300))
    assert whole.next is None
    assert whole.prev is None


def test_rows_written_between_pages_neither_repeat_nor_shift_others(
    store: Store, works: Layer, many: list[dict[str, Any]], make_work: Any
) -> None:
    first = store.block(works, Query(limit=100))
    with store.write() as writer:
        writer.delete(works, ["W00000", "W00050"])
        writer.upsert(works, [make_work(1000)])
    rest = store.block(works, Query(limit=1000, cursor=first.next))
    assert list(rest.keys) == [f"W{n:05}" for n in range(100, 300)] + ["W01000"]


def test_offset_skips(store: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    block = store.block(works, Query(limit=3, offset=10))
    assert list(block.keys) == ["W00010", "W00011", "W00012"]
    assert block.prev is not None


def test_blocks_are_all_pages(store: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    sizes = [len(b.keys) for b in store.blocks(works, Query(limit=250), size=100)]
    assert sizes == [100, 100, 50]
    # the limit counts all blocks together, and a last empty block is not sent
    assert [len(b.keys) for b in store.blocks(works, Query(limit=1000), size=150)] == [150, 150]


@pytest.mark.parametrize("name", ["place", "tags", "nothing", "om_rev", "fid"])
def test_what_cannot_be_sorted_by_is_refused(store: Store, works: Layer, name: str) -> None:
    with pytest.raises(BadParameter, match="sortable"):
        store.block(works, Query(sort=(Sort(name),)))


@given(text=st.text(max_size=60))
def test_a_cursor_of_another_kind_is_refused(text: str) -> None:
    with pytest.raises(BadParameter):
        cursor(text, Query(sort=(Sort("name"),)))


@given(fid=st.integers(0, 2**53), back=st.booleans(), value=st.none() | st.text(max_size=20) | st.integers(-9, 9))
def test_a_cursor_survives_its_link(fid: int, back: bool, value: Any) -> None:
    query = Query(sort=(Sort("name"),))
    made = cursor(token(replace(_cursor(fid, back), values=(value,))), query)
    assert (made.fid, made.back, made.values) == (fid, back, (value,))


def _cursor(fid: int, back: bool) -> Any:
    from layers.query import Cursor

    return Cursor((), fid, back)

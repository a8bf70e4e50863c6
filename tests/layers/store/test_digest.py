"""A digest is the same for the same rows, in whatever order, and another one for other rows."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import shapely

from layers.store.digest import Digest, of_block
from layers.store.protocol import Block

VALUE = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, width=64) | st.text()
ROW = st.tuples(VALUE, VALUE, st.floats(-180, 180), st.floats(-90, 90))


def block(rows: list[Any]) -> Block:
    places = np.empty(len(rows), dtype=object)
    places[:] = [shapely.Point(lon, lat) for *_, lon, lat in rows]
    keys = [f"k{n}" for n in range(len(rows))]
    return Block(("a", "b"), [[a, b] for a, b, *_ in rows], keys, list(range(len(rows))), places)


@given(st.lists(ROW, max_size=8), st.randoms())
def test_order_and_cuts_do_not_matter(rows: list[Any], random: Any) -> None:
    shuffled = random.sample(rows, len(rows))
    cut = random.randint(0, len(rows))
    assert of_block(block(rows)) == of_block(block(shuffled[:cut])) + of_block(block(shuffled[cut:]))


@given(st.lists(ROW, min_size=1, max_size=5), st.integers(0, 3), VALUE)
def test_a_changed_value_shows(rows: list[Any], at: int, value: Any) -> None:
    changed = list(rows[0])
    changed[at] = value if at < 2 else changed[at] / 2 + 0.25
    same = repr(changed) == repr([*rows[0]])
    assert (of_block(block(rows)) == of_block(block([tuple(changed), *rows[1:]]))) == same


def test_an_empty_place_is_not_an_absent_one() -> None:
    rows = [(1, 2, 106.0, 29.0)]
    absent, empty, none = block(rows), block(rows), block(rows)
    absent.places[0], empty.places[0] = None, shapely.Point()  # pyright: ignore[reportOptionalSubscript]
    none = Block(none.names, none.rows, none.keys, none.fids, None)
    assert of_block(absent) == of_block(none)
    assert of_block(empty) != of_block(absent)


def test_a_row_twice_is_not_a_row_gone() -> None:
    row = (1, "x", 106.0, 29.0)
    assert of_block(block([row, row])) != of_block(block([]))
    assert str(Digest(1, 255)) == f"{255:032x}"

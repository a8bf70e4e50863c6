"""What came before is known again, in runs and on disk as in a dictionary."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shapely

from etl import digest
from etl.seen import Seen


@given(st.lists(st.lists(st.integers(0, 40), max_size=30), max_size=12), st.sampled_from([4, 16, 1 << 20]))
def test_it_is_a_dictionary_of_first_positions(batches: list[list[int]], largest: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("etl.seen._LARGEST", largest)
        seen, known, position = Seen(), dict[int, int](), 1
        for batch in batches:
            hashes = np.array(batch, dtype=np.uint64)
            before = seen.add(hashes, np.arange(position, position + len(batch), dtype=np.uint32))
            expected: list[int] = []
            for value in batch:
                expected.append(known.get(value, -1))
                known.setdefault(value, position)
                position += 1
            assert before.tolist() == expected
        assert len(seen) == len(known)
        asked = np.arange(42, dtype=np.uint64)
        assert seen.first(asked).tolist() == [known.get(n, -1) for n in range(42)]


def test_records_that_differ_have_different_hashes() -> None:
    records = [
        {"n": 1},
        {"n": -1},
        {"n": -2},
        {"n": "1"},
        {"n": None},
        {"n": [1, 2]},
        {"n": [2, 1]},
        {"m": 1},
        {"n": 1.5},
        {},
    ]
    assert len(set(digest.of_records(records, None).tolist())) == len(records)
    odd = [{"n": np.datetime64("2026-01-01")}, {"n": np.datetime64("2026-01-02")}, {"n": "\udcff"}]
    assert len(set(digest.of_records(odd, None).tolist())) == 3


def test_the_place_is_part_of_a_record() -> None:
    places = np.array([shapely.Point(1, 2), shapely.Point(1, 3), None, shapely.Point(1, 2)], dtype=object)
    first, second, third, again = digest.of_records([{"n": 1}] * 4, places).tolist()
    assert first == again
    assert len({first, second, third}) == 3


def test_equal_records_have_one_hash_however_they_came_about() -> None:
    text = "".join(["rou", "te"])
    one, other = digest.of_records([{"a": "route", "b": "route"}, {"a": text, "b": str(text)}], None)
    assert one == other

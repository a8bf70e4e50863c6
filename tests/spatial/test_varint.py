"""Whole numbers as protocol buffers write them, against their definition."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spatial.varint import lengths, varint, varints, zigzag

numbers = st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 300), max_size=50)


def written(values: list[int]) -> bytes:
    """Return varints as the encoding's definition has them: seven bits a byte, lowest first, the top bit for more."""
    out = bytearray()
    for value in values:
        rest = value
        while rest > 127:
            out.append(rest % 128 + 128)
            rest //= 128
        out.append(rest)
    return bytes(out)


@given(numbers)
def test_varints_are_as_defined(values: list[int]) -> None:
    array = np.array(values, np.uint64)
    assert varints(array) == written(values)
    assert lengths(array).sum() == len(written(values))


@given(st.integers(0, 2**64 - 1))
def test_one_is_as_many(value: int) -> None:
    assert varint(value) == written([value])


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20))
def test_zigzag_keeps_small_numbers_small(values: list[int]) -> None:
    assert zigzag(np.array(values, np.int64)).tolist() == [2 * v if v >= 0 else -2 * v - 1 for v in values]

"""Whole numbers as protocol buffers write them, many at once."""

import numpy as np
from numpy.typing import NDArray

type Unsigned = NDArray[np.uint64]
type Integers = NDArray[np.int64]

BITS, MOST = 7, 10
"""Bits of a number that one byte holds, and bytes that 64 bits need."""


def lengths(numbers: Unsigned) -> Integers:
    """Return how many bytes each number (n,) takes."""
    found = np.ones(len(numbers), np.int64)
    for place in range(1, MOST):
        longer = numbers >= np.uint64(1 << (BITS * place))
        if not longer.any():
            break
        found += longer
    return found


def varints(numbers: Unsigned) -> bytes:
    """Return numbers (n,) as base 128 varints, one after the other."""
    sizes = lengths(numbers)
    width = int(sizes.max(initial=0))
    table = np.empty((len(numbers), width), np.uint8)
    for place in range(width):
        low = (numbers >> np.uint64(BITS * place)).astype(np.uint8) & np.uint8(0x7F)
        table[:, place] = low | ((sizes > place + 1).astype(np.uint8) << np.uint8(7))
    return table[np.arange(width) < sizes[:, None]].tobytes()


def varint(number: int) -> bytes:
    """Return one number as a varint."""
    return varints(np.array([number], np.uint64))


def zigzag(numbers: Integers) -> Unsigned:
    """Return signed numbers (n,) as unsigned ones, small ones staying small."""
    return ((numbers << 1) ^ (numbers >> 63)).astype(np.uint64)

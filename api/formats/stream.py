"""Answers that are sent while they are made."""

from collections.abc import Iterable, Iterator
from itertools import chain


def begun[T](parts: Iterable[T]) -> Iterator[T]:
    """Return the parts, the first of them made already: what is wrong with a query shows before the answer begins."""
    made = iter(parts)
    try:
        first = next(made)
    except StopIteration:
        return iter(())
    return chain((first,), made)

"""Libraries that warn by the way: what they say is kept for the report instead of being printed."""

import warnings
from collections.abc import Callable


def heard[T](work: Callable[[], T]) -> tuple[T, tuple[str, ...]]:
    """Return what the work returns, and what was warned of meanwhile."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        done = work()
    return done, tuple(str(warning.message)[:300] for warning in caught)

"""Sums of PostGIS come out as those of SQLite do, at the ends of all numbers too, and never stop a query."""

import math
from collections.abc import Callable, Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.store.open import opened
from layers.store.postgis.connection import Connections, fetched

ENDS = (0.0, 1.0, 0.1, 0.3, 3.0, 7.5, 1e15, 2.0**53, 1e16, 1e100, 1e149, 1e151, 1e291, 1.7e308, 1e-5, 1e-151, 1e-300)
NUMBERS = [*ENDS, *(-end for end in ENDS)]
ASKED = "SELECT {}(a, b) FROM unnest($1::float8[], $2::float8[]) WITH ORDINALITY AS x (a, b, n) ORDER BY n"

type Sum = Callable[[float, float], float]

SUMS: dict[str, Sum] = {
    "om_plus": lambda a, b: a + b,
    "om_times": lambda a, b: a * b,
    "om_over": lambda a, b: a / b,
    "om_div": lambda a, b: float(math.trunc(a / b)),
    "om_modulo": math.fmod,
    "om_power": math.pow,
}


def known(sum_of: Sum, a: float, b: float) -> float | None:
    try:
        found = sum_of(a, b)
    except (ArithmeticError, ValueError):
        return None
    return None if math.isnan(found) else found


@pytest.fixture(scope="module")
def connections(postgis: str) -> Iterator[Connections]:
    opened(postgis).close()
    made = Connections(postgis)
    made.open()
    yield made
    made.close()


def asked(connections: Connections, name: str, pairs: list[tuple[float, float]]) -> list[float | None]:
    left, right = (list(side) for side in zip(*pairs, strict=True))
    return [found for (found,) in connections.rows(ASKED.format(name), (left, right))]


def close(name: str, found: float | None, wanted: float | None) -> bool:
    if found is None or wanted is None or name != "om_power":
        return found == wanted
    # a C library's pow() and Python's may differ in the last digit
    return math.isclose(found, wanted, rel_tol=1e-12)


@pytest.mark.parametrize("name", SUMS)
def test_a_sum_is_pythons_at_the_ends_of_all_numbers(connections: Connections, name: str) -> None:
    pairs = list(product(NUMBERS, NUMBERS))
    wanted = [known(SUMS[name], a, b) for a, b in pairs]
    found = asked(connections, name, pairs)
    wrong = [(p, f, w) for p, f, w in zip(pairs, found, wanted, strict=True) if not close(name, f, w)]
    # a remainder of numbers that far apart is told to fifteen digits
    assert [one for one in wrong if name != "om_modulo" or 1e-140 < abs(one[0][1]) < abs(one[0][0]) < 1e290] == []
    assert None in wanted or name in ("om_plus", "om_times")


@settings(max_examples=30)
@given(pairs=st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)), min_size=50, max_size=50))
def test_a_remainder_is_exact(connections: Connections, pairs: list[tuple[float, float]]) -> None:
    pairs = [(a, b) for a, b in pairs if abs(b) > 1e-140] or [(7.5, 2.0)]
    assert asked(connections, "om_modulo", pairs) == [known(math.fmod, a, b) for a, b in pairs]


def test_of_nothing_nothing_is_known(connections: Connections) -> None:
    with connections.reading() as connection:
        for name in SUMS:
            assert fetched(connection, f"SELECT {name}(NULL, 0), {name}(0, NULL), {name}(NULL, NULL)") == [(None,) * 3]


def test_they_are_no_reason_to_read_a_table_alone(connections: Connections) -> None:
    """A function that is not PARALLEL SAFE keeps a whole query from being shared by several processes."""
    with connections.writing() as connection:
        said = fetched(
            connection, "SELECT DISTINCT proparallel::text FROM pg_proc WHERE proname = ANY($1)", (list(SUMS),)
        )
        assert said == [("s",)]

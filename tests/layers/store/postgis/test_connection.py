"""What a database says against a query is told as what it means to whoever asked; none of it is a failure of ours."""

from collections.abc import Iterator
from typing import Any

import pytest

from layers.store.postgis.connection import Connections
from spatial.errors import BadParameter, BadSource, NotFound, OneMapError, TooMuch, Unavailable

DEEP = f"SELECT {'abs(' * 3_000}1{')' * 3_000}"
ANSWERS: dict[str, tuple[type[OneMapError], str, tuple[Any, ...]]] = {
    "NUL": (BadParameter, "SELECT $1::text", ("a\0b",)),
    "half a character": (BadParameter, "SELECT $1::text", ("\ud800",)),
    "a number out of range": (BadParameter, "SELECT $1::int", (2**40,)),
    "a day out of range": (BadParameter, "SELECT $1::date", ("0000-01-01",)),
    "a day that Python has not": (BadParameter, "SELECT '10000-01-01'::date", ()),
    "a shape that is none": (BadParameter, "SELECT ST_GeomFromText($1)", ("POLYGON((0 0))",)),
    "a statement too deep": (TooMuch, DEEP, ()),
    "a list too long": (TooMuch, f"SELECT num_nulls({','.join(['1'] * 200)})", ()),
    "too slow": (TooMuch, "SELECT pg_sleep(10)", ()),
    "a layer dropped meanwhile": (NotFound, "SELECT * FROM gone", ()),
}


@pytest.fixture(scope="module")
def connections(postgis: str) -> Iterator[Connections]:
    made = Connections(f"{postgis}&options=-cstatement_timeout%3D200%20-cmax_stack_depth%3D200")
    made.open()
    yield made
    made.close()


@pytest.mark.parametrize("what", ANSWERS)
def test_what_goes_wrong_is_told_as_what_it_means(connections: Connections, what: str) -> None:
    kind, sql, bound = ANSWERS[what]
    with pytest.raises(kind) as told:
        connections.rows(sql, bound)
    assert type(told.value) is kind
    assert connections.rows("SELECT 1") == [(1,)]


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(BadSource):
        Connections("postgresql://a b:c@/x?nonsense=1")


def test_a_database_that_is_not_there_does_not_answer(tmp_path: Any) -> None:
    with pytest.raises(Unavailable, match="is it running"):
        Connections(f"postgresql://x@/y?host={tmp_path}").open()


def test_a_closed_store_says_so(postgis: str) -> None:
    made = Connections(postgis)
    made.open()
    made.close()
    with pytest.raises(Unavailable, match="closed"):
        made.rows("SELECT 1")

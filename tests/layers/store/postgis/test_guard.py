"""A query that would read a city's history is refused before it runs, and told how to ask for less."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import ClauseElement

import shapely

from layers.cql2 import parse
from layers.feature import Layer
from layers.query import Count, Query, Sort
from layers.store.postgis import counting, guard
from layers.store.postgis.cluster import Cluster
from layers.store.postgis.connection import Connections, fetched, run
from layers.store.postgis.guard import Guard
from layers.store.postgis.store import PostgisStore
from spatial.box import Box
from spatial.errors import TooMuch
from spatial.time import span

START = datetime(2026, 3, 1, tzinfo=UTC)
CITY, SPOT = Box(100, 20, 110, 40), Box(106, 29, 106.001, 29.001)
ROWS = 6000


@pytest.fixture(scope="module")
def address(cluster: Cluster) -> Iterator[str]:
    yield cluster.copy("empty", "guarded")
    cluster.drop("guarded")


@pytest.fixture(scope="module")
def made(address: str) -> Iterator[PostgisStore]:
    """A store with six days of fixes, and cases."""
    store = PostgisStore(address)
    with store.write() as writer:
        writer.append(store.layers()["fixes"], [fix(n) for n in range(ROWS)])
        run(writer.connection, "ANALYZE fixes")
    yield store
    store.close()


def fix(n: int) -> dict[str, Any]:
    place = shapely.Point(106 + n / ROWS, 29 + n % 10 / 10)
    at = START + timedelta(minutes=n * 6 * 24 * 60 / ROWS)
    row = {"code": f"F{n:05}", "vehicle": f"渝A{n % 30}", "datum": "wgs84", "at": at, "place": place}
    return row | {"speed_kmh": n % 90}


@pytest.fixture
def store(made: PostgisStore, monkeypatch: pytest.MonkeyPatch) -> PostgisStore:
    """The store, to which its few rows are many: reading all of them costs about 200."""
    monkeypatch.setattr(guard, "BUDGET", 120)
    monkeypatch.setattr(guard, "SMALL", 10)
    monkeypatch.setattr(guard, "FAR", 100)
    return made


@pytest.fixture
def fixes(store: PostgisStore) -> Layer:
    return store.layers()["fixes"]


HISTORY = {
    "a box": Query(box=SPOT, limit=1000),
    "a speed that no vehicle has": Query(filters=(parse("speed_kmh > 500"),)),
    "a word": Query(text="nobody"),
    "an order without an index": Query(sort=(Sort("speed_kmh"),)),
    "many rows skipped": Query(offset=5_000, limit=1000),
    "half of history": Query(box=SPOT, span=span("2026-03-01/2026-03-04")),
}


@pytest.mark.parametrize("what", HISTORY)
def test_reading_a_history_is_refused(store: PostgisStore, fixes: Layer, what: str) -> None:
    for ask in (store.block, store.features):
        with pytest.raises(TooMuch, match=r"too much of fixes.* add a time of at most a day, as in datetime=2026-"):
            ask(fixes, HISTORY[what])


CHEAP = {
    "any rows": (Query(limit=100), 100),
    "one hour": (Query(span=span("2026-03-02T00:00:00Z/2026-03-02T01:00:00Z"), limit=100), 42),
    "a day's spot": (Query(span=span("2026-03-02"), box=SPOT), 0),
    "the city on one day": (Query(span=span("2026-03-02"), box=CITY, limit=100), 100),
    "one vehicle": (Query(filters=(parse("vehicle = '渝A7'"),), limit=50), 50),
    "some by name": (Query(ids=("F00001", "F05000", "none")), 2),
    "what most rows have": (Query(filters=(parse("speed_kmh < 80"),)), 10),
}


@pytest.mark.parametrize("what", CHEAP)
def test_what_an_index_finds_is_answered(store: PostgisStore, fixes: Layer, what: str) -> None:
    query, found = CHEAP[what]
    assert store.features(fixes, query).returned == found


def test_the_refused_way_and_the_named_one_find_the_same(store: PostgisStore, fixes: Layer) -> None:
    wanted = {f"F{n:05}" for n in range(1000, 2000) if n % 90 > 85}
    asked = (parse("speed_kmh > 85"),)
    with pytest.raises(TooMuch):
        store.block(fixes, Query(filters=asked, sort=(Sort("speed_kmh"),), limit=ROWS))
    found = store.block(fixes, Query(filters=asked, span=span("2026-03-02"), limit=ROWS))
    assert set(found.keys) == wanted


def test_nothing_runs_before_the_planner_was_asked(made: PostgisStore, address: str, fixes: Layer) -> None:
    connections, asked = Connections(address), list[str]()
    connections.open()

    def rows(sql: str, bound: tuple[Any, ...]) -> Any:
        asked.append(sql)
        return connections.rows(sql, bound)

    with pytest.raises(TooMuch):
        Guard(rows).check(fixes, HISTORY["a box"])
    connections.close()
    assert asked
    assert all(sql.startswith("EXPLAIN (FORMAT JSON)") for sql in asked)


def test_small_tables_and_plain_pages_are_not_asked_about(made: PostgisStore) -> None:
    def no_rows(sql: str, bound: tuple[Any, ...]) -> Any:
        asked.append(sql)
        return [[[{"Plan": {"Total Cost": 5.0, "Plan Rows": 100}}]]]

    asked, layers = list[str](), made.layers()
    look = Guard(no_rows)
    look.check(layers["cases"], Query(box=CITY, span=span("2026-03-01"), limit=1000))
    look.check(layers["fixes"], Query(limit=1000))
    assert asked == []
    for _ in range(3):
        look.check(layers["cases"], Query(text="bridge", sort=(Sort("number"),)))
    assert len(asked) == 1


ADVICE: dict[str, tuple[str, Query, list[str]]] = {
    "a history": ("fixes", Query(box=CITY), ["datetime=", "filter=vehicle='...'"]),
    "a day of it": ("fixes", Query(box=CITY, span=span("2026-03-01")), ["filter=vehicle='...'"]),
    "points": ("cases", Query(text="x", sort=(Sort("number"),)), ["datetime=", "add a bbox", "leave sortby out"]),
    "areas": ("districts", Query(box=CITY, offset=99_999), ["follow the next links"]),
    "no way at all": ("districts", Query(box=CITY), ["ask for fewer"]),
}


@pytest.mark.parametrize("what", ADVICE)
def test_the_cheaper_way_is_named(made: PostgisStore, what: str) -> None:
    name, query, ways = ADVICE[what]
    said = guard.advice(made.layers()[name], query)
    assert [way for way in ways if way not in said] == []
    assert said.count(" or ") == len(ways) - 1


def test_few_rows_are_counted(made: PostgisStore) -> None:
    layer = made.layers()["fixes"]
    assert made.count(layer, Query()) == Count(ROWS)
    assert made.count(layer, Query(span=span("2026-03-02"), box=CITY)) == Count(1000)


def test_what_is_too_much_to_count_is_estimated(
    store: PostgisStore, fixes: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "HOPELESS", 100)
    found = store.count(fixes, Query(filters=(parse("speed_kmh < 45"),)))
    assert not found.exact
    assert found.rows == pytest.approx(ROWS / 2, rel=0.1)
    assert store.count(fixes, Query(ids=("F00001",))) == Count(1)


def test_counting_that_takes_too_long_is_given_up_and_not_begun_again(
    store: PostgisStore, fixes: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = list[str]()
    monkeypatch.setattr(counting, "PATIENCE", 1)
    monkeypatch.setattr(counting, "fetched", lambda c, sql, bound: ran.append(sql) or fetched(c, "SELECT pg_sleep(9)"))
    for _ in range(3):
        found = store.count(fixes, Query(text="渝A7"))
        assert not found.exact
        assert 0 < found.rows < ROWS
    assert len(ran) == 1
    monkeypatch.undo()
    assert store.count(fixes, Query(text="渝A29")) == Count(200)


def test_another_statement_of_the_pool_keeps_its_patience(store: PostgisStore, fixes: Layer) -> None:
    store.count(fixes, Query())
    with store.write() as writer:
        assert fetched(writer.connection, "SHOW statement_timeout") == [("20s",)]


def test_a_plan_is_of_the_values_that_are_asked_for(store: PostgisStore, address: str) -> None:
    """Prepared, a statement may get one plan for all values; what is asked about is never so."""
    connections = Connections(address)
    connections.open()
    look, layer = Guard(connections.rows), store.layers()["fixes"]

    def rows(text: str) -> int:
        return look.plan(matching(layer, text)).rows

    assert [rows("speed_kmh > 80") for _ in range(8)][-1] > 10 * rows("speed_kmh > 500")
    connections.close()


def matching(layer: Layer, text: str) -> ClauseElement:
    return counting._matching(layer, Query(filters=(parse(text),)))

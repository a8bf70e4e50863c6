"""Positions lie in one table a day: made before it is needed, dropped whole when it is old, and read alone."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import RawCursor

import shapely

from layers.feature import Layer
from layers.query import Query
from layers.store.postgis.store import PostgisStore
from layers.store.protocol import Tally
from layers.store.state import State
from spatial.box import Box
from spatial.time import Span, span

DAY = timedelta(days=1)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
PARTS = """SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'fixes'::regclass ORDER BY 1"""


@pytest.fixture
def address(database: Callable[[], str]) -> str:
    return database()


@pytest.fixture
def store(address: str) -> Iterator[PostgisStore]:
    made = PostgisStore(address)
    yield made
    made.close()


@pytest.fixture
def fixes(store: PostgisStore) -> Layer:
    return store.layers()["fixes"]


@pytest.fixture
def sql(address: str) -> Iterator[Callable[..., Any]]:
    with psycopg.connect(
        address, autocommit=True, options="-c search_path=onemap,public", cursor_factory=RawCursor
    ) as made:
        yield lambda asked, bound=(): made.execute(asked, bound).fetchall()


def fix(n: int, at: datetime) -> dict[str, Any]:
    place = shapely.Point(106 + n / 1000, 29.5)
    return {"code": f"F{n:05}", "vehicle": f"渝A{n % 3}", "datum": "wgs84", "at": at, "place": place}


def append(store: PostgisStore, rows: list[dict[str, Any]]) -> Tally:
    with store.write() as writer:
        return writer.append(store.layers()["fixes"], rows)


def days(store: PostgisStore, count: int, each: int = 4) -> list[dict[str, Any]]:
    """So many days of rows in March, written."""
    rows = [fix(n, MARCH + DAY * (n // each) + timedelta(hours=n % each)) for n in range(count * each)]
    append(store, rows)
    return rows


def expire(store: PostgisStore, before: datetime, most: int = 1000) -> Tally:
    with store.write() as writer:
        return writer.expire(store.layers()["fixes"], before, most)


def keys(store: PostgisStore, query: Query | None = None) -> list[str]:
    return list(store.block(store.layers()["fixes"], query or Query(limit=1000)).keys)


def parts(sql: Callable[..., Any]) -> list[str]:
    return [name for (name,) in sql(PARTS)]


def test_each_day_has_a_table_and_odd_instants_share_one(store: PostgisStore, sql: Any) -> None:
    odd = [fix(100, datetime(1980, 1, 6, tzinfo=UTC)), fix(101, datetime(9999, 12, 31, tzinfo=UTC))]
    rows = [*days(store, 2), *odd]
    assert append(store, rows) == Tally(repeated=len(rows) - 2, inserted=2)
    assert parts(sql) == ["fixes_20260301", "fixes_20260302", "fixes_other"]
    assert sql("SELECT count(*) FROM fixes_other") == [(2,)]
    assert sorted(keys(store)) == sorted(row["code"] for row in rows)


def test_tomorrow_is_there_before_it_comes(store: PostgisStore, sql: Any) -> None:
    now = datetime.now(UTC)
    append(store, [fix(1, now)])
    assert {f"fixes_{now:%Y%m%d}", f"fixes_{now + DAY:%Y%m%d}"} <= set(parts(sql))


def test_rows_that_came_too_early_move_into_their_day(store: PostgisStore, sql: Any) -> None:
    at = datetime.now(UTC) + 20 * DAY
    append(store, [fix(1, at), fix(2, at + 40 * DAY)])
    assert parts(sql) == ["fixes_other"]
    assert sql("SELECT om_make_day('fixes', 'at', $1)", (at.date(),)) == [(True,)]
    assert sql("SELECT om_make_day('fixes', 'at', $1)", (at.date(),)) == [(False,)]
    assert sql(f"SELECT code FROM fixes_{at:%Y%m%d}") == [("F00001",)]
    assert keys(store) == ["F00001", "F00002"]
    assert append(store, [fix(1, at)]) == Tally(repeated=1)


def test_old_days_go_whole_and_the_last_one_stays(store: PostgisStore, sql: Any) -> None:
    rows, since = days(store, 5), store.revision()
    assert expire(store, MARCH + 2.5 * DAY, most=1) == Tally(deleted=8)
    assert keys(store) == [row["code"] for row in rows[8:]]
    assert expire(store, MARCH + 2.5 * DAY) == Tally()
    assert expire(store, MARCH + 100 * DAY) == Tally(deleted=8)
    assert keys(store) == [row["code"] for row in rows[16:]]
    assert parts(sql) == ["fixes_20260305", "fixes_other"]
    assert store.changes(store.layers()["fixes"], since) == ([], [])


def test_odd_instants_go_one_by_one(store: PostgisStore) -> None:
    append(store, [fix(n, datetime(1999, 1, 1, tzinfo=UTC) + n * DAY) for n in range(5)])
    assert expire(store, datetime(1999, 1, 4, tzinfo=UTC), most=2) == Tally(deleted=2)
    assert keys(store) == ["F00002", "F00003", "F00004"]


def test_the_map_is_told_that_a_day_went(store: PostgisStore) -> None:
    days(store, 3)
    before = store.dirt(State(1, 1))[0]
    expire(store, MARCH + DAY)
    told = store.dirt(before)[1]
    assert told is not None
    assert [(one.layer, one.box) for one in told] == [("fixes", (106.0, 29.5, 106.011, 29.5))]


def test_dropping_waits_for_nobody(store: PostgisStore, address: str) -> None:
    days(store, 3)
    with psycopg.connect(address) as reader:
        reader.execute("SELECT count(*) FROM onemap.fixes")
        assert expire(store, MARCH + 2 * DAY) == Tally()
        # what happens every two seconds must not stand behind a long reader, nor fail for it
        assert append(store, [fix(99, MARCH + 2 * DAY)]) == Tally(inserted=1)
    assert expire(store, MARCH + 2 * DAY) == Tally(deleted=8)


def plan(sql: Callable[..., Any], asked: str) -> str:
    sql("SELECT set_config('enable_seqscan', 'off', false)")
    return "\n".join(line for (line,) in sql(f"EXPLAIN {asked}"))


def test_a_day_is_read_alone_and_a_vehicle_by_its_index(store: PostgisStore, fixes: Layer, sql: Any) -> None:
    days(store, 5)
    morning = "at >= '2026-03-02T06:00Z' AND at < '2026-03-02T09:00Z'"
    assert "fixes_20260301" not in plan(sql, f"SELECT * FROM fixes WHERE {morning}")
    assert "fixes_20260302_vehicle_at_idx" in plan(sql, f"SELECT * FROM fixes WHERE vehicle = '渝A1' AND {morning}")
    asked = span("2026-03-02")
    assert keys(store, Query(span=asked, limit=100)) == [f"F{n:05}" for n in range(4, 8)]
    near = Query(span=Span(asked.start, asked.end), box=Box(106.0055, 29, 106.0065, 30))
    assert keys(store, near) == ["F00006"]


def test_two_writers_of_a_new_day_make_it_once(store: PostgisStore, address: str, aside: Any) -> None:
    other = PostgisStore(address)

    async def both() -> list[Tally]:
        stores = enumerate((store, other), 1)
        return await asyncio.gather(*(asyncio.to_thread(append, each, [fix(n, MARCH)]) for n, each in stores))

    assert aside(both()) == [Tally(inserted=1), Tally(inserted=1)]
    other.close()
    assert sorted(keys(store)) == ["F00001", "F00002"]

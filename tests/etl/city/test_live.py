import shutil
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from etl.city import live
from etl.city.city import HISTORY, City
from etl.city.live import Life
from layers.query import Query
from layers.store.geopackage import GeoPackageStore
from layers.store.protocol import Tally
from spatial.time import written

type Store = GeoPackageStore

MOVING = {"working", "driving", "idling"}


@pytest.fixture
def store(city_file: Path, tmp_path: Path) -> Iterator[Store]:
    made = GeoPackageStore(Path(shutil.copy(city_file, tmp_path / "city.gpkg")))
    yield made
    made.close()


def held(store: Store, name: str) -> dict[str, dict[str, Any]]:
    """Return the rows of a layer as the store holds them, by key, with the place as WKT."""
    layer, found = store.layers()[name], {}
    for block in store.blocks(layer, Query(limit=1_000_000, count=False), size=5000):
        assert block.places is not None
        for key, values, place in zip(block.keys, block.rows, block.places, strict=True):
            found[key] = {**dict(zip(block.names, values, strict=True)), "place": place.wkt}
    return found


def told(city: City, name: str) -> dict[str, dict[str, Any]]:
    """Return the rows that the city itself tells, in the store's form."""
    key = {"cases": "number", "vehicles": "plate", "fixes": "code"}[name]
    return {
        row[key]: {k: written(v) if isinstance(v, datetime) else v for k, v in row.items()}
        | {"place": row["place"].wkt}
        for block in city.rows(name)
        for row in block
    }


def later(city: City, **more: float) -> City:
    return City(city.seed, city.now + timedelta(**more), city.days)


def plain(row: dict[str, Any]) -> dict[str, Any]:
    return {k: bool(v) if k == "on_time" and v is not None else v for k, v in row.items()}


@pytest.mark.parametrize("hours", [0.5, 16])
def test_living_on_leads_to_the_city_of_that_hour(store: Store, city: City, hours: float) -> None:
    life, then = Life(store, city), later(city, hours=hours)
    for part in (0.3, 0.31, 1):
        life.step(city.now + part * (then.now - city.now))
    found = {key: plain(row) for key, row in held(store, "cases").items()}
    wanted = told(City(city.seed, then.now, days=2), "cases")
    assert wanted and {key: found[key] for key in wanted} == wanted
    assert held(store, "vehicles") == told(then, "vehicles")


def test_cases_open_and_close(store: Store, city: City) -> None:
    before = {key: row["state"] for key, row in held(store, "cases").items()}
    tally = Life(store, city).step(city.now + timedelta(hours=2))
    after = {key: row["state"] for key, row in held(store, "cases").items()}
    new = after.keys() - before.keys()
    assert 120 < len(new) < 500 and tally.inserted > len(new)
    moves = Counter((before[key], after[key]) for key in before if before[key] != after[key])
    assert moves["dispatched", "handled"] + moves["dispatched", "closed"] > 20
    assert moves["handled", "closed"] > 20
    order = ("reported", "opened", "dispatched", "handled", "closed", "void")
    assert all(order.index(old) < order.index(now) for old, now in moves)


def test_vehicles_move_every_two_seconds_and_leave_fixes_every_ten(store: Store, city: City) -> None:
    life, places, fixes = Life(store, city), [], []
    for second in (2, 4, 10):
        life.step(city.now + timedelta(seconds=second))
        places.append({key: row["place"] for key, row in held(store, "vehicles").items() if row["state"] in MOVING})
        fixes.append(len(held(store, "fixes")))
    assert sum(place != places[1].get(key) for key, place in places[0].items()) > 60
    assert fixes[0] == fixes[1] < fixes[2] <= fixes[1] + 300
    last = {
        row["vehicle"]
        for row in held(store, "fixes").values()
        if row["at"] == written(city.now + timedelta(seconds=10))
    }
    assert len(last) > 100


def test_an_instant_lived_through_does_nothing(store: Store, city: City) -> None:
    life = Life(store, city)
    life.step(city.now + timedelta(seconds=4))
    revision = store.revision()
    assert life.step(city.now + timedelta(seconds=4)) == life.step(city.now) == Tally()
    assert store.revision() == revision


def test_a_new_life_goes_on_where_the_old_one_ended(store: Store, city: City) -> None:
    assert Life(store, later(city, days=3)).lived == city.instant
    Life(store, city).step(city.now + timedelta(minutes=5))
    assert Life(store, later(city, days=3)).lived == city.instant + 300


def test_a_city_that_was_never_built_begins_to_live_now(city: City, tmp_path: Path) -> None:
    store = GeoPackageStore(tmp_path / "empty.gpkg")
    assert Life(store, city).lived == city.instant
    store.close()


def test_after_days_without_life_cases_are_told_and_only_an_hour_of_fixes(store: Store, city: City) -> None:
    known, then = set(held(store, "fixes")), later(city, days=2, hours=3)
    Life(store, city).step(then.now)
    fixes = {key: row for key, row in held(store, "fixes").items() if key not in known}
    assert fixes == told(then, "fixes")
    assert min(row["at"] for row in fixes.values()) > written(then.now - timedelta(seconds=HISTORY))
    found, wanted = held(store, "cases"), told(City(city.seed, then.now, days=4), "cases")
    assert {key: plain(found[key]) for key in wanted} == wanted


def test_fixes_live_as_long_as_their_layer_says(store: Store, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    layer, life = store.layers()["fixes"], Life(store, city)
    assert layer.keep
    first, least = len(held(store, "fixes")), written(city.now + timedelta(minutes=20))
    monkeypatch.setattr(live, "EXPIRED", first // 3)
    now, told = city.now + layer.keep + timedelta(minutes=20), []
    for second in (2, 4, 6, 8):
        told.append(life.step(now + timedelta(seconds=second)).deleted)
    assert told == [first // 3] * 3 + [first % 3]
    assert min(row["at"] for row in held(store, "fixes").values()) > least
    since = {gone.key for gone in store.changes(layer, 0)[1]}
    assert since == set()


def test_a_year_without_life_costs_no_year(store: Store, city: City) -> None:
    then = later(city, days=365)
    Life(store, city).step(then.now)
    reported = sorted(row["reported"] for row in held(store, "cases").values())
    gap = [r for r in reported if written(city.now + timedelta(days=1)) < r < written(then.now - timedelta(days=43))]
    assert gap == []
    assert reported[-1] > written(then.now - timedelta(hours=1))


def test_it_lives_until_told_to_stop(tmp_path: Path) -> None:
    store, stop = GeoPackageStore(tmp_path / "city.gpkg"), threading.Event()
    life = Life(store, City(now=datetime.now(UTC) - timedelta(seconds=10), days=1))
    thread = threading.Thread(target=life.run, args=(stop,))
    thread.start()
    layer, end = store.layers()["vehicles"], time.monotonic() + 60
    while not store.block(layer, Query(limit=1)).keys and time.monotonic() < end:
        time.sleep(0.05)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
    assert len(held(store, "vehicles")) == 300
    store.close()


@pytest.mark.slow
def test_while_another_writes_it_waits_and_then_catches_up(store: Store, city: City) -> None:
    now = datetime.now(UTC)
    life, stop = Life(store, City(city.seed, now, 1)), threading.Event()
    life.lived = int(now.timestamp())
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    thread = threading.Thread(target=life.run, args=(stop,))
    thread.start()
    time.sleep(20)
    assert thread.is_alive() and life.lived == int(now.timestamp())
    other.execute("ROLLBACK")
    other.close()
    end = time.monotonic() + 60
    while life.lived == int(now.timestamp()) and time.monotonic() < end:
        time.sleep(0.1)
    stop.set()
    thread.join(30)
    assert life.lived >= int(now.timestamp()) + 18

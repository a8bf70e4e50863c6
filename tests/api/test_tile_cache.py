"""Kept tiles are never older than the last look, whoever writes; what was read before a change is not kept after it."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

import shapely

from api.context import OneMap
from api.settings import Settings
from api.tile_cache import Kept, Read, TileCache, within
from layers.store.geopackage import GeoPackageStore
from layers.store.state import State
from layers.tile import Dirt
from spatial.errors import Unavailable
from spatial.tms import CGCS2000, WEB_MERCATOR, Tile

TILE = WEB_MERCATOR.tile(12, 3260, 1700)
KEY = ("/t", b"")
WEST, SOUTH, EAST, NORTH = TILE.degrees()
INSIDE = (WEST + 0.01, SOUTH + 0.01, WEST + 0.01, SOUTH + 0.01)


class Ledger:
    """A store of which only the changes are asked: what was written under which mark."""

    def __init__(self) -> None:
        self.known = {"cases": 1}
        self.written: list[Dirt] = []
        self.forgotten = self.gone = False

    def layers(self) -> dict[str, int]:
        return self.known

    def state(self) -> State:
        return State(len(self.written) + 10, len(self.written) + 10)

    def write(self, layer: str, box: tuple[float, ...] | None) -> None:
        self.written.append(Dirt(layer, len(self.written) + 10, box))  # type: ignore[arg-type]

    def dirt(self, since: State) -> tuple[State, Sequence[Dirt] | None]:
        if self.gone:
            raise Unavailable("gone")
        found = [one for one in self.written if not since.sees(one.mark)]
        return self.state(), None if self.forgotten else found


@pytest.fixture
def ledger() -> Ledger:
    """The changes that the cache looks at."""
    return Ledger()


@pytest.fixture
def cache(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Iterator[TileCache]:
    """A cache that looks only when it is told to."""
    monkeypatch.setattr("api.tile_cache.PERIOD", 3600)
    made = TileCache(OneMap(Settings(), ledger), 100_000)  # type: ignore[arg-type]
    yield made
    made.stop()


def kept(size: int = 10) -> Kept:
    return Kept("tag", {"": b"x" * size})


def read(ledger: Ledger, tile: Tile = TILE, *names: str) -> Read:
    return Read(tile, frozenset(names or ("cases",)), ledger.state(), ledger.layers())


def test_what_is_put_is_there(cache: TileCache, ledger: Ledger) -> None:
    one = kept()
    assert cache.get(KEY) is None
    cache.put(KEY, one, read(ledger))
    assert cache.get(KEY) is one


@pytest.mark.parametrize(
    ("layer", "box", "stays"),
    [
        ("cases", INSIDE, False),
        ("cases", None, False),
        ("cases", (WEST - 0.0005, SOUTH, WEST - 0.0005, SOUTH), False),
        ("cases", (WEST - 0.01, SOUTH, WEST - 0.01, SOUTH), True),
        ("cases", (-180.0, -90.0, 180.0, 90.0), False),
        ("streets", INSIDE, True),
    ],
)
def test_a_change_drops_the_tiles_that_show_it(
    cache: TileCache, ledger: Ledger, layer: str, box: Any, stays: bool
) -> None:
    cache.put(KEY, kept(), read(ledger))
    ledger.write(layer, box)
    cache.look()
    assert (cache.get(KEY) is not None) == stays


def test_a_tile_read_before_a_change_is_not_kept_after_it(cache: TileCache, ledger: Ledger) -> None:
    cache.put(("/other", b""), kept(), read(ledger, WEB_MERCATOR.tile(3, 0, 0)))
    before = read(ledger)
    ledger.write("cases", INSIDE)
    cache.look()
    cache.look()
    cache.put(KEY, kept(), before)
    assert cache.get(KEY) is None
    cache.put(KEY, kept(), read(ledger))
    assert cache.get(KEY) is not None


def test_a_tile_read_before_another_change_is_kept(cache: TileCache, ledger: Ledger) -> None:
    cache.put(("/other", b""), kept(), read(ledger, WEB_MERCATOR.tile(3, 0, 0)))
    before = read(ledger)
    ledger.write("cases", (0.0, 0.0, 0.0, 0.0))
    cache.look()
    cache.put(KEY, kept(), before)
    assert cache.get(KEY) is not None


def test_a_tile_older_than_what_is_remembered_is_not_kept(cache: TileCache, ledger: Ledger) -> None:
    before = read(ledger)
    ledger.write("streets", INSIDE)
    cache.put(("/other", b""), kept(), read(ledger))
    cache.put(KEY, kept(), before)
    assert cache.get(KEY) is None


def test_all_is_dropped_when_changes_are_forgotten(cache: TileCache, ledger: Ledger) -> None:
    cache.put(KEY, kept(), read(ledger))
    ledger.forgotten = True
    cache.look()
    assert cache.get(KEY) is None


def test_all_is_dropped_when_layers_change(cache: TileCache, ledger: Ledger) -> None:
    before = read(ledger)
    cache.put(KEY, kept(), before)
    ledger.known = {"cases": 2}
    cache.look()
    assert cache.get(KEY) is None
    cache.put(KEY, kept(), before)
    assert cache.get(KEY) is None


def test_nothing_is_trusted_without_a_look(cache: TileCache, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.put(KEY, kept(), read(ledger))
    monkeypatch.setattr("api.tile_cache.LATE", -1)
    assert cache.get(KEY) is None


def test_the_least_used_make_room(cache: TileCache, ledger: Ledger) -> None:
    for n in range(5):
        cache.put((f"/{n}", b""), kept(30_000), read(ledger))
        cache.get(("/0", b""))
    assert [n for n in range(5) if cache.get((f"/{n}", b""))] == [0, 3, 4]
    cache.put(KEY, kept(200_000), read(ledger))
    assert cache.get(KEY) is None


def test_tiles_of_all_grids_are_dropped(cache: TileCache, ledger: Ledger) -> None:
    x, y = 1630, 683
    tile = CGCS2000.tile(11, x, y)
    west, south, *_ = tile.degrees()
    cache.put(KEY, kept(), read(ledger, tile))
    ledger.write("cases", (west + 0.001, south + 0.001, west + 0.001, south + 0.001))
    cache.look()
    assert cache.get(KEY) is None


def test_a_store_that_cannot_tell_empties_the_cache(
    cache: TileCache, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.tile_cache.PERIOD", 0.01)
    ledger.gone = True
    cache.put(KEY, kept(), read(ledger))
    looking = cache._looking
    assert looking is not None
    looking.join(5)
    assert not looking.is_alive() and cache.get(KEY) is None


@pytest.mark.parametrize(
    ("one", "other", "seen"),
    [
        (State(5, 5), State(5, 5), True),
        (State(5, 5), State(9, 9), True),
        (State(9, 9), State(5, 5), False),
        (State(5, 9, frozenset({5})), State(5, 9, frozenset({5})), True),
        (State(5, 9, frozenset({5})), State(5, 9, frozenset({5, 6})), False),
        (State(5, 9, frozenset({5, 6})), State(5, 9, frozenset({5})), True),
    ],
)
def test_a_state_within_another(one: State, other: State, seen: bool) -> None:
    assert within(one, other) == seen
    assert seen == all(other.sees(mark) for mark in range(20) if one.sees(mark))


def test_any_writer_is_seen_at_once(empty: GeoPackageStore, fill: Any, make_row: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("api.tile_cache.PERIOD", 3600)
    fill(empty)
    cache = TileCache(OneMap(Settings(), empty), 100_000)
    layer = empty.layers()["cases"]
    state = empty.dirt(State(1, 1))[0]
    cache.put(KEY, kept(), Read(TILE, frozenset({"cases"}), state, empty.layers()))
    with empty.write() as writer:
        writer.upsert(layer, [make_row(layer, 3, **{layer.place.name: shapely.Point(INSIDE[:2])})])  # type: ignore[union-attr]
    cache.look()
    assert cache.get(KEY) is None
    cache.stop()

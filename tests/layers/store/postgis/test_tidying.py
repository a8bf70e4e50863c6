"""Where the map changed is forgotten after a while; who asks from before that hears that anything may have changed."""

import threading
from collections.abc import Callable, Iterator

import pytest

import shapely

from layers.store.postgis import tidying
from layers.store.postgis.connection import Connections
from layers.store.postgis.store import PostgisStore
from layers.store.postgis.tidying import Tidying
from layers.store.state import State

SPOT = {"name": "街", "grade": "minor", "place": shapely.LineString([(106.5, 29.5), (106.6, 29.5)])}


@pytest.fixture
def address(database: Callable[..., str]) -> str:
    return database(tables=True)


@pytest.fixture
def store(address: str) -> Iterator[PostgisStore]:
    made = PostgisStore(address)
    yield made
    made.close()


@pytest.fixture
def connections(address: str) -> Iterator[Connections]:
    made = Connections(address)
    made.open()
    yield made
    made.close()


def write(store: PostgisStore, code: str) -> State:
    layer = store.layers()["streets"]
    row = {column.name: None for column in layer.columns} | SPOT | {"code": code}
    before = store.dirt(State(0, 0))[0]
    with store.write() as writer:
        writer.upsert(layer, [row])
    return before


def test_what_is_young_is_remembered_and_what_is_old_forgotten(store: PostgisStore, connections: Connections) -> None:
    before = write(store, "S1")
    Tidying(connections).forget(60)
    assert len(store.dirt(before)[1] or ()) == 1
    Tidying(connections).forget(0)
    now, told = store.dirt(before)
    assert told is None
    write(store, "S2")
    assert len(store.dirt(now)[1] or ()) == 1


def test_two_who_forget_at_once_do_not_wait_for_each_other(store: PostgisStore, connections: Connections) -> None:
    before = write(store, "S1")
    with connections.writing() as held:
        held.execute(b"SELECT 1 FROM om_dirt FOR UPDATE")
        other = threading.Thread(target=Tidying(connections).forget, args=(0.0,))
        other.start()
        other.join(10)
        assert not other.is_alive()
    assert len(store.dirt(before)[1] or ()) == 1


def test_it_is_done_now_and_then(store: PostgisStore, monkeypatch: pytest.MonkeyPatch) -> None:
    before = write(store, "S1")
    monkeypatch.setattr(tidying, "EVERY", 0.0)
    monkeypatch.setattr(tidying, "OLD", 0.0)
    assert store.dirt(before)[1] is None

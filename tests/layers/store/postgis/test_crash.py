"""The database is killed while it is written to: what was acknowledged is there, and writing goes on by itself."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import psutil
import pytest

import shapely

from layers.query import Query
from layers.store.postgis.cluster import Cluster
from layers.store.postgis.store import PostgisStore
from spatial.errors import Unavailable

SOON = 5.0
PARK = shapely.MultiPolygon([shapely.box(106.5, 29.5, 106.6, 29.6)])

pytestmark = [pytest.mark.postgis, pytest.mark.slow]


@pytest.fixture(scope="module")
def server(cluster: Cluster) -> Iterator[Cluster]:
    """A server of its own that writes to disk what it acknowledges."""
    made = Cluster(cluster.folder.with_name(f"{cluster.folder.name}-killed"), durable=True)
    users = made.join()
    yield made
    made.leave(users)
    shutil.rmtree(made.folder)


def kill(server: Cluster) -> None:
    """End the server and its processes as a power cut does."""
    found = server.pid()
    assert found
    postmaster = psutil.Process(found)
    family = [postmaster, *postmaster.children()]
    for one in family:
        with suppress(ProcessLookupError):
            os.kill(one.pid, signal.SIGKILL)
    psutil.wait_procs(family, timeout=10)


class Writing(threading.Thread):
    """Writes one row after the other, and remembers which were acknowledged, and when."""

    def __init__(self, store: PostgisStore) -> None:
        super().__init__(daemon=True)
        self.store, self.stop = store, threading.Event()
        self.acknowledged: dict[str, float] = {}
        self.refused = 0
        self.broken: BaseException | None = None

    def run(self) -> None:
        try:
            self._write()
        except BaseException as bad:
            self.broken = bad
            raise

    def _write(self) -> None:
        layer, n = self.store.layers()["greens"], 0
        while not self.stop.is_set():
            code = f"G{n:06}"
            try:
                with self.store.write() as writer:
                    writer.upsert(layer, [{"code": code, "name": "绿地", "kind": "park", "place": PARK}])
            except Unavailable:
                self.refused += 1
                time.sleep(0.02)
                continue
            self.acknowledged[code] = time.monotonic()
            n += 1


def test_nothing_acknowledged_is_lost(server: Cluster) -> None:
    store = PostgisStore(server.make("city"))
    writing = Writing(store)
    writing.start()
    for _ in range(2):
        seen = len(writing.acknowledged)
        wait(lambda seen=seen: len(writing.acknowledged) > seen + 100)
        kill(server)
        wait(lambda: writing.refused > 0)
        server.start()
        back, seen = time.monotonic(), len(writing.acknowledged)
        wait(lambda seen=seen: len(writing.acknowledged) > seen)
        assert min(at for at in writing.acknowledged.values() if at > back) - back < SOON
        writing.refused = 0
    writing.stop.set()
    writing.join()
    assert writing.broken is None
    layer = store.layers()["greens"]
    there = {key for block in store.blocks(layer, Query(limit=1_000_000)) for key in block.keys}
    store.close()
    assert writing.acknowledged.keys() <= there
    # at most the one in whose commit the server died was there without a word
    assert len(there - writing.acknowledged.keys()) <= 2


def wait(done: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until
        time.sleep(0.01)

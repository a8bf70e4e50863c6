"""The database restarts, the network drops, all connections are taken: 503 meanwhile, and soon after as before."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import shapely

from api.main import create_app
from api.settings import Settings
from layers.store.open import opened
from layers.store.postgis import awaiting, connection
from layers.store.postgis.cluster import Cluster
from layers.store.protocol import Store
from layers.store.registry import FRESH

SOON = 5.0
PARK = shapely.MultiPolygon([shapely.box(106.5, 29.5, 106.6, 29.6)])
GREEN = {"code": "G1", "name": "鹅岭公园", "kind": "park", "place": PARK}
PATHS = (
    "/collections",
    "/collections/greens",
    "/collections/greens/items?f=json",
    "/collections/greens/items/G1",
    "/collections/greens/items?filter=kind='park'",
    "/collections/greens/tiles/WebMercatorQuad/13/3391/6520",
)


class Proxy:
    """A port that leads to a server's socket, until it is cut."""

    def __init__(self, path: Path) -> None:
        self.path, self.port = path, 0
        self.ends: list[socket.socket] = []
        self.mend()

    def mend(self) -> None:
        self.door = socket.create_server(("127.0.0.1", self.port))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self._serve, args=(self.door,), daemon=True).start()

    def cut(self) -> None:
        """Break every connection, and take no other."""
        for end in (self.door, *self.ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.ends.clear()

    def _serve(self, door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                here, there = door.accept()[0], socket.socket(socket.AF_UNIX)
                there.connect(str(self.path))
                self.ends += here, there
                for pair in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for what does not come is shorter here, so that the tests are."""
    monkeypatch.setattr(connection, "WAITING", 0.3)
    monkeypatch.setattr(awaiting, "BRIEFLY", 0.3)


@pytest.fixture
def serve() -> Iterator[Callable[[str], TestClient]]:
    """The service over the database of an address, with a park in it."""
    made: list[Store] = []

    def served(url: str) -> TestClient:
        store = opened(url)
        made.append(store)
        with store.write() as writer:
            writer.upsert(store.layers()["greens"], [GREEN])
        return TestClient(create_app(Settings(store=url), store))

    yield served
    for store in made:
        store.close()


def told(client: TestClient) -> list[tuple[int, str | None]]:
    answers = [client.get(path) for path in PATHS]
    return [(answer.status_code, answer.headers.get("Retry-After")) for answer in answers]


def test_every_request_is_503_until_the_network_is_back(serve: Any, cluster: Cluster, database: Any) -> None:
    url = database()
    proxy = Proxy(cluster.sockets / ".s.PGSQL.5432")
    with serve(f"postgresql://onemap@127.0.0.1:{proxy.port}/{url.split('/')[3].split('?')[0]}") as client:
        assert told(client) == [(200, None)] * len(PATHS)
        proxy.cut()
        time.sleep(2 * FRESH)
        for _ in range(2):
            assert told(client) == [(503, "2")] * len(PATHS)
        answer = client.get(PATHS[2])
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "try again" in answer.json()["detail"]
        proxy.mend()
        assert recovered(client) < SOON
        proxy.cut()
        proxy.mend()
        # a cut that nobody noticed costs nobody an answer
        assert told(client) == [(200, None)] * len(PATHS)
    proxy.cut()


def recovered(client: TestClient) -> float:
    """Seconds until all is answered again."""
    start = time.monotonic()
    while told(client) != [(200, None)] * len(PATHS):
        assert time.monotonic() - start < 4 * SOON
        time.sleep(0.05)
    return time.monotonic() - start


@pytest.mark.slow
def test_a_restart_of_the_database_needs_none_of_ours(serve: Any, cluster: Cluster) -> None:
    # beside the one of the tests, where its user may go
    server = Cluster(cluster.folder.with_name(f"{cluster.folder.name}-restarted"), durable=False)
    users = server.join()
    try:
        with serve(server.make("city")) as client:
            assert told(client) == [(200, None)] * len(PATHS)
            server.stop()
            assert told(client) == [(503, "2")] * len(PATHS)
            server.start()
            assert recovered(client) < SOON
            server.stop()
            server.start()
            assert recovered(client) < SOON
    finally:
        server.leave(users)
        shutil.rmtree(server.folder)


def test_a_pool_without_connections_is_503(serve: Any, database: Any) -> None:
    with serve(database()) as client:
        store = client.app.state.onemap.store
        with ExitStack() as held:
            for _ in range(connection.MOST):
                held.enter_context(store.write())
            assert told(client)[:2] == [(503, "2")] * 2
        assert told(client) == [(200, None)] * len(PATHS)

"""Changes as they happen, over a real server."""

import asyncio
import json
import re
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx2
import pytest

from api.events import BATCH
from api.pulse import PERIOD
from layers.query import Query
from layers.store.geopackage import GeoPackageStore

EVENT = re.compile(rb"event: (\w+)\n(?:id: (\d+)\n)?data: (.*)\n\n")
Told = tuple[str, int | None, Any]


def parsed(text: bytes) -> list[Told]:
    return [(name.decode(), int(id) if id else None, json.loads(data)) for name, id, data in EVENT.findall(text)]


class Watching:
    """A stream read in a thread of its own."""

    def __init__(self, url: str, last: int | None = None) -> None:
        headers = {"accept": "text/event-stream"} | ({} if last is None else {"last-event-id": str(last)})
        self.text, self.ended = b"", False
        self._client = httpx2.Client(timeout=None)
        self._answer = self._client.send(self._client.build_request("GET", url, headers=headers), stream=True)
        assert self._answer.status_code == 200
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            for part in self._answer.iter_raw():
                self.text += part
            self.ended = True
        except httpx2.HTTPError:
            self.ended = True

    def wait(self, count: int, seconds: float = 15) -> list[Told]:
        """Return what was told once it is at least `count` events."""
        end = time.monotonic() + seconds
        while len(parsed(self.text)) < count and time.monotonic() < end:
            time.sleep(0.02)
        return parsed(self.text)

    def close(self) -> None:
        self._answer.close()
        self._client.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GeoPackageStore]:
    store = GeoPackageStore(tmp_path_factory.mktemp("live") / "city.gpkg")
    yield store
    store.close()


@pytest.fixture(scope="module")
def serving(shared: GeoPackageStore, servers: Any) -> str:
    return servers(shared.path)


@pytest.fixture
def server(serving: str, shared: GeoPackageStore) -> str:
    """The address of a server; its store has no vehicles."""
    keys = shared.block(shared.layers()["vehicles"], Query(limit=10_000)).keys
    drop(shared, *keys)
    # whom another test watched with may still be told of it
    time.sleep(2 * PERIOD)
    return serving


@pytest.fixture
def watch(server: str) -> Iterator[Callable[..., Watching]]:
    made: list[Watching] = []

    def begin(layer: str = "vehicles", last: int | None = None) -> Watching:
        made.append(Watching(f"{server}/collections/{layer}/live", last))
        return made[-1]

    yield begin
    for one in made:
        one.close()


def drop(store: GeoPackageStore, *keys: str) -> None:
    with store.write() as writer:
        writer.delete(store.layers()["vehicles"], list(keys))


def test_watchers_hear_what_is_written_and_deleted(
    watch: Any, shared: GeoPackageStore, write: Any, secret: str
) -> None:
    watching = watch()
    assert watching.wait(1)[0][::2] == ("hello", {"layer": "vehicles"})
    revision = write(shared, 1, 2)
    told = watching.wait(3)
    assert [name for name, _, _ in told[1:]] == ["upsert", "upsert"]
    assert [id for _, id, _ in told[1:]] == [None, revision]
    assert told[1][2]["type"] == "Feature"
    assert told[1][2]["geometry"]["type"] == "Point"
    drop(shared, told[1][2]["id"])
    assert watching.wait(4)[3][0] == "delete"
    assert watching.wait(4)[3][2] == {"id": told[1][2]["id"]}
    assert secret.encode() not in watching.text


def test_other_layers_are_not_heard(watch: Any, shared: GeoPackageStore, write: Any) -> None:
    watching, other = watch(), watch("cases")
    watching.wait(1)
    other.wait(1)
    write(shared, 1, layer="cases")
    assert len(other.wait(2)) == 2
    assert len(watching.wait(2, seconds=1)) == 1


def test_who_comes_back_hears_what_was_missed(watch: Any, shared: GeoPackageStore, write: Any) -> None:
    first = write(shared, 1)
    write(shared, 2)
    write(shared, 3)
    drop(shared, "车牌003")
    told = watch(last=first).wait(3)
    assert told[0][1] == first
    assert [(name, data.get("id")) for name, _, data in told[1:]] == [("delete", "车牌003"), ("upsert", "车牌002")]
    assert told[-1][1] == shared.revision()


@pytest.mark.parametrize("last", ["nonsense", "-1", "", "9" * 30, "1.5", "١"])
def test_a_forged_last_event_is_no_event(server: str, last: str) -> None:
    headers = [(b"last-event-id", last.encode())]
    with httpx2.stream("GET", f"{server}/collections/vehicles/live", headers=headers) as answer:
        assert answer.status_code == 200
        assert next(answer.iter_raw()).startswith(b"event: hello")


def test_who_comes_from_another_store_loads_anew(watch: Any) -> None:
    told = watch(last=10**9).wait(2)
    assert told[1][0] == "reload"


def test_of_very_many_changes_only_that_there_were_some_is_told(
    watch: Any, shared: GeoPackageStore, write: Any
) -> None:
    watching = watch()
    watching.wait(1)
    revision = write(shared, *range(BATCH + 1))
    assert watching.wait(2)[1][:2] == ("reload", revision)
    write(shared, 1, state="parked", speed_kmh=1.0)
    assert watching.wait(3)[2][0] == "upsert"


def test_a_stream_ends_with_its_layer(watch: Any, server: str) -> None:
    schema = {"properties": {"code": {"type": "string", "x-ogc-role": "id"}}}
    assert httpx2.post(f"{server}/collections?name=brief", json=schema).status_code == 201
    watching = watch("brief")
    watching.wait(1)
    assert httpx2.delete(f"{server}/collections/brief").status_code == 204
    end = time.monotonic() + 10
    while not watching.ended and time.monotonic() < end:
        time.sleep(0.05)
    assert watching.ended
    assert httpx2.get(f"{server}/collections/brief/live").status_code == 404


def test_two_hundred_watchers_hear_the_same(server: str, shared: GeoPackageStore, write: Any, aside: Any) -> None:
    """Of which one never reads, and twenty go away in the middle."""
    url, limits = f"{server}/collections/vehicles/live", httpx2.Limits(max_connections=None)

    async def begun(client: httpx2.AsyncClient) -> tuple[httpx2.Response, AsyncIterator[bytes]]:
        answer = await client.send(client.build_request("GET", url), stream=True)
        parts = answer.aiter_raw()
        assert b"event: hello" in await anext(parts)
        return answer, parts

    async def rest(answer: httpx2.Response, parts: AsyncIterator[bytes]) -> bytes:
        text = b""
        while text.count(b"event: upsert") < 50:
            text += await anext(parts)
        await answer.aclose()
        return text

    async def all_of_them() -> list[bytes]:
        async with httpx2.AsyncClient(timeout=60, limits=limits) as client:
            idle, *streams = await asyncio.gather(*(begun(client) for _ in range(201)))
            for answer, _ in streams[:20]:
                await answer.aclose()
            await asyncio.to_thread(write, shared, *range(50))
            texts = await asyncio.gather(*(rest(*stream) for stream in streams[20:]))
            await idle[0].aclose()
            return texts

    texts = aside(all_of_them())
    assert len(texts) == 180
    assert all(len(parsed(text)) == 50 for text in texts)
    assert httpx2.get(f"{server}/collections/vehicles/items").json()["numberMatched"] == 50


def test_a_server_stops_though_it_is_watched(serve: Any, empty: GeoPackageStore) -> None:
    address = serve(empty.path)
    watching = [Watching(f"{address}/collections/vehicles/live") for _ in range(3)]
    for one in watching:
        one.wait(1)
    process = serve.running[-1]
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(15)
    assert time.monotonic() - begun < 2.5
    assert process.returncode in (0, -signal.SIGTERM)
    assert all(one.ended for one in watching)
    for one in watching:
        one.close()

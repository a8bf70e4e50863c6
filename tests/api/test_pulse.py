"""The pulse that watchers share: slow ones, absent stores, too many of them."""

import asyncio
import json
import re
from typing import Any

import pytest

from api.context import OneMap
from api.events import Told as Event
from api.events import events_since
from api.pulse import QUEUE, Pulse
from api.settings import Settings
from layers.store.geopackage import GeoPackageStore
from spatial.errors import Unavailable

EVENT = re.compile(rb"event: (\w+)\n(?:id: (\d+)\n)?data: (.*)\n\n")
Said = tuple[str, int | None, Any]


def parsed(text: bytes) -> list[Said]:
    return [(name.decode(), int(id) if id else None, json.loads(data)) for name, id, data in EVENT.findall(text)]


def drop(store: GeoPackageStore, *keys: str) -> None:
    with store.write() as writer:
        writer.delete(store.layers()["vehicles"], list(keys))


@pytest.fixture
def pulse(empty: GeoPackageStore) -> Pulse:
    return Pulse(OneMap(Settings(), empty))


def test_a_slow_watcher_harms_nobody_and_loads_anew(
    pulse: Pulse, empty: GeoPackageStore, write: Any, aside: Any
) -> None:
    async def watched() -> tuple[list[Event | None], list[Event | None]]:
        layer = pulse.service.layer("vehicles")
        _, slow = await pulse.join(layer)
        _, quick = await pulse.join(layer)
        heard: list[Event | None] = []
        for start in range(0, QUEUE + 200, 100):
            await asyncio.to_thread(write, empty, *range(start, start + 100))
            heard += [await asyncio.wait_for(quick.get(), 10) for _ in range(100)]
        left = [slow.get_nowait() for _ in range(slow.qsize())]
        for ears in (slow, quick):
            pulse.leave(layer, ears)
        return heard, left

    heard, left = aside(watched())
    assert len(heard) > QUEUE
    assert all(one and b"event: upsert" in one.text for one in heard)
    assert left[0] and left[0].text.startswith(b"event: reload")
    assert not pulse.watches


def test_nobody_looks_while_nobody_watches(pulse: Pulse, monkeypatch: pytest.MonkeyPatch, aside: Any) -> None:
    looks: list[int] = []
    look = pulse.service.store.revision
    monkeypatch.setattr(pulse.service.store, "revision", lambda: (looks.append(1), look())[1])

    async def brief() -> int:
        layer = pulse.service.layer("vehicles")
        _, ears = await pulse.join(layer)
        await asyncio.sleep(0.7)
        pulse.leave(layer, ears)
        seen = len(looks)
        await asyncio.sleep(1.2)
        return seen

    assert aside(brief()) == len(looks) >= 2


def test_a_store_that_is_away_for_a_while_is_watched_on(
    pulse: Pulse, empty: GeoPackageStore, write: Any, monkeypatch: pytest.MonkeyPatch, aside: Any
) -> None:
    look, away, begun = empty.revision, [True, True], list[bool]()

    def sometimes() -> int:
        if begun and away:
            away.pop()
            raise Unavailable("the store does not answer")
        return look()

    monkeypatch.setattr(empty, "revision", sometimes)

    async def watched() -> Event | None:
        layer = pulse.service.layer("vehicles")
        _, ears = await pulse.join(layer)
        await asyncio.to_thread(write, empty, 1)
        begun.append(True)
        told = await asyncio.wait_for(ears.get(), 10)
        pulse.leave(layer, ears)
        return told

    told = aside(watched())
    assert told and b"event: upsert" in told.text
    assert away == []


def test_too_many_watchers_are_sent_away(pulse: Pulse, monkeypatch: pytest.MonkeyPatch, aside: Any) -> None:
    monkeypatch.setattr("api.pulse.MOST", 2)

    async def join() -> None:
        for _ in range(2):
            pulse.check_room()
            await pulse.join(pulse.service.layer("vehicles"))
        with pytest.raises(Unavailable):
            pulse.check_room()
        pulse.stop()

    aside(join())


def test_events_are_told_to_the_end_or_again(empty: GeoPackageStore, write: Any) -> None:
    """Only the last event of a batch can be resumed after: whoever is cut off before it hears the batch again."""
    layer = empty.layers()["vehicles"]
    write(empty, *range(1200))
    newest, told = events_since(empty, layer, 0)
    marks = [id for _, id, _ in parsed(b"".join(one.text for one in told))]
    assert (len(told), newest) == (1200, empty.revision())
    assert marks == [None] * 1199 + [newest]
    assert events_since(empty, layer, newest) == (newest, [])

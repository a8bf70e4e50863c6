"""Changes as they happen: server-sent events, one look at the store for all who watch a layer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import orjson
from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.context import Named, Service
from layers.feature import Layer
from layers.query import Query
from layers.store.protocol import Store

router = APIRouter()
PERIOD = 0.5
"""Seconds between two looks at the store."""
BATCH = 2000
QUEUE = 256
"""Events that wait for a slow watcher; one that falls further behind is told to load anew."""
BEAT = 15.0
Event = bytes


@dataclass(eq=False)
class Watch:
    """Those who watch one layer, and how far they were told."""

    layer: Layer
    since: int
    queues: set[asyncio.Queue[Event]] = field(default_factory=set[asyncio.Queue[Event]])
    task: asyncio.Task[None] | None = None


class Pulse:
    """Tells watchers what changed."""

    def __init__(self, store: Store) -> None:
        """Watch nothing yet."""
        self.store = store
        self._watches: dict[tuple[str, int], Watch] = {}

    def stop(self) -> None:
        """Stop all watching."""
        for watch in self._watches.values():
            if watch.task:
                watch.task.cancel()

    async def join(self, layer: Layer) -> tuple[Watch, asyncio.Queue[Event]]:
        """Return a queue that gets every event of the layer from now on."""
        key = (layer.name, id(layer))
        if key not in self._watches:
            self._watches[key] = Watch(layer, await run_in_threadpool(self.store.revision))
        watch = self._watches[key]
        queue: asyncio.Queue[Event] = asyncio.Queue(QUEUE)
        watch.queues.add(queue)
        if watch.task is None:
            watch.task = asyncio.create_task(self._run(watch))
        return watch, queue

    def leave(self, watch: Watch, queue: asyncio.Queue[Event]) -> None:
        """Forget a watcher; the last one ends the watching."""
        watch.queues.discard(queue)
        if not watch.queues and watch.task:
            watch.task.cancel()
            watch.task = None
            self._watches = {k: w for k, w in self._watches.items() if w is not watch}

    async def _run(self, watch: Watch) -> None:
        while True:
            await asyncio.sleep(PERIOD)
            now, events = await run_in_threadpool(events_since, self.store, watch.layer, watch.since)
            watch.since = now
            for queue in tuple(watch.queues):
                _offer(queue, events)


def events_since(store: Store, layer: Layer, since: int) -> tuple[int, list[Event]]:
    """Return the newest revision told, and the events after `since`, oldest first."""
    newest = store.revision()
    if newest == since:
        return since, []
    written, gone = store.changes(layer, since, BATCH)
    if len(written) >= BATCH or len(gone) >= BATCH:
        return newest, [event("reload", newest, {"reason": "many rows changed at once"})]
    told = _upserts(store, layer, [c.key for c in written], newest)
    return newest, [event("delete", newest, {"id": c.key}) for c in gone] + told


def _upserts(store: Store, layer: Layer, keys: Sequence[str], newest: int) -> list[Event]:
    events: list[Event] = []
    for start in range(0, len(keys), 500):
        part = tuple(keys[start : start + 500])
        page = store.features(layer, Query(ids=part, limit=len(part), count=False))
        events += [event("upsert", newest, f) for f in orjson.loads(b"[" + page.text + b"]")]
    return events


def event(name: str, id: int, data: object) -> Event:
    """Return one event as text/event-stream writes it."""
    return b"event: %b\nid: %d\ndata: %b\n\n" % (name.encode(), id, orjson.dumps(data))


def _offer(queue: asyncio.Queue[Event], events: Sequence[Event]) -> None:
    if len(events) > queue.maxsize - queue.qsize():
        while not queue.empty():
            queue.get_nowait()
        events = [event("reload", 0, {"reason": "you fell behind"})]
    for one in events:
        queue.put_nowait(one)


@router.get("/collections/{collection}/live")
async def live(
    request: Request, service: Service, layer: Named, last_event_id: Annotated[str | None, Header()] = None
) -> StreamingResponse:
    """Stream the layer's changes, from the event that the client saw last."""
    return StreamingResponse(
        _stream(request, layer, last_event_id),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


async def _stream(request: Request, layer: Layer, last: str | None) -> AsyncIterator[Event]:
    pulse: Pulse = request.app.state.pulse
    watch, queue = await pulse.join(layer)
    try:
        yield event("hello", watch.since, {"layer": layer.name})
        if last and last.isascii() and last.isdigit() and 0 < len(last) < 16:  # noqa: PLR2004
            for one in (await run_in_threadpool(events_since, pulse.store, layer, int(last)))[1]:
                yield one
        while True:
            try:
                yield await asyncio.wait_for(queue.get(), BEAT)
            except TimeoutError:
                yield b": still here\n\n"
    finally:
        pulse.leave(watch, queue)

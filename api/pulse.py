"""One look at the store for all who watch it, twice a second, and none while nobody does."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from api.context import OneMap
from api.events import ALWAYS, Told, events_since, reload
from layers.feature import Layer
from spatial.errors import OneMapError, Unavailable

PERIOD = 0.5
"""Seconds between two looks at the store."""

QUEUE = 512
"""Events that wait for a slow watcher; one that falls further behind is told to load anew."""

MOST = 2000
"""Watchers of one process."""

log = logging.getLogger("onemap")
type Ears = asyncio.Queue[Told | None]


@dataclass(eq=False, slots=True)
class Watch:
    """Those who watch one layer, and the revision that they were told of."""

    since: int
    ears: set[Ears] = field(default_factory=set[Ears])


class Pulse:
    """Tells watchers what changed; None tells them that their layer is gone."""

    def __init__(self, service: OneMap) -> None:
        """Watch nothing yet."""
        self.service = service
        self.watches: dict[Layer, Watch] = {}
        self._task: asyncio.Task[None] | None = None

    def check_room(self) -> None:
        """Raise Unavailable if there are too many watchers."""
        if sum(len(watch.ears) for watch in self.watches.values()) >= MOST:
            raise Unavailable(f"{MOST:,} others watch already; load the items now and then instead")

    async def join(self, layer: Layer) -> tuple[int, Ears]:
        """Return the revision that is known, and what every later event of the layer is put into."""
        revision = await run_in_threadpool(self.service.store.revision)
        watch = self.watches.setdefault(layer, Watch(revision))
        ears: Ears = asyncio.Queue(QUEUE)
        watch.ears.add(ears)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return watch.since, ears

    def leave(self, layer: Layer, ears: Ears) -> None:
        """Forget a watcher; the last one ends the watching."""
        if watch := self.watches.get(layer):
            watch.ears.discard(ears)
            if not watch.ears:
                del self.watches[layer]
        if not self.watches:
            self.stop()

    def end(self) -> None:
        """End every stream."""
        for watch in self.watches.values():
            offer_all(watch.ears, [None], watch.since)

    def stop(self) -> None:
        """Watch no more."""
        if self._task:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(PERIOD)
            try:
                told = await run_in_threadpool(self._look, {layer: w.since for layer, w in self.watches.items()})
            except OneMapError as bad:
                log.warning("the store could not be watched: %s", bad)
                continue
            for layer, news in told.items():
                self._tell(layer, news)

    def _look(self, watched: Mapping[Layer, int]) -> dict[Layer, tuple[int, list[Told]] | None]:
        there = set(self.service.layers().values())
        store = self.service.store
        return {at: events_since(store, at, since) if at in there else None for at, since in watched.items()}

    def _tell(self, layer: Layer, news: tuple[int, list[Told]] | None) -> None:
        if (watch := self.watches.get(layer)) is None:
            return
        if news is None:
            offer_all(watch.ears, [None], watch.since)
        else:
            watch.since = news[0]
            offer_all(watch.ears, news[1], watch.since)


def offer_all(ears: set[Ears], events: Sequence[Told | None], newest: int) -> None:
    """Put events before every watcher; before one that has no room for them, that it should load anew."""
    for queue in ears:
        if len(events) > queue.maxsize - queue.qsize():
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait(Told(ALWAYS, reload(newest, "you fell behind")))
            continue
        for one in events:
            queue.put_nowait(one)

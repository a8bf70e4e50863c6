"""What changed in a layer, as server-sent events (WHATWG HTML, 9.2)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from layers.feature import Layer
from layers.query import Query
from layers.store.protocol import Change, Store

BATCH = 2000
"""Changes that are told one by one; of more, a watcher hears only that it should load anew."""

CHUNK = 500
Event = bytes


ALWAYS = 2**63
"""Later than every revision: what bears it is told to everybody."""


class Told(NamedTuple):
    """An event, and the revision of the change that it tells of."""

    mark: int
    text: Event


def event(name: str, data: object, id: int | None = None) -> Event:
    """Return one event as text/event-stream writes it; with an id, one that a watcher can resume after."""
    mark = b"" if id is None else b"id: %d\n" % id
    return b"event: %b\n%bdata: %b\n\n" % (name.encode(), mark, orjson.dumps(data))


def reload(newest: int, reason: str) -> Event:
    """Return the event that tells a watcher to load anew."""
    return event("reload", {"reason": reason}, newest)


def events_since(store: Store, layer: Layer, since: int) -> tuple[int, list[Told]]:
    """Return the store's revision, and what changed in the layer after `since` as its reader sees it, oldest first.

    Only the last event has an id: whoever is cut off before it hears all of them again.
    """
    newest = store.revision()
    if newest == since:
        return newest, []
    if newest < since:
        return newest, [Told(ALWAYS, reload(newest, "the store is another one"))]
    written, gone = store.changes(layer, since, BATCH)
    if len(written) >= BATCH or len(gone) >= BATCH:
        return newest, [Told(ALWAYS, reload(newest, "many rows changed at once"))]
    told = [(change.revision, "delete", {"id": change.key}) for change in gone] + _upserts(store, layer, written)
    last = len(told) - 1
    return newest, [
        Told(mark, event(name, data, newest if n == last else None)) for n, (mark, name, data) in enumerate(told)
    ]


def _upserts(store: Store, layer: Layer, written: Sequence[Change]) -> list[tuple[int, str, Any]]:
    told: list[tuple[int, str, Any]] = []
    for start in range(0, len(written), CHUNK):
        marks = {change.key: change.revision for change in written[start : start + CHUNK]}
        page = store.features(layer, Query(ids=tuple(marks), limit=len(marks), count=False))
        told += [(marks[one["id"]], "upsert", one) for one in orjson.loads(b"[" + page.text + b"]")]
    return told

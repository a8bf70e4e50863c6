"""What a layer has and its source no longer has."""

import sys

import numpy as np

from etl import digest
from etl.seen import Seen
from layers.feature import Layer
from layers.query import Query
from layers.store.protocol import Store

MOST = 0.5
"""Share of a layer that may vanish at once without being asked for."""

_PAGE = 10_000


def vanished(store: Store, layer: Layer, mentioned: Seen, keyless: int) -> tuple[list[str], str | None]:
    """Return the keys of rows that no record mentioned, and why they should not be deleted unasked.

    keyless: records of which no key could be told, so that rows they meant look as if they had vanished.
    """
    gone: list[str] = []
    count = 0
    for block in store.blocks(layer, Query(properties=(), skip_geometry=True, limit=sys.maxsize, count=False), _PAGE):
        count += len(block.keys)
        new = np.flatnonzero(mentioned.first(digest.of_keys(block.keys)) < 0).tolist()
        gone += [block.keys[n] for n in new]
    if gone and keyless:
        return (
            gone,
            f"{len(gone):,} rows look vanished, but {keyless:,} records have no key to be told by; say --yes to delete",
        )
    if len(gone) > MOST * count:
        return (
            gone,
            f"{len(gone):,} of {count:,} rows would be deleted as vanished; is the source whole? say --yes if so",
        )
    return gone, None

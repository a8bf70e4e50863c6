"""Where and when the rows of all layers are, as collections tell it."""

import time
from collections.abc import Mapping

from layers.feature import Layer
from layers.store.protocol import Extent, Store

FRESH = 1.0
"""Seconds for which a look at the rows counts; a living city changes many times in one."""


class Extents:
    """The extents of a store's layers, looked up again when rows were written, at most once in FRESH seconds."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._looked = float("-inf")
        self._of: tuple[object, int] = (None, -1)
        self._found: Mapping[str, Extent] = {}

    def of(self, store: Store, layers: Mapping[str, Layer]) -> Mapping[str, Extent]:
        """Return each layer's extent; the same object for as long as none of them changes."""
        if self._of[0] is layers and time.monotonic() - self._looked < FRESH:
            return self._found
        state = (layers, store.revision())
        if state != self._of:
            found = {name: store.extent(layer) for name, layer in layers.items()}
            self._found = self._found if found == self._found else found
        self._of, self._looked = state, time.monotonic()
        return self._found

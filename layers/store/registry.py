"""Which layers a GeoPackage holds: the declared ones and those added at run time, the same for all workers."""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import orjson

from layers.catalogue import declared
from layers.feature import Layer
from layers.runtime import from_schema
from spatial.errors import BadLayer, OneMapError

log = logging.getLogger("onemap")

FRESH = 0.2
"""Seconds for which a look at the catalogue's version counts."""

OLD = 0.7
"""Seconds after which the layers are too old even for who does not wait."""


class Catalogue(Protocol):
    """Where a store keeps what was added to it."""

    def version(self) -> int:
        """Return a number that is another one after every change."""
        ...

    def added(self) -> Sequence[tuple[str, str]]:
        """Return the name of each added layer and the JSON text of the document that makes it, by name."""
        ...


class Registry:
    """The layers of one store, looked up again when another process changed them."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Read the catalogue at first use."""
        self._catalogue = catalogue
        self._lock = threading.Lock()
        self._version, self._looked = -1, float("-inf")
        self._layers: Mapping[str, Layer] = declared()
        self._added: Mapping[tuple[str, str], Layer | None] = {}

    def layers(self) -> Mapping[str, Layer]:
        """Return the layers by name; at most FRESH seconds old."""
        if time.monotonic() - self._looked > FRESH:
            with self._lock:
                self._look()
        return self._layers

    def at_hand(self) -> Mapping[str, Layer] | None:
        """Return the layers without a wait, another thread looking again if it is time; None if they are too old."""
        age = time.monotonic() - self._looked
        if age > FRESH and self._lock.acquire(blocking=False):
            threading.Thread(target=self._look_aside, daemon=True).start()
        return self._layers if age <= OLD else None

    def _look_aside(self) -> None:
        try:
            self._look()
        except OneMapError as bad:
            log.warning("the catalogue could not be read: %s", bad)
        finally:
            self._lock.release()

    def documents(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the JSON Schema of each added layer by the layer's name."""
        self.layers()
        return {name: orjson.loads(text) for (name, text), layer in self._added.items() if layer}

    def forget(self) -> None:
        """Look again at the next use."""
        self._looked = float("-inf")

    def _look(self) -> None:
        version = self._catalogue.version()
        if version != self._version:
            # by text too: another process may have dropped a layer and added a different one of its name
            self._added = {key: self._added.get(key) or _remade(*key) for key in self._catalogue.added()}
            added = {name: layer for (name, _), layer in self._added.items() if layer}
            self._layers, self._version = declared() | added, version
        self._looked = time.monotonic()


def _remade(name: str, text: str) -> Layer | None:
    try:
        return from_schema(name, orjson.loads(text))
    except BadLayer as bad:
        # one layer that an earlier release took must not hide all the others
        log.warning("the added layer %s is left out: %s", name, bad)
        return None

"""Which layers a GeoPackage holds: the declared ones and those added at run time, the same for all workers."""

import logging
import sqlite3
import threading
import time
from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Engine

from layers.catalogue import declared
from layers.feature import Layer
from layers.runtime import from_schema
from layers.store.connection import reading
from spatial.errors import BadLayer

log = logging.getLogger("onemap")

FRESH = 0.2
"""Seconds for which a look at the catalogue's version counts."""


class Registry:
    """The layers of one store, looked up again when another process changed them."""

    def __init__(self, engine: Engine) -> None:
        """Read the catalogue at first use."""
        self._engine = engine
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

    def forget(self) -> None:
        """Look again at the next use."""
        self._looked = float("-inf")

    def _look(self) -> None:
        with reading(self._engine) as connection:
            version = connection.execute("SELECT value FROM om_meta WHERE name = 'catalogue'").fetchone()[0]
            if version != self._version:
                self._layers, self._version = self._read(connection), version
        self._looked = time.monotonic()

    def _read(self, connection: sqlite3.Connection) -> Mapping[str, Layer]:
        added = connection.execute("SELECT name, document FROM om_layers WHERE document IS NOT NULL ORDER BY name")
        # by text too: another process may have dropped a layer and added a different one of its name
        self._added = {key: self._added.get(key) or _remade(*key) for key in added}
        return declared() | {name: layer for (name, _), layer in self._added.items() if layer}


def _remade(name: str, text: str) -> Layer | None:
    try:
        return from_schema(name, orjson.loads(text))
    except BadLayer as bad:
        # one layer that an earlier release took must not hide all the others
        log.warning("the added layer %s is left out: %s", name, bad)
        return None


def remember(connection: sqlite3.Connection, name: str, document: Mapping[str, Any]) -> None:
    """Put an added layer into the catalogue, inside the caller's transaction."""
    connection.execute("INSERT INTO om_layers VALUES (?, ?)", (name, orjson.dumps(document).decode()))
    _changed(connection)


def forgotten(connection: sqlite3.Connection, name: str) -> None:
    """Take a layer out of the catalogue, inside the caller's transaction."""
    connection.execute("DELETE FROM om_layers WHERE name = ?", (name,))
    _changed(connection)


def _changed(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE om_meta SET value = value + 1 WHERE name = 'catalogue'")

"""What was added to a GeoPackage at run time: the documents that make its layers again."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Engine

from layers.store.connection import reading


class PackageCatalogue:
    """The added layers of one GeoPackage."""

    def __init__(self, engine: Engine) -> None:
        """Hold the file's connections."""
        self._engine = engine

    def version(self) -> int:
        """Return a number that is another one after every change."""
        with reading(self._engine) as connection:
            return int(connection.execute("SELECT value FROM om_meta WHERE name = 'catalogue'").fetchone()[0])

    def added(self) -> Sequence[tuple[str, str]]:
        """Return the name of each added layer and the JSON text of the document that makes it, by name."""
        with reading(self._engine) as connection:
            asked = "SELECT name, document FROM om_layers WHERE document IS NOT NULL ORDER BY name"
            return connection.execute(asked).fetchall()


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

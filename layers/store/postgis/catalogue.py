"""What was added to a PostGIS store at run time: the documents that make its layers again."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from layers.store.postgis.connection import Connection, Connections, run


class PostgisCatalogue:
    """The added layers of one database."""

    def __init__(self, connections: Connections) -> None:
        """Hold the database's connections."""
        self._connections = connections

    def version(self) -> int:
        """Return a number that is another one after every change."""
        return int(self._connections.rows("SELECT value FROM om_meta WHERE name = 'catalogue'")[0][0])

    def added(self) -> Sequence[tuple[str, str]]:
        """Return the name of each added layer and the JSON text of the document that makes it, by name."""
        asked = "SELECT name, document::text FROM om_layers WHERE document IS NOT NULL ORDER BY name"
        return [(name, text) for name, text in self._connections.rows(asked)]


def remember(connection: Connection, name: str, document: Mapping[str, Any]) -> None:
    """Put an added layer into the catalogue, inside the caller's transaction."""
    run(connection, "INSERT INTO om_layers VALUES ($1, $2)", (name, orjson.dumps(document).decode()))
    _changed(connection)


def forgotten(connection: Connection, name: str) -> None:
    """Take a layer out of the catalogue, inside the caller's transaction."""
    run(connection, "DELETE FROM om_layers WHERE name = $1", (name,))
    _changed(connection)


def _changed(connection: Connection) -> None:
    run(connection, "UPDATE om_meta SET value = (value::bigint + 1)::text WHERE name = 'catalogue'")

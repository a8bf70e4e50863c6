"""Which version of the schema a PostGIS store has, and which one this release works with."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from layers.lazy import lazily
from layers.store.postgis.connection import SCHEMA, Connections
from spatial.errors import BadSource

TABLE = "om_version"
"""The table that holds a database's version."""

VERSIONS = Path(__file__).with_name("migrations") / "versions"
_MODULE = re.compile(r"v(\d{4})_\w+\.py\Z")


@cache
def head() -> str:
    """Return the newest version that there are steps to."""
    return max(found[1] for file in VERSIONS.iterdir() if (found := _MODULE.match(file.name)))


upgrade = lazily("layers.store.postgis.migrate:upgrade")


def settle(connections: Connections, layers: Iterable[str]) -> None:
    """Make the tables of an empty database; raise BadSource for one of another version than this release's."""
    there = {name for (name,) in connections.rows(_THERE, (SCHEMA,))}
    if "om_meta" not in there:
        upgrade(connections.address)
    elif (found := _found(connections, there)) != head():
        raise BadSource(_way(found))
    elif lacking := sorted(set(layers) - there):
        raise BadSource(
            f"the database has no table of the layer {lacking[0]}; `onemap store revision` writes how to make it"
        )


_THERE = "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind IN ('r', 'p')"


def _found(connections: Connections, there: Iterable[str]) -> str:
    rows = connections.rows(f"SELECT version_num FROM {TABLE}") if TABLE in there else []  # noqa: S608 - our own name
    return rows[0][0] if rows else "0000"


def _way(found: str) -> str:
    if found > head():
        return (
            f"the database has schema {found}, made by a newer OneMap; this one knows {head()}: install the newer one"
        )
    return (
        f"the database has schema {found}, and this OneMap needs {head()}: run `onemap store upgrade` with its address"
    )

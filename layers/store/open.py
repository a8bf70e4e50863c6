"""Opening the store that a setting names: a file, or a PostgreSQL database."""

import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from layers.lazy import lazily
from layers.store.geopackage import GeoPackageStore
from layers.store.protocol import Store
from spatial.errors import BadSource

LOCAL = "pg-local"
"""Names a private PostgreSQL in the folder of ONEMAP_PG_LOCAL."""
FOLDER = "city/pg"

local_store = lazily("layers.store.postgis.local:LocalStore")
postgis_store = lazily("layers.store.postgis.store:PostgisStore")
checked = lazily("layers.store.postgis.address:checked")
cluster = lazily("layers.store.postgis.cluster:Cluster")

_DATABASE = re.compile(r"postgres(?:ql)?://", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_PASSWORD = re.compile(r"(?<=://)([^/?#@]*):.*@|(?<=[?&])((?:ssl)?password)=[^&]*", re.IGNORECASE)


def opened(name: str) -> Store:
    """Return the store of a path, of a postgresql:// address, or the private PostgreSQL of `pg-local`.

    Raises BadSource for what is none of these or no store; Unavailable where the database does not answer.
    """
    if name == LOCAL:
        return local_store(folder())
    if _DATABASE.match(name):
        checked(name)
        return postgis_store(name)
    if _SCHEME.match(name):
        raise BadSource(f"{shown(name)} is no store: send a path, postgresql://user@host/database or {LOCAL}")
    return GeoPackageStore(path(name))


@contextmanager
def located(name: str) -> Generator[str]:
    """Lend the address of a PostgreSQL store, whose server runs meanwhile if it is a private one; raise BadSource."""
    if name == LOCAL:
        with cluster(folder()).running() as address:
            yield address
        return
    if not _DATABASE.match(name):
        raise BadSource(f"{shown(name)} is no database: send postgresql://user@host/database or {LOCAL}")
    checked(name)
    yield name


def exists(name: str) -> bool:
    """Tell whether the store is there already; a database always counts, for it makes its tables by itself."""
    return bool(_DATABASE.match(name)) or (folder() / "data" if name == LOCAL else path(name)).exists()


def shown(name: str) -> str:
    """Return the store's name without passwords, to be told and logged."""
    if name == LOCAL:
        return f"{LOCAL} ({folder()})"
    return _PASSWORD.sub(lambda m: f"{m[1]}:***@" if m[2] is None else f"{m[2]}=***", name)


def path(name: str) -> Path:
    """Return the file of an embedded store."""
    return Path(name).expanduser()


def folder() -> Path:
    """Return the folder of the private PostgreSQL."""
    return path(os.environ.get("ONEMAP_PG_LOCAL") or FOLDER)

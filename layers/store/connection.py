"""Connections to one GeoPackage file: many readers, one writer."""

import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from layers.store.functions import register
from layers.store.texts import Compiled, Texts
from spatial.errors import BadSource, TooMuch, Unavailable

PRAGMAS = (
    "PRAGMA busy_timeout = 15000",
    "PRAGMA journal_mode = WAL",
    # an acknowledged write survives a power cut; costs 3 % of a one-row transaction over NORMAL
    "PRAGMA synchronous = FULL",
    # pages that one commit after the other touches are copied into the file once: 64 MB between two checkpoints
    "PRAGMA wal_autocheckpoint = 16384",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA mmap_size = 2147483648",
    "PRAGMA cache_size = -65536",
    "PRAGMA temp_store = MEMORY",
)
TICKS = 20_000
"""Virtual machine steps between two looks at the clock (about a millisecond)."""

DIALECT = SQLiteDialect_pysqlite(paramstyle="qmark")
compiled = Texts(DIALECT)
"""Returns a statement as SQLite's text and its parameters, in order."""


def engine(path: Path) -> Engine:
    """Return an engine whose connections know the spatial functions and the file's pragmas."""

    def connect() -> sqlite3.Connection:
        return opened(path)

    made = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=8, max_overflow=24)
    event.listen(made, "begin", _nothing)
    return made


def opened(path: Path) -> sqlite3.Connection:
    """Return a connection in autocommit mode; raise BadSource if the file is no database."""
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, cached_statements=512)
    try:
        for pragma in PRAGMAS:
            connection.execute(pragma)
    except sqlite3.DatabaseError as bad:
        connection.close()
        raise BadSource(f"{path.name} is not a GeoPackage: {bad}") from bad
    register(connection)
    return connection


@contextmanager
def reading(made: Engine) -> Generator[sqlite3.Connection]:
    """Lend a connection to read with; raise Unavailable while the database cannot answer."""
    try:
        lent = made.raw_connection()
    except (SQLAlchemyError, sqlite3.OperationalError) as bad:
        raise Unavailable(f"the store does not answer: {bad}") from bad
    try:
        yield cast("sqlite3.Connection", lent.driver_connection)
    except sqlite3.OperationalError as bad:
        raise _told(bad) from bad
    finally:
        lent.close()


@contextmanager
def within(connection: sqlite3.Connection, seconds: float) -> Generator[None]:
    """Stop the statements run inside once the time is over; they raise TooMuch."""
    end = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > end, TICKS)
    try:
        yield
    except sqlite3.OperationalError as bad:
        raise _told(bad) from bad
    finally:
        connection.set_progress_handler(None, 0)


def _told(bad: sqlite3.OperationalError) -> Exception:
    if "interrupted" in str(bad):
        return TooMuch("the query takes too long; ask for a smaller bbox, a shorter time or a simpler filter")
    return Unavailable(f"the store does not answer now: {bad}")


def _nothing(_: object) -> None:
    """Leave transactions to the code that opens them."""


__all__ = ["Compiled", "compiled", "engine", "opened", "reading", "text", "within"]

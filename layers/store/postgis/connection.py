"""Connections to PostgreSQL: a pool for reading, transactions for writing, and its errors as ours."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout
from sqlalchemy.dialects.postgresql.base import PGDialect

from layers.store.texts import Texts
from spatial.errors import BadParameter, BadSource, Conflict, Forbidden, NotFound, OneMapError, TooMuch, Unavailable

SCHEMA = "onemap"
"""The schema that holds the layers' tables and our own."""

PATIENCE = 20.0
"""Seconds that one statement may take before it is refused."""

WAITING = 5.0
"""Seconds that a request waits for a free connection."""

MOST = 16
"""Connections of one process."""

RETRYING = 3.0
"""Seconds for which a lost connection is asked for again, before the next request asks anew."""

LOST = {
    "connect_timeout": "3",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "2",
    "tcp_user_timeout": "6000",
}
"""When a silent network counts as broken, in seconds and milliseconds as libpq has them: after ten seconds at most."""

SETTINGS = {
    "search_path": f"{SCHEMA},public",
    "statement_timeout": f"{PATIENCE:.0f}s",
    "idle_in_transaction_session_timeout": "60s",
    "TimeZone": "UTC",
    # both cost more than they save on pages that take milliseconds
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}

DIALECT = PGDialect(paramstyle="numeric_dollar")
compiled = Texts(DIALECT)
"""Returns a statement as PostgreSQL's text and its parameters, in order."""

type Connection = psycopg.Connection[TupleRow]

LARGE = "the query is larger than the database can take; make it simpler"
SAID: tuple[tuple[type[Exception], type[OneMapError], str], ...] = (
    (
        errors.QueryCanceled,
        TooMuch,
        "the query takes too long; ask for a smaller bbox, a shorter time or a simpler filter",
    ),
    (errors.DeadlockDetected, Unavailable, "others are writing the same rows; try again"),
    (errors.SerializationFailure, Unavailable, "others are writing the same rows; try again"),
    (errors.InsufficientPrivilege, Forbidden, "the database does not let this role do that"),
    (errors.ReadOnlySqlTransaction, Unavailable, "the database takes no writes now"),
    (PoolTimeout, Unavailable, "the database is busy; try again in a moment"),
    (PoolClosed, Unavailable, "the store is closed"),
    (errors.UniqueViolation, Conflict, "a row with that key is there already"),
    (psycopg.IntegrityError, BadParameter, "a row lacks a value that every row of its layer has"),
    (errors.ProgramLimitExceeded, TooMuch, LARGE),
    (errors.StatementTooComplex, TooMuch, LARGE),
    (errors.TooManyArguments, TooMuch, LARGE),
    (errors.UndefinedTable, NotFound, "the layer is not there any more"),
    (errors.DataError, BadParameter, "a value is none that the database can hold"),
    (UnicodeEncodeError, BadParameter, "a text holds half a character; send it as UTF-8"),
    (errors.InternalError_, BadParameter, "the geometries of the query have no answer"),
    (psycopg.OperationalError, Unavailable, "the database does not answer now; try again in a moment"),
    (psycopg.InterfaceError, Unavailable, "the database does not answer now; try again in a moment"),
)
"""What the driver raises, the most particular first, and what it means here."""


def addressed(url: str) -> str:
    """Return a database's address as libpq takes it, with our settings; raise BadSource."""
    try:
        # what the address itself says comes last and counts
        said = {**LOST, **conninfo_to_dict(url)}
        options = [*(f"-c {name}={value}" for name, value in SETTINGS.items()), str(said.get("options") or "")]
        return make_conninfo("", **{**said, "options": " ".join(options)})
    except psycopg.ProgrammingError as bad:
        raise BadSource("the store's address is not of the form postgresql://user@host/database") from bad


class Connections:
    """A pool of connections to one database, and what is asked of it most."""

    def __init__(self, url: str, most: int = MOST) -> None:
        """Hold the address, with our settings; raise BadSource for one that libpq does not understand."""
        self.address = addressed(url)
        self._pool = ConnectionPool(
            self.address,
            connection_class=psycopg.Connection[TupleRow],
            kwargs={"autocommit": True, "cursor_factory": psycopg.RawCursor, "prepare_threshold": 2},
            min_size=1,
            max_size=most,
            timeout=WAITING,
            reconnect_timeout=RETRYING,
            open=False,
        )

    def open(self) -> None:
        """Begin; raise Unavailable if nobody answers."""
        try:
            self._pool.open(wait=True, timeout=WAITING)
        except PoolTimeout as bad:
            self._pool.close()
            raise Unavailable("the database does not answer: is it running, and is its address right?") from bad

    def close(self) -> None:
        """Let go of every connection."""
        self._pool.close()

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """Lend a connection; what goes wrong inside is told as ours."""
        with told(), self._pool.connection() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """Lend a connection with an open transaction: leaving it commits, an error rolls back."""
        with told(), ExitStack() as held:
            try:
                connection = self._begun(held)
            except psycopg.OperationalError as dead:
                # nothing was written yet, so another connection may begin
                if isinstance(dead, PoolTimeout):
                    raise
                self._pool.check()
                connection = self._begun(held)
            yield connection

    def _begun(self, held: ExitStack) -> Connection:
        with ExitStack() as trial:
            connection = trial.enter_context(self._pool.connection())
            trial.enter_context(connection.transaction())
            held.enter_context(trial.pop_all())
            return connection

    def rows(self, sql: str, bound: tuple[Any, ...] = ()) -> list[TupleRow]:
        """Return what a statement that only reads finds; asked once more where the connection was dead."""
        try:
            with self.reading() as connection:
                return fetched(connection, sql, bound)
        except Unavailable as bad:
            if not isinstance(bad.__cause__, psycopg.OperationalError) or isinstance(bad.__cause__, PoolTimeout):
                raise
        self._pool.check()
        with self.reading() as connection:
            return fetched(connection, sql, bound)


def fetched(connection: Connection, sql: str, bound: tuple[Any, ...] = ()) -> list[TupleRow]:
    """Return what a statement finds; geometries and instants come in binary."""
    cursor = connection.cursor(binary=True)
    return cursor.execute(_text(sql), bound).fetchall()


def run(connection: Connection, sql: str, bound: tuple[Any, ...] = ()) -> int:
    """Run a statement; return how many rows it touched."""
    return connection.execute(_text(sql), bound).rowcount


@contextmanager
def told() -> Generator[None]:
    """Turn what the driver raises into what it means here."""
    try:
        yield
    except (psycopg.Error, PoolClosed, UnicodeEncodeError) as bad:
        for kind, ours, said in SAID:
            if isinstance(bad, kind):
                raise ours(said) from bad
        raise


def _text(sql: str) -> Any:
    # the driver's stubs want literals; ours are made by SQLAlchemy and by the files of layers/store/sql
    return sql.encode()

"""The one database of the race: a private PostgreSQL, the city loaded through OneMap's own store."""

import os
import re
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

import psycopg

from benchmarks.race import data
from benchmarks.race.place import folder
from layers.store.postgis.cluster import Cluster

PORT = 18532
SETTINGS = {
    # all of the city, indexes too, fits in memory for every server alike
    "shared_buffers": "'1GB'",
    # a page takes a millisecond, to start workers for it ten: without this all servers are several times slower
    "max_parallel_workers_per_gather": "0",
    "log_parameter_max_length": "-1",
    "autovacuum": "off",
}
COUNTS = {name: f"SELECT count(*) FROM onemap.{name}".encode() for name in data.SIZES}
ENTRY = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \w+ \[\d+\] ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Database:
    """The running server and its address."""

    cluster: Cluster
    url: str

    @property
    def pid(self) -> int:
        """The first of its processes."""
        return self.cluster.pid() or 0

    @property
    def words(self) -> dict[str, str]:
        """What libpq and its like need, by PG… variables."""
        return {"PGHOST": str(self.cluster.sockets), "PGPORT": str(PORT), "PGUSER": "onemap", "PGDATABASE": "onemap"}

    @property
    def tcp(self) -> str:
        """The address for those that take no socket's folder as a parameter: the folder as the host."""
        return f"postgresql://onemap@{quote(str(self.cluster.sockets), safe='')}:{PORT}/onemap"

    def session(self) -> psycopg.Connection:
        """Open a connection of the owner's."""
        return psycopg.connect(self.url, autocommit=True)

    def setting(self, name: str, value: str) -> None:
        """Change a setting of the running server."""
        with self.session() as session:
            session.execute(f"ALTER SYSTEM SET {name} = {value}".encode())
            session.execute("SELECT pg_reload_conf()")

    @contextmanager
    def heard(self) -> Generator[Callable[[], list[str]]]:
        """Have everything logged meanwhile; yields what returns the log's entries since it was last called."""
        self.setting("log_min_duration_statement", "0")
        # the server's processes learn of it by a signal
        time.sleep(0.5)
        with (self.cluster.data / "server.log").open("rb") as words:
            words.seek(0, os.SEEK_END)
            try:
                yield lambda: ENTRY.split(words.read().decode(errors="replace"))
            finally:
                self.setting("log_min_duration_statement", "-1")


def wanting(database: Database) -> Iterable[str]:
    """Return the layers that are not there yet, or not whole."""
    with database.session() as session:
        there = {name for (name,) in session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'onemap'")}
        counts = {n: session.execute(COUNTS[n]).fetchone() if n in there else None for n in data.SIZES}
    return [name for name, size in data.SIZES.items() if counts[name] != (size,)]


@contextmanager
def started() -> Generator[Database]:
    """Run the database while inside, with the settings that serve all servers best."""
    cluster = Cluster(folder() / f"pg-{data.SEED}", port=PORT)
    with cluster.running() as url:
        database = Database(cluster, url)
        for name, value in SETTINGS.items():
            database.setting(name, value)
        with database.session() as session:
            waiting = session.execute("SELECT count(*) FROM pg_settings WHERE pending_restart").fetchone()
        if waiting and waiting[0]:
            cluster.stop()
            cluster.start()
        yield database

"""A private PostgreSQL in a folder of its own: for developers, tests and cities that fit one machine.

It listens on a Unix socket that only its owner reaches, so it needs no password. All processes that use it count as
its users; the first one starts it and the last one stops it, also after some of them were killed.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from layers.store.postgis.account import Account, account
from layers.store.postgis.programs import ADVICE, Programs, programs
from spatial.errors import BadSource, Unavailable

ROLE = DATABASE = "onemap"
USUAL_PORT = 5432
FILE_COPY = 150000
"""The version that first knew ways of copying a database."""
LONGEST = 103
"""Bytes of a socket's path that every system takes (macOS 103, Linux 107)."""
SETTINGS = {
    "unix_socket_permissions": "0700",
    "timezone": "'UTC'",
    "max_connections": "100",
    # two cores, a few GB: what a developer's machine can spare
    "shared_buffers": "'256MB'",
    "effective_cache_size": "'2GB'",
    "work_mem": "'16MB'",
    "maintenance_work_mem": "'256MB'",
    # the files lie on flash; and compiling a query of milliseconds takes longer than the query
    "random_page_cost": "1.1",
    "jit": "off",
    # many partitions in one statement
    "max_locks_per_transaction": "256",
    # nobody replicates from here
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_compression": "on",
    "max_wal_size": "'2GB'",
    "checkpoint_timeout": "'15min'",
    # one forgotten transaction would hold back the feed of changes for everybody
    "idle_in_transaction_session_timeout": "'60s'",
    "log_min_messages": "warning",
}
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "'64MB'"}
"""For tests: a power cut destroys the database."""


@dataclass(slots=True)
class Cluster:
    """A server's data directory and what it takes to run it.

    port: also listen on 127.0.0.1, for programs that take no socket; they need the role's password.
    durable: False for tests only.
    """

    folder: Path
    port: int | None = None
    durable: bool = True
    _account: Account = field(default_factory=account)

    def __post_init__(self) -> None:
        self.folder = self.folder.absolute()

    @property
    def data(self) -> Path:
        """Where the server keeps its files."""
        return self.folder / "data"

    @property
    def sockets(self) -> Path:
        """Where the server's socket is: in the folder, or where its path would be too long, beside temporary files."""
        inside = self.folder / "socket"
        if len(os.fsencode(inside / f"{self._socket}.lock")) <= LONGEST:
            return inside
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"onemap-{name}"

    def url(self, database: str = DATABASE) -> str:
        """Return the address of one of its databases."""
        port = f"&port={self.port}" if self.port else ""
        return f"postgresql://{ROLE}@/{quote(database)}?host={quote(str(self.sockets), safe='/')}{port}"

    @property
    def _socket(self) -> str:
        return f".s.PGSQL.{self.port or USUAL_PORT}"

    @contextmanager
    def running(self) -> Generator[str]:
        """Keep the server running and give the address of its database, which has PostGIS."""
        users = self.join()
        try:
            self.make(DATABASE)
            yield self.url()
        finally:
            self.leave(users)

    def join(self) -> int:
        """Become a user of the server, starting it if need be; return what to leave with; raise Unavailable."""
        self._account.reach(self.data)
        self.folder.mkdir(parents=True, exist_ok=True)
        with _locked(self.folder / "lock"):
            self._start()
            users = os.open(self.folder / "users", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(users, fcntl.LOCK_SH)
        return users

    def leave(self, users: int) -> None:
        """Be a user no longer; the last one stops the server."""
        with _locked(self.folder / "lock"):
            try:
                with suppress(BlockingIOError):
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.stop()
            finally:
                os.close(users)

    def start(self) -> None:
        """Start the server unless it runs; start it anew where an upgrade replaced its programs; raise Unavailable."""
        with _locked(self.folder / "lock"):
            self._start()

    def _start(self) -> None:
        found = self._programs()
        running = self.pid() is not None
        mark = self.folder / "server"
        if running and mark.exists() and mark.read_text() == found.mark:
            return
        if running:
            self.stop()
        self._prepare(found)
        log = self.data / "server.log"
        try:
            found.run("pg_ctl", "start", "-w", "-t", "110", "-D", self.data, "-l", log, account=self._account)
        except Unavailable as failed:
            raise Unavailable(f"PostgreSQL does not start in {self.folder}: {self._last_words() or failed}") from failed
        mark.write_text(found.mark)

    def stop(self) -> None:
        """Stop the server if it runs, ending its sessions."""
        if self.pid() is not None:
            self._programs().run("pg_ctl", "stop", "-w", "-m", "fast", "-D", self.data, account=self._account)

    def pid(self) -> int | None:
        """Return the server's process number, None if it does not run."""
        found = _pid(self.data)
        return found if found is not None and _serves(found, self.data) else None

    def make(self, database: str) -> str:
        """Make a database with PostGIS, unless it is there; return its address."""
        with _locked(self.folder / "lock"):
            with self.session("postgres") as session:
                known = session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
                if not known:
                    session.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
            self._extend(database)
        return self.url(database)

    def copy(self, template: str, database: str) -> str:
        """Make a database as a copy of one that nobody uses; return its address."""
        words = "CREATE DATABASE {} TEMPLATE {}"
        with self.session("postgres") as session:
            if session.info.server_version >= FILE_COPY:  # faster than through the log, for it is a small one
                words += " STRATEGY FILE_COPY"
            session.execute(sql.SQL(words).format(sql.Identifier(database), sql.Identifier(template)))
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database and end its sessions."""
        with self.session("postgres") as session:
            session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    @contextmanager
    def session(self, database: str) -> Generator[psycopg.Connection]:
        """Open a connection of the owner's, every statement a transaction; raise Unavailable."""
        try:
            opened = psycopg.connect(self.url(database), autocommit=True, connect_timeout=10)
        except psycopg.OperationalError as refused:
            raise Unavailable(f"the PostgreSQL in {self.folder} does not answer: {refused}") from refused
        with opened:
            yield opened

    def _extend(self, database: str) -> None:
        with self.session(database) as session:
            try:
                session.execute("CREATE EXTENSION IF NOT EXISTS postgis")
            except (psycopg.errors.UndefinedFile, psycopg.errors.FeatureNotSupported) as lacking:
                raise Unavailable(f"this PostgreSQL has no PostGIS; {ADVICE}") from lacking

    def _programs(self) -> Programs:
        """Return the programs that fit the data, or the newest where there are no data yet."""
        try:
            return programs(int((self.data / "PG_VERSION").read_text()))
        except FileNotFoundError:
            return programs()
        except (PermissionError, ValueError) as bad:
            raise BadSource(f"{self.data} is no PostgreSQL of this user's: {bad}") from bad

    def _prepare(self, found: Programs) -> None:
        """Make what a start needs, and clear away what a crash left behind."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise(found)
        self._account.own(self.data)
        self._account.own(self.sockets)
        socket = self.sockets / self._socket
        for stale in (socket, socket.with_name(f"{socket.name}.lock")):
            stale.unlink(missing_ok=True)
        pid = _pid(self.data)
        if pid is not None and _lives(pid):  # another program has that number by now, and the server would balk at it
            (self.data / "postmaster.pid").unlink()
        (self.data / "onemap.conf").write_text(self._settings())
        (self.data / "onemap.conf").chmod(0o644)

    def _initialise(self, found: Programs) -> None:
        """Make the data directory, whole or not at all; raise BadSource if something else is in its place."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._account.own(fresh)
        options = [f"--username={ROLE}", "--encoding=UTF8", "--locale=C.UTF-8"]
        options += ["--auth-local=trust", "--auth-host=scram-sha-256"]
        found.run("initdb", "-D", fresh, *options, *([] if self.durable else ["--no-sync"]), account=self._account)
        with (fresh / "postgresql.conf").open("a") as settings:
            settings.write("\ninclude 'onemap.conf'\n")
        try:
            fresh.rename(self.data)
        except OSError as taken:
            raise BadSource(f"{self.data} holds something that is no database: {taken}") from taken

    def _settings(self) -> str:
        """Return the server's settings as the text of a configuration file."""
        settings = {
            **SETTINGS,
            **({} if self.durable else CARELESS),
            "unix_socket_directories": "'" + str(self.sockets).replace("'", "''") + "'",
            "listen_addresses": "'127.0.0.1'" if self.port else "''",
            "port": str(self.port or USUAL_PORT),
        }
        return "".join(f"{name} = {value}\n" for name, value in settings.items())

    def _last_words(self) -> str:
        """Return the end of the server's log."""
        with suppress(OSError):
            return " ".join((self.data / "server.log").read_text(errors="replace").splitlines()[-3:])
        return ""


@contextmanager
def _locked(file: Path) -> Generator[None]:
    """Hold a lock that the system takes back when its holder dies."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _pid(data: Path) -> int | None:
    """Return the process number that the last server left in its folder."""
    with suppress(FileNotFoundError, ValueError, IndexError):
        return int((data / "postmaster.pid").read_text().split()[0])
    return None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _serves(pid: int, data: Path) -> bool:
    """Tell whether a process is the server of that folder, which it works in."""
    if not _lives(pid):
        return False
    if not Path("/proc/self/cwd").exists():
        return True
    with suppress(OSError):
        return Path(f"/proc/{pid}/cwd").samefile(data)
    return False

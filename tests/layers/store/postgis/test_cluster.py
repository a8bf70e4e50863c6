"""A private PostgreSQL comes up whatever was left behind, serves its users only, and ends with the last of them."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from layers.store.postgis.account import Account, account
from layers.store.postgis.cluster import Cluster
from layers.store.postgis.programs import programs
from spatial.errors import BadSource, Unavailable

pytestmark = pytest.mark.usefixtures("cluster")

USER = """
import sys, time
from pathlib import Path
from layers.store.postgis.cluster import Cluster
Cluster(Path(sys.argv[1]), durable=False).join()
print("joined", flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def made() -> Iterator[Cluster]:
    """A cluster that has run once; not in the folder of temporary files of pytest's, which root alone enters."""
    folder = Path(tempfile.mkdtemp(prefix="onemap-cluster-"))
    folder.chmod(0o755)
    own = Cluster(folder / "pg", durable=False)
    with own.running():
        pass
    yield own
    own.stop()
    shutil.rmtree(folder)


@pytest.fixture
def own(made: Cluster) -> Iterator[Cluster]:
    """The same, at rest."""
    yield made
    made.stop()


def answers(address: str) -> bool:
    with psycopg.connect(address) as connection:
        return connection.execute("SELECT postgis_version() IS NOT NULL").fetchone() == (True,)


def test_it_runs_while_somebody_uses_it(own: Cluster) -> None:
    with own.running() as address:
        with Cluster(own.folder, durable=False).running() as same:
            assert same == address
        assert answers(address)
    assert own.pid() is None


def test_only_its_owner_reaches_it(own: Cluster) -> None:
    with own.running() as address:
        for folder in (own.sockets, own.data):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert folder.stat().st_uid == (account().uid or os.geteuid())
        with psycopg.connect(address) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
            assert connection.execute("SHOW fsync").fetchone() == ("off",)


def test_a_killed_user_counts_no_longer(own: Cluster) -> None:
    with subprocess.Popen([sys.executable, "-c", USER, own.folder], stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"joined\n"
        with own.running():
            pass
        assert own.pid() is not None
        other.kill()
    with own.running():
        pass
    assert own.pid() is None


def test_it_comes_back_after_a_crash(own: Cluster) -> None:
    with own.running() as address:
        pid = own.pid()
        assert pid
        os.kill(pid, signal.SIGKILL)
        while own.pid() == pid:
            time.sleep(0.01)
        with own.running():
            assert own.pid() not in (None, pid)
            assert answers(address)


def test_a_number_left_behind_may_be_another_program_s_by_now(own: Cluster) -> None:
    own.sockets.mkdir(exist_ok=True)
    (own.data / "postmaster.pid").write_text(f"{os.getpid()}\n{own.data}\n")
    for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (own.sockets / name).write_text(f"{os.getpid()}\n")
    assert own.pid() is None
    with own.running() as address:
        assert answers(address)


def test_replaced_programs_are_started_anew(own: Cluster) -> None:
    with own.running():
        first = own.pid()
        with own.running():
            assert own.pid() == first
        (own.folder / "server").write_text("another file of that name")
        with own.running() as address:
            assert own.pid() not in (None, first)
            assert answers(address)


def test_a_long_path_is_no_hindrance(own: Cluster) -> None:
    deep = Cluster(own.folder / ("d" * 90), durable=False)
    assert len(os.fsencode(deep.sockets)) < 90
    assert deep.sockets != Cluster(own.folder / ("e" * 90), durable=False).sockets
    assert own.sockets.parent == own.folder


def test_databases_are_made_once_and_copied(own: Cluster) -> None:
    with own.running():
        assert own.make("a'b\"c") == own.make("a'b\"c")
        address = own.copy("a'b\"c", "城 ?&=/")
        assert answers(address)
        own.drop("城 ?&=/")
        own.drop("城 ?&=/")
        with pytest.raises(Unavailable, match="does not answer"), own.session("城 ?&=/"):
            pass


def test_programs_listen_on_a_port_where_asked(made: Cluster) -> None:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Cluster(made.folder, port, durable=False).running() as address:
        assert answers(address)
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://onemap@127.0.0.1:{port}/onemap")


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(
        Unavailable, match=r"made by PostgreSQL 9, and this machine has .* install postgresql-9-postgis-3"
    ):
        programs(9)
    monkeypatch.setenv("ONEMAP_PG_BIN", str(tmp_path))
    with pytest.raises(Unavailable, match="no PostgreSQL server; install it with `apt-get install postgresql-postgis`"):
        programs()


def test_other_files_are_left_alone(own: Cluster) -> None:
    other = Cluster(own.folder / "other", durable=False)
    other.data.mkdir(parents=True)
    (other.data / "letter.txt").write_text("dear")
    with pytest.raises(BadSource, match="holds something that is no database"), other.running():
        pass
    assert (other.data / "letter.txt").read_text() == "dear"


def test_a_folder_that_is_not_ours_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(BadSource, match="belongs to another user"):
        Account().own(tmp_path / "link")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(BadSource, match=r"the user ann.* cannot enter .*ONEMAP_PG_LOCAL="):
        Account("ann", 54321, 54321).reach(closed / "pg")
    Account().reach(closed / "pg")


def test_a_start_that_fails_says_why(own: Cluster) -> None:
    settings = own.data / "postgresql.conf"
    before = settings.read_text()
    settings.write_text(before + "no_such_setting = 1\n")
    try:
        with pytest.raises(Unavailable, match=r"does not start in .*no_such_setting"), own.running():
            pass
    finally:
        settings.write_text(before)
    with own.running() as address:
        assert answers(address)

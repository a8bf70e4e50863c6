"""The private store comes back by itself."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from layers.query import Query
from layers.store.open import exists, opened, shown
from layers.store.postgis.cluster import Cluster
from layers.store.protocol import Store
from spatial.errors import Unavailable

pytestmark = pytest.mark.usefixtures("cluster")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the cluster is to be: not in the folder of temporary files of pytest's, which root alone enters."""
    made = Path(tempfile.mkdtemp(prefix="onemap-local-"))
    made.chmod(0o755)
    yield made / "pg"
    shutil.rmtree(made)


@pytest.fixture
def local(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("ONEMAP_PG_LOCAL", str(folder))
    store = opened("pg-local")
    yield store
    store.close()


def comes_back(store: Store, folder: Path, first: int | None) -> bool:
    """Wait for another server than the first, and for an answer of the store's."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if Cluster(folder).pid() not in (None, first) and answers(store):
            return True
        time.sleep(0.1)
    return False


def answers(store: Store) -> bool:
    try:
        return store.block(store.layers()["cases"], Query()).keys == []
    except Unavailable:
        return False


def test_it_is_there_while_it_is_open(local: Store, folder: Path) -> None:
    assert answers(local)
    assert exists("pg-local")
    assert shown("pg-local") == f"pg-local ({folder})"
    assert Cluster(folder).pid()
    local.close()
    assert Cluster(folder).pid() is None


def test_a_crash_of_the_server_is_mended(local: Store, folder: Path) -> None:
    pid = Cluster(folder).pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    assert comes_back(local, folder, pid)


def test_an_upgrade_beneath_it_is_noticed(local: Store, folder: Path) -> None:
    first = Cluster(folder).pid()
    (folder / "server").write_text("another file of that name")
    assert comes_back(local, folder, first)

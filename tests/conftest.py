"""What the tests of every floor share: the real data where there is some, a browser, marks that follow from both."""

import asyncio
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

if TYPE_CHECKING:
    from layers.store.postgis.cluster import Cluster

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
FLAGS = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# A test that asks for the fixture bears the mark.
MARKS = {"real_data": "data", "chromium": "browser", "cluster": "postgis", "served": "clients", "editable": "clients"}
CLUSTER = "ONEMAP_TEST_CLUSTER"

# A busy machine is no defect: pytest's own time limit catches what hangs.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


def pytest_configure() -> None:
    """Name the folder of the database that all processes of this run share; those started later inherit it."""
    os.environ.setdefault(CLUSTER, str(Path(tempfile.gettempdir()) / f"onemap-test-{secrets.token_hex(4)}"))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove that database once the last process is done, and those of runs that were killed an hour ago or more."""
    folder = Path(os.environ[CLUSTER])
    if folder.exists() and not hasattr(config, "workerinput"):
        old = [other for other in folder.parent.glob("onemap-test-*") if time.time() - other.stat().st_mtime > 3600]
        for one in {folder, *old}:
            _remove(one)


def _remove(folder: Path) -> None:
    from layers.store.postgis.cluster import Cluster

    left = Cluster(folder, durable=False)
    if left.pid() is not None:
        # its last user stops it, whoever else was killed
        left.leave(left.join())
    if left.pid() is None:
        shutil.rmtree(folder)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for fixture in MARKS.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(MARKS[fixture])


def absent(what: str) -> NoReturn:
    """Skip the test for want of `what`; in CI, which installs everything, that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}, and CI has to have it", pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets: ONEMAP_DATA, or `shared/data` beside the project."""
    folder = Path(os.environ.get("ONEMAP_DATA") or DATA)
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; ONEMAP_DATA names another folder")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium: ONEMAP_CHROMIUM, or the machine's own."""
    named = filter(None, (os.environ.get("ONEMAP_CHROMIUM"), *BROWSERS))
    found = next(filter(None, map(shutil.which, named)), None)
    return found or absent("no Chromium on this machine; ONEMAP_CHROMIUM names one")


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Find a program of this machine by its name."""
    return lambda name: shutil.which(name) or absent(f"no {name} on this machine")


@pytest.fixture
def aside() -> Callable[..., Any]:
    """Run a coroutine in a thread of its own: where Playwright has a loop running, asyncio takes no second one."""

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, work).result()

    return run


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """A Chromium that draws without a graphics card; one for all, for Playwright runs once in a process."""
    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def cluster() -> "Iterator[Cluster]":
    """A PostgreSQL shared by all processes of this run; its database "empty" has PostGIS and is there to be copied."""
    from layers.store.postgis.cluster import Cluster
    from layers.store.postgis.programs import programs
    from spatial.errors import Unavailable

    try:
        if not programs().spatial:
            absent("no PostGIS on this machine: apt-get install postgresql-postgis")
    except Unavailable as none:
        absent(str(none))
    made = Cluster(Path(os.environ[CLUSTER]), durable=False)
    with made.running():
        made.make("empty")
        yield made


@pytest.fixture(scope="session")
def postgis(cluster: "Cluster") -> Iterator[str]:
    """The address of an empty database with PostGIS, one for all tests of a process."""
    name = f"session_{secrets.token_hex(6)}"
    yield cluster.copy("empty", name)
    cluster.drop(name)


@pytest.fixture(scope="session")
def tables(cluster: "Cluster") -> str:
    """The name of a database where the store has made its tables: copying them is quicker than making them."""
    from layers.store.open import opened

    name = f"tables_{secrets.token_hex(6)}"
    opened(cluster.copy("empty", name)).close()
    return name


@pytest.fixture
def database(cluster: "Cluster", request: pytest.FixtureRequest) -> Iterator[Callable[..., str]]:
    """Make an empty database with PostGIS (`tables=True`: with the store's tables); give its address."""
    made: list[str] = []

    def make(*, tables: bool = False) -> str:
        template = request.getfixturevalue("tables") if tables else "empty"
        made.append(f"test_{secrets.token_hex(6)}")
        return cluster.copy(template, made[-1])

    yield make
    for name in made:
        cluster.drop(name)


@pytest.fixture(scope="session")
def week_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the made-up city with the cases of eight days; copy it to write to it."""
    from datetime import UTC, datetime

    from rich.progress import Progress

    from etl.city.build import build
    from etl.city.city import City
    from layers.store.geopackage import GeoPackageStore

    store = GeoPackageStore(tmp_path_factory.mktemp("week") / "onemap.gpkg")
    build(store, City(2026, datetime(2026, 11, 20, 2, tzinfo=UTC), 8), Progress(disable=True))
    store.close()
    return store.path

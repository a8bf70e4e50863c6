"""A small city in a store, with rows in every layer, and the service over it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import shapely

from api.main import create_app
from api.settings import Settings
from layers.access import Reader
from layers.codes import code_list
from layers.column import Column, ColumnKind
from layers.feature import Layer
from layers.store.geopackage import GeoPackageStore
from spatial.shape import Kind

ROOT = Path(__file__).parents[2]
START = datetime(2026, 3, 1, tzinfo=UTC)
WEST, SOUTH = 106.4, 29.4
SECRET = "hush"
"""Begins every value that anonymous readers may not see."""

NOTES = {
    "properties": {
        "code": {"type": "string", "x-ogc-role": "id"},
        "text": {"type": "string"},
        "number": {"type": "number"},
        "count": {"type": "integer"},
        "tags": {"type": "array"},
        "day": {"type": "string", "format": "date"},
        "begun": {"type": "string", "format": "date-time", "x-ogc-role": "primary-interval-start"},
        "done": {"type": "string", "format": "date-time", "x-ogc-role": "primary-interval-end"},
        "place": {"format": "geometry-any"},
    }
}

Row = dict[str, Any]
Get = Callable[..., Any]


def square(lon: float, lat: float, side: float = 0.004) -> shapely.Polygon:
    return shapely.box(lon, lat, lon + side, lat + side)


SHAPES: Mapping[Kind, Callable[[float, float], Any]] = {
    Kind.POINT: shapely.Point,
    Kind.LINE: lambda lon, lat: shapely.LineString([(lon, lat), (lon + 0.01, lat + 0.004)]),
    Kind.POLYGON: square,
    Kind.MULTIPOLYGON: lambda lon, lat: shapely.MultiPolygon([square(lon, lat)]),
    Kind.ANY: square,
}
VALUES: Mapping[ColumnKind, Callable[[Column, int], Any]] = {
    ColumnKind.TEXT: lambda column, n: f"{column.title.zh}{n:03}"[: int(column.limits.max_length or 99)],
    ColumnKind.INTEGER: lambda column, n: n % 40,
    ColumnKind.NUMBER: lambda column, n: n % 300 / 8,
    ColumnKind.BOOLEAN: lambda column, n: n % 2 == 0,
    ColumnKind.INSTANT: lambda column, n: START + timedelta(hours=n),
    ColumnKind.DATE: lambda column, n: date(2026, 3, 1) + timedelta(days=n),
    ColumnKind.TEXTS: lambda column, n: ["裂缝", "渗水"][: n % 3],
}


def place(kind: Kind, n: int) -> Any:
    return SHAPES[kind](WEST + n % 20 / 100, SOUTH + n // 20 / 50)


def value(column: Column, n: int) -> Any:
    if column.place:
        return place(column.place.kind, n)
    if column.limits.pattern:
        return f"50010300{n:07}"
    if column.about.seen_by > Reader.PUBLIC:
        return f"{SECRET}-{column.name}-{n}"
    if column.about.codes:
        known = sorted(code_list(column.about.codes).codes)
        return known[n % len(known)]
    return VALUES[column.kind](column, n)


def row(layer: Layer, n: int, **said: Any) -> Row:
    """Row n of a layer, a valid one; the same for the same n."""
    hidden = {c.name for c in layer.columns if c.about.seen_by > Reader.PUBLIC}
    told = [c for c in layer.columns if c.required or c.name in hidden or n % 7 != 3]
    read = layer.row(**{column.name: value(column, n) for column in told} | said)
    return {c.name: getattr(read, c.name) for c in layer.columns}


def filled(store: GeoPackageStore, count: int = 45) -> None:
    """Write `count` rows into every layer, as many as there are codes where the key is one."""
    with store.write() as writer:
        for layer in store.layers().values():
            most = len(code_list(layer.key.about.codes).codes) if layer.key.about.codes else count
            writer.upsert(layer, [row(layer, n) for n in range(min(count, most))])


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GeoPackageStore]:
    """A store that tests only read."""
    store = GeoPackageStore(tmp_path_factory.mktemp("city") / "city.gpkg")
    try:
        filled(store)
        yield store
    finally:
        store.close()


@pytest.fixture(scope="session")
def app(city: GeoPackageStore) -> Iterator[FastAPI]:
    """The service that anonymous readers meet."""
    made = create_app(Settings(title_zh="一张图", title_en="OneMap"), city)
    yield made
    made.state.tiles.stop()


@pytest.fixture(scope="session")
def client(app: FastAPI) -> TestClient:
    """Asks the service; what fails inside it fails the test."""
    return TestClient(app)


@pytest.fixture
def answers(client: TestClient) -> Get:
    """Return the JSON that a path answers."""

    def get(path: str, **params: Any) -> Any:
        answer = client.get(path, params=params or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return get


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[GeoPackageStore]:
    """A store of the test's own."""
    store = GeoPackageStore(tmp_path / "own.gpkg")
    yield store
    store.close()


@pytest.fixture
def own(empty: GeoPackageStore) -> Iterator[TestClient]:
    """A service of the test's own, which everybody may write to."""
    made = create_app(Settings(writes="open"), empty)
    yield TestClient(made)
    made.state.tiles.stop()


@pytest.fixture
def write() -> Callable[..., int]:
    """Write rows of some numbers into a layer of a store, and return the revision after that."""

    def written(store: GeoPackageStore, *numbers: int, layer: str = "vehicles", **said: Any) -> int:
        rows = store.layers()[layer]
        with store.write() as writer:
            writer.upsert(rows, [row(rows, n, **said) for n in numbers])
        return store.revision()

    return written


@pytest.fixture(scope="session")
def notes() -> Row:
    """The schema of a layer with a column of every kind that formats differ in."""
    return NOTES


@pytest.fixture
def make_row() -> Callable[..., Row]:
    """The maker of rows."""
    return row


@pytest.fixture
def secret() -> str:
    """What begins every hidden value."""
    return SECRET


@pytest.fixture(scope="session")
def fill() -> Callable[..., None]:
    """The writer of rows into every layer."""
    return filled


class Servers:
    """Server processes over stores, each on a port of its own."""

    def __init__(self) -> None:
        self.running: list[subprocess.Popen[bytes]] = []

    def __call__(self, store: Path, **settings: str) -> str:
        """Start one; return its address."""
        port = free_port()
        said = {f"ONEMAP_{name.upper()}": value for name, value in settings.items()}
        environment = {**os.environ, "ONEMAP_STORE": str(store), **said}
        command = [sys.executable, "-m", "uvicorn", "api.command.serving:app", "--factory"]
        asked = [*command, "--port", str(port), "--log-level", "warning", "--timeout-graceful-shutdown", "3"]
        self.running.append(subprocess.Popen(asked, env=environment, cwd=ROOT))
        wait_for(port, self.running[-1])
        return f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait(15)


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """Starts server processes that live as long as the module's tests."""
    started = Servers()
    yield started
    started.stop()


@pytest.fixture
def serve() -> Iterator[Servers]:
    """Starts server processes that live as long as the test."""
    started = Servers()
    yield started
    started.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, "the server has ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server does not answer")

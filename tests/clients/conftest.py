"""A small city that the real command serves, and the programs that read it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np
import pandas as pd
import pytest

import geopandas as gpd
import shapely

from layers.access import Reader
from layers.codes import code_list
from layers.column import Column, ColumnKind
from layers.feature import Layer
from layers.runtime import from_schema
from layers.store.geopackage import GeoPackageStore
from spatial.shape import Kind

Row = dict[str, Any]
City = dict[str, list[Row]]
Json = dict[str, Any]
Finished = subprocess.CompletedProcess[str]

START = datetime(2026, 1, 1, tzinfo=UTC)
SIZES = {"cases": 2600}
ROWS = 60
SOUTH_WEST = 106.4, 29.4

ADDED: dict[str, Json] = {
    "works": {
        "x-onemap-title": {"zh": "工程", "en": "Works"},
        "required": ["code", "opened"],
        "properties": {
            "code": {"type": "string", "x-ogc-role": "id"},
            "lanes": {"type": "integer"},
            "cost": {"type": "number"},
            "urgent": {"type": "boolean"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "signed": {"type": "string", "format": "date"},
            "opened": {"type": "string", "format": "date-time", "x-ogc-role": "primary-instant"},
            "place": {"format": "geometry-any"},
        },
    },
    "notices": {
        "x-onemap-title": {"zh": "公告", "en": "Notices"},
        "required": ["code"],
        "properties": {"code": {"type": "string", "x-ogc-role": "id"}, "said": {"type": "string"}},
    },
}


def ring(x: float, y: float, side: float) -> shapely.Polygon:
    return shapely.box(x, y, x + side, y + side)


SHAPES: dict[Kind, Callable[[float, float], Any]] = {
    Kind.POINT: shapely.Point,
    Kind.LINE: lambda x, y: shapely.LineString([(x, y), (x + 0.02, y + 0.006), (x + 0.03, y - 0.002)]),
    Kind.POLYGON: lambda x, y: ring(x, y, 0.009).difference(ring(x + 0.003, y + 0.003, 0.002)),
    Kind.MULTIPOLYGON: lambda x, y: shapely.MultiPolygon([ring(x, y, 0.014), ring(x + 0.015, y, 0.004)]),
}


def place(kind: Kind, n: int) -> Any:
    """A place of its own for row n, strewn over a grid of 60 by 44; shapes of all kinds by turns where any will do."""
    at = n * 43 % 2640
    x, y = SOUTH_WEST[0] + (at % 60) / 200 + 1e-7, SOUTH_WEST[1] + (at // 60) / 200 + (n % 7) / 3000
    return SHAPES[kind if kind in SHAPES else list(SHAPES)[n % 4]](x, y)


def text(column: Column, n: int) -> str:
    """A code where it has some, a key where it is one, else words that repeat and need all their signs kept."""
    if column.about.codes:
        codes = list(code_list(column.about.codes).codes)
        return codes[n % len(codes)]
    if column.limits.pattern:
        return f"5001030100{n:05}"
    return f"{column.name}-{n:05}" if column.role else f"{column.title.zh}{n % 7}<&'\"\\>"


VALUES: dict[ColumnKind, Callable[[int], Any]] = {
    ColumnKind.INTEGER: lambda n: n,
    # the first of them look like integers
    ColumnKind.NUMBER: lambda n: float(n % 300) if n < 30 else n % 300 + 0.25,
    ColumnKind.BOOLEAN: lambda n: n % 3 == 0,
    ColumnKind.INSTANT: lambda n: START + timedelta(minutes=n, milliseconds=n % 1000),
    ColumnKind.DATE: lambda n: (START + timedelta(days=n)).date(),
    ColumnKind.TEXTS: lambda n: [] if n % 4 == 0 else ["塌方", f"h,{n}"],
}


def value(layer: Layer, column: Column, n: int) -> Any:
    if column.place:
        # each layer elsewhere
        return place(column.place.kind, n + sum(layer.name.encode()))
    return text(column, n) if column.kind is ColumnKind.TEXT else VALUES[column.kind](n)


def missing(n: int, at: int) -> bool:
    """Whether row n lacks its column `at`: every fourth does; some are empty for longer than readers look ahead."""
    return (n + at) % 4 == 1 or (n < 25 and at % 3 == 2)


def record(layer: Layer, n: int) -> Row:
    """Row n, checked by the layer; of the values that may be missing, some are."""
    given = {c.name: value(layer, c, n) for at, c in enumerate(layer.columns) if c.required or not missing(n, at)}
    return dict(layer.row(**given))


def size(layer: Layer) -> int:
    """How many rows a layer gets: no more than its key has codes."""
    wanted = SIZES.get(layer.name, ROWS)
    return min(wanted, len(code_list(layer.key.about.codes).codes)) if layer.key.about.codes else wanted


def fill(path: Path) -> tuple[City, Mapping[str, Layer]]:
    """Write the city into a new store; return its rows, and its layers as anybody sees them."""
    with closing(GeoPackageStore(path)) as store:
        for name, document in ADDED.items():
            store.add(from_schema(name, document), document)
        layers = store.layers()
        city = {name: [record(layer, n) for n in range(size(layer))] for name, layer in layers.items()}
        with store.write() as writer:
            for name, rows in city.items():
                writer.upsert(layers[name], rows)
    return city, {name: layer.seen_by(Reader.PUBLIC) for name, layer in layers.items()}


@dataclass(frozen=True)
class Served:
    """A running service: its address, its file, what was written there, and its layers as anybody sees them."""

    url: str
    path: Path
    city: City
    layers: Mapping[str, Layer]

    def get(self, path: str, **parameters: Any) -> Json:
        """The JSON at a path; an error's document too."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        try:
            with urlopen(f"{self.url}/{path}{query}", timeout=30) as answer:
                return json.load(answer)
        except HTTPError as refused:
            return json.load(refused)

    def items(self, name: str, **parameters: Any) -> Json:
        return self.get(f"collections/{name}/items", **parameters)


def answers(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def serving(path: Path) -> Generator[str]:
    """Run `onemap serve` over a store, as a person would start it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [str(Path(sys.executable).with_name("onemap")), "serve", "--store", str(path), "--port", str(port)]
    env = {name: value for name, value in os.environ.items() if not name.startswith("ONEMAP_")}
    with (path.parent / "serve.log").open("w+") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=env)
        until, url = time.monotonic() + 60, f"http://127.0.0.1:{port}"
        try:
            while not answers(port):
                assert process.poll() is None and time.monotonic() < until, log.seek(0) or log.read()
                time.sleep(0.1)
            yield url
        finally:
            process.terminate()
            process.wait(20)


def made(folder: Path) -> Iterator[Served]:
    path = folder / "city.gpkg"
    city, layers = fill(path)
    with serving(path) as url:
        yield Served(url, path, city, layers)


@pytest.fixture(scope="session", autouse=True)
def _direct() -> Iterator[None]:
    """No proxy stands between this machine and itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", f"{os.environ.get('no_proxy', '')},127.0.0.1".strip(","))
        yield


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The city, served; nobody changes it."""
    yield from made(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def editable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A city of its own for the tests of a module, served while they edit its file."""
    yield from made(tmp_path_factory.mktemp("editable"))


@pytest.fixture(scope="session")
def desktop(program: Callable[[str], str]) -> Callable[[str], str]:
    """Find the Python that has a module of the desktop programs: ONEMAP_DESKTOP_PYTHON, or the system's own."""

    def python(module: str) -> str:
        own = shutil.which("python3", path="/usr/bin") or program("python3")
        found = os.environ.get("ONEMAP_DESKTOP_PYTHON", own)
        known = subprocess.run([found, "-c", f"import {module}"], check=False, capture_output=True)
        return found if known.returncode == 0 else program(f"{module} for {found}")

    return python


# Debian 12's GDAL says of every file in the standard's current edition that it is a newer one; and knows no way to
# write lists into a GeoPackage.
EXPECTED = ("may only be partially supported", "does not natively support StringList")


@pytest.fixture(scope="session")
def gdal(program: Callable[[str], str]) -> Callable[..., Finished]:
    """Run a program of GDAL; it has to succeed, and to find nothing to warn of."""

    def run(name: str, *arguments: object, debug: bool = False) -> Finished:
        command = [program(name), *map(str, arguments), *(["--debug", "on"] if debug else [])]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=100)
        told = [line for line in done.stderr.splitlines() if line.startswith(("Warning", "ERROR"))]
        warned = [line for line in told if not any(known in line for known in EXPECTED)]
        assert (done.returncode, warned) == (0, []), done.stderr
        return done

    return run


PLAIN: dict[ColumnKind, Callable[[Any], Any]] = {
    ColumnKind.TEXT: str,
    ColumnKind.INTEGER: int,
    ColumnKind.NUMBER: float,
    ColumnKind.BOOLEAN: bool,
    ColumnKind.INSTANT: lambda found: pd.Timestamp(found).to_pydatetime(),
    ColumnKind.DATE: lambda found: pd.Timestamp(found).date(),
    # GDAL of old gives no lists but their text, in JSON or in its own
    ColumnKind.TEXTS: lambda found: (
        list(found) if isinstance(found, np.ndarray | list) else (json.loads(found) if found.startswith("[") else found)
    ),
}


def plain(kind: ColumnKind, found: Any) -> Any:
    """A value as Python has it, however a program's table holds it."""
    nothing = found is None or (not isinstance(found, list | np.ndarray) and pd.isna(found))
    return None if nothing else PLAIN[kind](found)


def listed(values: Sequence[str]) -> str:
    """A list as GDAL writes it where it has no lists."""
    return f"({len(values)}:{','.join(values)})"


def shapes(found: Sequence[Any]) -> Any:
    """Shapes in one order of vertices; the text for none."""
    return shapely.normalize([shapely.Point() if shape is None else shape for shape in found])


@pytest.fixture(scope="session")
def agree() -> Callable[..., None]:
    """Fail unless a table holds exactly the rows: every value, and every place within a centimetre."""

    def compare(layer: Layer, table: pd.DataFrame, rows: Sequence[Row]) -> None:
        key = layer.key.name
        assert sorted(table[key]) == sorted(row[key] for row in rows)
        table = table.set_index(key, drop=False).loc[[row[key] for row in rows]]
        for column in layer.properties:
            values = [plain(column.kind, found) for found in table[column.name]]
            wanted = [row[column.name] for row in rows]
            if any(isinstance(found, str) and found.startswith("(") for found in values):
                wanted = [found if found is None else listed(found) for found in wanted]
            assert values == wanted, column.name
        if layer.place and isinstance(table, gpd.GeoDataFrame):
            wanted = shapes([row[layer.place.name] for row in rows])
            assert shapely.equals_exact(shapes(list(table.geometry)), wanted, tolerance=5e-8).all()

    return compare

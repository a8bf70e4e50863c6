"""A store, files made for the tests, and a short way to import one into the other."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from etl.contract import agreed
from etl.job import Asked, run
from etl.report import Report
from etl.source import Options, open_source
from etl.terms import Terms
from layers.query import Query
from layers.store.geopackage import GeoPackageStore

HEAD = "code,kind,district,owner,surveyed,lon,lat"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GeoPackageStore]:
    """An empty store."""
    made = GeoPackageStore(tmp_path / "store" / "city.gpkg")
    yield made
    made.close()


@pytest.fixture
def lamps(tmp_path: Path) -> Callable[..., Path]:
    """Write a CSV of components: lamps by their number, each line changed by what is said of it; return its path."""

    def made(count: int, changed: dict[int, str] | None = None, name: str = "lamps.csv") -> Path:
        lines = [
            f"L{n:06d},01037,500103,Light Ltd,2026-01-0{n % 9 + 1} 08:00,{106.5 + n / 1e5:.5f},29.5"
            for n in range(count)
        ]
        lines = [(changed or {}).get(n, line) for n, line in enumerate(lines)]
        path = tmp_path / name
        path.write_text("\n".join([HEAD, *lines, ""]), encoding="utf-8")
        return path

    return made


@pytest.fixture
def imported(store: GeoPackageStore) -> Callable[..., Report]:
    """Import a source into a layer under terms; return the report."""

    def run_it(
        where: object, layer: str, asked: Asked | None = None, options: Options | None = None, **said: Any
    ) -> Report:
        with open_source(str(where), options) as source:
            return run(store, source, agreed(store.layers()[layer], source, Terms.model_validate(said)), asked)

    return run_it


@pytest.fixture
def rows(store: GeoPackageStore) -> Callable[[str], dict[str, dict[str, Any]]]:
    """Return all rows of a layer by key, with the place as WKT."""

    def found(name: str) -> dict[str, dict[str, Any]]:
        layer = store.layers()[name]
        out: dict[str, dict[str, Any]] = {}
        for block in store.blocks(layer, Query(limit=10**9, count=False)):
            places = [None] * len(block.keys) if block.places is None else [p and p.wkt for p in block.places]
            for key, row, place in zip(block.keys, block.rows, places, strict=True):
                out[key] = {**dict(zip(block.names, row, strict=True)), "place": place}
        return out

    return found

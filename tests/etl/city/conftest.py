"""A city on a Friday morning, and its rows, made once for all tests."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.progress import Progress

from etl.city.build import build
from etl.city.city import City
from layers.store.geopackage import GeoPackageStore

SEED = 2026
# 10:07:33 on the city's clock
FRIDAY = datetime(2026, 11, 20, 2, 7, 33, tzinfo=UTC)

type Rows = list[dict[str, Any]]


@pytest.fixture(scope="session")
def city() -> City:
    return City(SEED, FRIDAY, days=3)


@pytest.fixture(scope="session")
def rows(city: City) -> Callable[[str], Rows]:
    """All rows of a layer."""

    @cache
    def made(layer: str) -> Rows:
        return [row for block in city.rows(layer) for row in block]

    return made


@pytest.fixture(scope="session", params=[SEED, 7])
def seed(request: pytest.FixtureRequest) -> int:
    """What holds for one city has to hold for another."""
    return request.param


@pytest.fixture(scope="session")
def city_file(city: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city, built; to be copied before it is changed."""
    path = tmp_path_factory.mktemp("city") / "city.gpkg"
    store = GeoPackageStore(path)
    build(store, city, Progress(console=Console(file=StringIO())))
    store.close()
    return path

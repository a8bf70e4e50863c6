"""The contract suite of a store runs on every kind of store."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import shapely

from layers.feature import Layer
from layers.runtime import from_schema
from layers.store.open import opened
from layers.store.protocol import Store

KINDS = ("geopackage", pytest.param("postgis", marks=pytest.mark.postgis))
START = datetime(2026, 1, 1, tzinfo=UTC)

WORKS = {
    "x-onemap-title": {"zh": "工程", "en": "Works"},
    "required": ["code", "opened", "place"],
    "properties": {
        "code": {"type": "string", "x-ogc-role": "id"},
        "name": {"type": "string"},
        "lanes": {"type": "integer"},
        "cost": {"type": "number"},
        "urgent": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "signed": {"type": "string", "format": "date"},
        "opened": {"type": "string", "format": "date-time", "x-ogc-role": "primary-interval-start"},
        "closed": {"type": "string", "format": "date-time", "x-ogc-role": "primary-interval-end"},
        "place": {"format": "geometry-any"},
    },
}


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    made = opened(str(tmp_path / "city.gpkg") if request.param == "geopackage" else _database(request))
    yield made
    made.close()


def _database(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue("database")(tables=True)


@pytest.fixture
def works(store: Store) -> Layer:
    """A layer added at run time with a column of every kind and an interval."""
    layer = from_schema("works", WORKS)
    store.add(layer, WORKS)
    return store.layers()["works"]


def work(n: int, **changed: Any) -> dict[str, Any]:
    """Return row n of the layer of works: places march east, times march on, some values are missing."""
    row = {
        "code": f"W{n:05}",
        "name": None if n % 7 == 3 else f"工程 {n % 5}",
        "lanes": None if n % 11 == 4 else n % 4,
        "cost": n / 8,
        "urgent": None if n % 5 == 4 else n % 2 == 0,
        "tags": [] if n % 3 == 0 else ["路", f"t{n % 3}"],
        "signed": (START + timedelta(days=n)).date(),
        "opened": START + timedelta(hours=n),
        "closed": None if n % 4 == 0 else START + timedelta(hours=n + 10),
        "place": shapely.Point(106 + n / 1000, 29 + (n % 10) / 100),
    }
    return row | changed


@pytest.fixture
def many(store: Store, works: Layer) -> list[dict[str, Any]]:
    """Three hundred rows, written; as they should come back."""
    rows = [work(n) for n in range(300)]
    with store.write() as writer:
        writer.upsert(works, rows)
    return rows


@pytest.fixture
def make_work() -> Any:
    """The maker of rows, for tests that need others."""
    return work

"""Streams: every row once, and no more memory for more rows."""

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

import shapely

from api.main import create_app
from api.settings import Settings
from layers.runtime import from_schema
from layers.store.geopackage import GeoPackageStore


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, many: Any, notes: Any) -> Iterator[FastAPI]:
    """A service over a layer of 40,000 points."""
    store = GeoPackageStore(tmp_path_factory.mktemp("large") / "city.gpkg")
    store.add(from_schema("notes", notes), notes)
    layer = store.layers()["notes"]
    begun = "2026-03-01T00:00:00.000Z"
    for start in range(0, 40_000, 10_000):
        rows = [
            {"code": f"{n:06}", "text": "x" * 100, "begun": begun, "place": shapely.Point(106 + n / 1e5, 29)}
            for n in range(start, start + 10_000)
        ]
        with store.write() as writer:
            writer.upsert(layer, rows)
    yield create_app(Settings(), store)
    store.close()


@pytest.fixture(scope="module")
def many() -> int:
    return 40_000


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_streams_need_no_more_memory_for_more_rows(large: FastAPI, many: int, form: str) -> None:
    """What is held at a time is a block of rows, not the answer."""
    from api.formats.answer import Answer
    from api.formats.geojson import _lines
    from api.formats.table import _blocks
    from layers.query import Query

    service = large.state.onemap
    layer = service.layer("notes")

    def peak(limit: int) -> tuple[int, int]:
        answer = Answer(Request({"type": "http"}), service, layer, Query(limit=limit))
        tracemalloc.start()
        size = sum(len(part) for part in (_blocks if form == "csv" else _lines)(answer))
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size, held

    peak(2000)
    (_, few), (size, all_of_them) = peak(3000), peak(many)
    assert size > 4_000_000
    assert all_of_them < few * 1.5


def test_a_stream_holds_every_row_once(large: FastAPI, many: int) -> None:
    text = TestClient(large).get(f"/collections/notes/items?f=csv&limit={many}&properties=code&skipGeometry=true").text
    assert len(set(text.splitlines())) == many + 1

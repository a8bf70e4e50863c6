"""A density follows the rows it is made of: made anew when it is asked for, too old, and rows have changed."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

import shapely

from api import raster_fresh
from api.context import OneMap
from api.main import create_app
from api.settings import Settings
from layers.query import Query
from layers.raster import Raster, Recipe
from layers.raster_density import Derived, derived
from layers.store.geopackage import GeoPackageStore
from layers.text import Text

TITLE = Text("案件密度", "Density of cases")


def put(store: GeoPackageStore, make_row: Any, first: int, count: int) -> None:
    layer, random = store.layers()["cases"], np.random.default_rng(first)
    rows = [
        make_row(layer, n, place=shapely.Point(106.5 + random.normal() / 50, 29.5 + random.normal() / 50))
        for n in range(first, first + count)
    ]
    with store.write() as writer:
        writer.upsert(layer, rows)


def total(raster: Raster, service: OneMap) -> float:
    import rasterio

    with rasterio.open(service.rasters.path(raster)) as source:
        return float(source.read(1, out_dtype="float64").sum() * abs(source.transform.a * source.transform.e) / 1e6)


@pytest.fixture
def make(empty: GeoPackageStore, make_row: Any) -> Callable[..., OneMap]:
    """A service with sixty cases and their density, by a recipe."""

    def made(**said: Any) -> OneMap:
        put(empty, make_row, 0, 60)
        service = OneMap(Settings(), empty)
        recipe = Recipe(layer="cases", cell=500.0, **said)
        query = raster_fresh.asked(service, recipe)
        derived(empty, service.rasters, Derived(empty.layers()["cases"], query, recipe, "density_cases", TITLE))
        return service

    return made


def settled(service: OneMap) -> Raster:
    """Ask for it, and wait for what is made behind the answer."""
    raster_fresh.fresh(service, "density_cases")
    for thread in threading.enumerate():
        if thread.name.startswith("renew-"):
            thread.join(20)
    return service.rasters.get("density_cases")


def test_it_adds_up_to_the_rows(make: Any) -> None:
    service = make()
    assert total(service.rasters.get("density_cases"), service) == pytest.approx(60, rel=0.01)


def test_it_follows_the_rows(make: Any, make_row: Any) -> None:
    service = make(minutes=0.0)
    first = settled(service)
    assert total(first, service) == pytest.approx(60, rel=0.01)
    put(service.store, make_row, 60, 40)
    second = settled(service)
    assert total(second, service) == pytest.approx(100, rel=0.01)
    assert second.version != first.version
    assert settled(service).version == second.version


def test_it_is_left_alone_while_it_is_young(make: Any, make_row: Any) -> None:
    service = make(minutes=15.0)
    first = settled(service)
    put(service.store, make_row, 60, 40)
    assert settled(service) == first


def test_one_process_alone_makes_it(make: Any, make_row: Any) -> None:
    service = make(minutes=0.0)
    first = settled(service)
    put(service.store, make_row, 60, 40)
    lock = raster_fresh._lock(service, "density_cases")
    lock.touch()
    assert settled(service) == first
    lock.unlink()
    assert settled(service) != first
    assert not lock.exists()


def test_a_lock_that_a_dead_process_left_holds_nobody(make: Any, make_row: Any, monkeypatch: Any) -> None:
    service = make(minutes=0.0)
    first = settled(service)
    put(service.store, make_row, 60, 40)
    raster_fresh._lock(service, "density_cases").touch()
    monkeypatch.setattr(raster_fresh, "ABANDONED", -1.0)
    assert settled(service) != first


def test_one_that_cannot_be_made_stays(make: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING", "onemap")
    service = make(minutes=0.0)
    first = settled(service)
    layer = service.store.layers()["cases"]
    with service.store.write() as writer:
        writer.delete(layer, service.store.block(layer, Query(limit=100)).keys)
    found = settled(service)
    assert "stays as it was" in caplog.text
    assert (found.file, found.bands) == (first.file, first.bands)


def test_its_query_is_that_of_a_reader_without_rights(make: Any) -> None:
    from spatial.errors import BadFilter

    service = make()
    with pytest.raises(BadFilter, match="no property"):
        recipe = Recipe(layer="cases", filter="reporter = 'x'")
        old = service.rasters.get("density_cases")
        derived(service.store, service.rasters, raster_fresh.wish(service, old, recipe), anew=True)


def test_it_is_served_as_any_raster(make: Any) -> None:
    service = make()
    client = TestClient(create_app(service.settings, service.store))
    document = client.get("/collections/density_cases/position", params={"coords": "POINT(106.5 29.5)"}).json()
    assert document["ranges"]["density"]["values"][0] > 1
    assert document["parameters"]["density"]["unit"]["symbol"]["value"] == "1/km2"
    far = client.get("/collections/density_cases/position", params={"coords": "POINT(100 20)"}).json()
    assert far["ranges"]["density"]["values"] == [None]


def test_other_layers_have_no_density(make: Any) -> None:
    from spatial.errors import BadInput

    service = make()
    wish = Derived(service.layer("districts"), Query(), Recipe(layer="districts"), "d", TITLE)
    with pytest.raises(BadInput, match="no points"):
        derived(service.store, service.rasters, wish)
    with pytest.raises(BadInput, match="no vehicles match"):
        derived(service.store, service.rasters, replace(wish, layer=service.layer("vehicles")))

"""A raster whose every value tells where it lies, kept by a service."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import rasterio
from rasterio.transform import from_origin

from api.main import create_app
from api.settings import Settings
from layers.raster_file import Wish, added
from layers.store.geopackage import GeoPackageStore
from layers.text import Text

WEST, NORTH, CELL, ROWS, COLUMNS = 355_000, 3_275_000, 300, 70, 90


def relief() -> Any:
    """Row × 1000 + column, and its negative; nothing in the north-west corner."""
    values = np.add.outer(np.arange(ROWS) * 1000.0, np.arange(COLUMNS))
    bands = np.stack([values, -values]).astype("float32")
    bands[:, :5, :5] = -9999
    return bands


@pytest.fixture(scope="session")
def write_raster() -> Callable[..., Path]:
    """Write a GeoTIFF in EPSG:4545, or whatever is said of it."""

    def write(path: Path, bands: Any, **said: Any) -> Path:
        bands = np.asarray(bands)
        names = said.pop("names", ())
        interp = said.pop("colorinterp", None)
        place = from_origin(WEST, NORTH, CELL, CELL)
        count, height, width = bands.shape
        known = {"driver": "GTiff", "crs": "EPSG:4545", "transform": place, "dtype": bands.dtype.name} | said
        with cast("Any", rasterio).open(path, "w", count=count, height=height, width=width, **known) as target:
            target.write(bands)
            for n, name in enumerate(names, 1):
                target.set_band_description(n, name)
            if interp:
                target.colorinterp = interp
        return path

    return write


@pytest.fixture(scope="module")
def dem_app(tmp_path_factory: pytest.TempPathFactory, write_raster: Callable[..., Path]) -> Iterator[FastAPI]:
    """A service with the raster `dem`."""
    folder = tmp_path_factory.mktemp("dem")
    store = GeoPackageStore(folder / "city.gpkg")
    app = create_app(Settings(), store)
    file = write_raster(folder / "dem.tif", relief(), nodata=-9999, names=["height", "depth"])
    added(app.state.onemap.rasters, file, Wish("dem", Text("高程", "Elevation")))
    yield app
    store.close()


@pytest.fixture(scope="module")
def dem(dem_app: FastAPI) -> TestClient:
    """Asks that service; what fails inside it fails the test."""
    return TestClient(dem_app)


@pytest.fixture(scope="session")
def told() -> Callable[[float, float], float]:
    """The value of the cell that holds a point in EPSG:4545."""
    return lambda east, north: (NORTH - north) // CELL * 1000 + (east - WEST) // CELL

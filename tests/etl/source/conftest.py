"""A city block in every format that is read, made for the tests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

import shapely

NAMES = ("观音桥街道", "万州区", "渝中区", "两江新区")
Write = Callable[..., Path]


@pytest.fixture
def frame() -> gpd.GeoDataFrame:
    """Four lamps: a code, a name, a number, a place."""
    places = shapely.points([[106.5 + n / 100, 29.5 + n / 100] for n in range(4)])
    columns = {"code": [f"L{n}" for n in range(4)], "name": NAMES, "height": [6.5, 7.0, None, 9.25]}
    return gpd.GeoDataFrame(columns, geometry=places, crs=4326)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write bytes or text to a file of this name, and return it."""

    def made(name: str, content: bytes | str, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        return path

    return made


@pytest.fixture
def all_of() -> Callable[[Any], list[dict[str, Any]]]:
    """Return all records of a source."""
    return lambda source: [record for chunk in source.records() for record in chunk.records]

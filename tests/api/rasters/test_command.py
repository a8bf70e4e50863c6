"""`onemap raster`: what a person types, and what they are told."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import orjson
import pytest
from typer.testing import CliRunner

from api.command.raster import app
from layers.store.geopackage import GeoPackageStore
from spatial.errors import BadInput, BadSource, Conflict, NotFound

ROOT = Path(__file__).parents[3]


@pytest.fixture
def onemap(empty: GeoPackageStore) -> Callable[..., str]:
    """Run a command over a store of the test's own; return what it prints."""

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--store", str(empty.path)], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


@pytest.fixture
def file(tmp_path: Path, write_raster: Callable[..., Path]) -> Path:
    return write_raster(tmp_path / "Relief.TIF", np.ones((1, 20, 30), "float32"))


def test_a_raster_comes_and_goes(onemap: Callable[..., str], file: Path) -> None:
    assert "relief: 30 × 20, EPSG:4545" in onemap("add", str(file), "--title", "高程|Elevation", "--ramp", "terrain")
    (row,) = orjson.loads(onemap("list", "--json"))
    assert (row["name"], row["title"], row["size"], row["from"]) == ("relief", "高程 Elevation", "30 × 20", None)
    assert "relief" in onemap("list")
    assert "relief" in onemap("remove", "relief")
    assert orjson.loads(onemap("list", "--json")) == []


def test_names_are_those_of_no_other_collection(onemap: Callable[..., str], file: Path) -> None:
    onemap("add", str(file))
    for words in (("add", str(file)), ("add", str(file), "--name", "cases"), ("density", "cases", "--name", "relief")):
        with pytest.raises(Conflict, match="exists already"):
            onemap(*words)


def test_what_is_wrong_is_said(onemap: Callable[..., str], file: Path, tmp_path: Path) -> None:
    (tmp_path / "a.vrt").write_text("<VRTDataset rasterXSize='1' rasterYSize='1'/>")
    wrong: list[tuple[type[Exception], tuple[str, ...]]] = [
        (BadSource, ("add", str(tmp_path / "a.vrt"))),
        (BadSource, ("add", "/vsicurl/http://127.0.0.1/a.tif")),
        (BadInput, ("add", str(file), "--name", "Not Plain")),
        (BadInput, ("add", str(file), "--ramp", "rainbow")),
        (BadInput, ("density", "districts")),
        (BadInput, ("density", "cases", "--filter", "nonsense = 1")),
        (NotFound, ("density", "nothing")),
        (NotFound, ("remove", "nothing")),
    ]
    for kind, words in wrong:
        with pytest.raises(kind):
            onemap(*words)
    assert orjson.loads(onemap("list", "--json")) == []


def test_a_density_is_that_of_the_rows_asked_for(
    onemap: Callable[..., str], empty: GeoPackageStore, fill: Callable[..., None]
) -> None:
    fill(empty)
    words = ("density", "cases", "--filter", "state <> 'void'", "--datetime", "2026-03-01/..", "--cell", "250")
    assert "density_cases" in onemap(*words, "--title", "案件密度|Density of cases", "--visible")
    (row,) = orjson.loads(onemap("list", "--json"))
    assert (row["title"], row["from"], row["crs"]) == ("案件密度 Density of cases", "cases", "EPSG:4544")


def test_help_needs_none_of_the_geo_libraries() -> None:
    script = """
import sys
from typer.testing import CliRunner
from api.command.app import app
shown = CliRunner().invoke(app, ["raster", "--help"])
assert "density" in shown.output, shown.output
print(*sorted({"rasterio", "pygeoapi", "geopandas"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == []

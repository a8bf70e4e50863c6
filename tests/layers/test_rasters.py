"""Where rasters are kept: all of one or nothing of it, for every process, whatever else lies in the folder."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from layers.raster import Raster, RasterBand, Recipe
from layers.raster_file import Wish, added, checked_name, drafts, fields
from layers.rasters import Rasters
from layers.text import Text
from spatial.crs import CRS84
from spatial.errors import BadInput, BadSource, Conflict, NotFound
from spatial.raster import Band


def raster(name: str = "relief", **said: Any) -> Raster:
    known: dict[str, Any] = {
        "name": name,
        "title": Text("高程", "Elevation"),
        "description": Text("", ""),
        "code": 4545,
        "shape": (10, 20),
        "corners": (0.0, 0.0, 200.0, 50.0),
        "box": (106.0, 29.0, 106.1, 29.1),
        "bands": (RasterBand(name="height", title=Text("高", "Height"), low=1.0, high=9.0),),
        "ramp": "viridis",
        "made": datetime(2026, 3, 1, tzinfo=UTC),
    }
    return Raster(**known | said)


@pytest.fixture
def rasters(tmp_path: Path) -> Rasters:
    return Rasters(tmp_path / "kept")


def values(rasters: Rasters, text: str = "x") -> Path:
    path = rasters.room() / ".values"
    path.write_text(text)
    return path


def test_what_is_kept_is_found_again_as_it_was(rasters: Rasters) -> None:
    made = raster(recipe=Recipe(layer="cases", filter="state = 'closed'", revision=7), visible=True)
    kept = rasters.put(made, values(rasters))
    for each in (rasters, Rasters(rasters.folder)):
        assert each.all() == {"relief": kept}
        assert each.path(each.get("relief")).read_text() == "x"
    assert kept == made.model_copy(update={"file": kept.file})


def test_nothing_changes_nothing(rasters: Rasters) -> None:
    rasters.put(raster(), values(rasters))
    first = rasters.all()
    rasters._looked = 0.0
    assert rasters.all() is first
    assert Rasters(None).all() is Rasters(rasters.room() / "none").all()


def test_a_name_is_taken_once(rasters: Rasters) -> None:
    kept = rasters.put(raster(), values(rasters))
    with pytest.raises(Conflict, match="exists already"):
        rasters.put(raster(ramp="grey"), values(rasters, "y"))
    assert rasters.all() == {"relief": kept}
    assert sorted(p.name for p in rasters.room().iterdir()) == sorted([kept.file, "relief.json"])


def test_a_new_one_takes_its_place_and_readers_of_the_old_may_finish(rasters: Rasters) -> None:
    files = [rasters.put(raster(), values(rasters, str(n)), anew=n > 0).file for n in range(4)]
    assert rasters.path(rasters.get("relief")).read_text() == "3"
    assert {p.name for p in rasters.room().glob("*.tif")} == set(files[-2:])


def test_what_is_removed_is_gone(rasters: Rasters) -> None:
    rasters.put(raster(), values(rasters))
    rasters.put(raster("relief_2"), values(rasters))
    rasters.remove("relief")
    assert list(rasters.all()) == ["relief_2"]
    assert rasters.path(rasters.get("relief_2")).is_file()
    with pytest.raises(NotFound):
        rasters.remove("relief")


@pytest.mark.parametrize(
    "said",
    [
        "{",
        "{}",
        json.dumps({"name": "other"}),
        raster("broken", file="../../etc/passwd").model_dump_json(),
        raster("broken", file="missing.tif").model_dump_json(),
        raster("other", file="here.tif").model_dump_json(),
    ],
)
def test_a_broken_one_hides_no_other(rasters: Rasters, said: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING", "onemap")
    rasters.put(raster(), values(rasters))
    (rasters.room() / "here.tif").write_text("x")
    (rasters.room() / "broken.json").write_text(said)
    rasters._looked = 0.0
    assert list(rasters.all()) == ["relief"]
    assert "left out" in caplog.text


def test_where_there_is_no_place_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="ONEMAP_RASTERS"):
        added(Rasters(None), tmp_path / "a.tif", Wish("a", Text("a", "a")))
    with pytest.raises(BadSource):
        added(Rasters(tmp_path / "kept"), tmp_path / "a.tif", Wish("a", Text("a", "a")))
    assert not (tmp_path / "kept").exists()


def test_what_killed_processes_left_is_swept(rasters: Rasters) -> None:
    old, new = (rasters.room() / f".draft-{name}" for name in ("old", "new"))
    for folder in (old, new):
        (folder / "inner").mkdir(parents=True)
    os.utime(old, (0, 0))
    with drafts(rasters) as lent:
        assert lent.is_dir()
    assert [path.name for path in rasters.room().iterdir()] == [".draft-new"]


@pytest.mark.parametrize("name", ["", "A", "1a", "../a", "a-b", "a" * 49, "a b"])
def test_names_are_plain(name: str) -> None:
    with pytest.raises(BadInput, match="a-z"):
        checked_name(name)


def test_fields_have_names_of_their_own() -> None:
    bands = tuple(Band(name, None, "float32", None) for name in ("Red", "red", "2", "高程", "nir"))
    assert [field.name for field in fields(bands)] == ["red_1", "red_2", "band_3", "band_4", "nir"]


def test_axes_are_told_in_the_order_of_the_system() -> None:
    grid, degrees = raster(), raster(code=4326)
    assert (grid.crs.name, grid.axes, grid.cell) == ("EPSG:4545", ("E", "N"), (10.0, 5.0))
    assert grid.ordered((1, 2, 3, 4)) == (2, 1, 4, 3)
    assert (degrees.crs, degrees.axes) == (CRS84, ("Lon", "Lat"))
    assert degrees.ordered((1, 2, 3, 4)) == (1, 2, 3, 4)

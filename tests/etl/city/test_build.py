import io
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.progress import Progress

from etl.city.build import build, built, cases_until, meter
from etl.city.city import LAYERS, City
from layers.query import Query
from layers.store.geopackage import GeoPackageStore
from layers.store.protocol import Tally

type Make = Callable[[str], list[dict[str, Any]]]


class Interrupted(Exception):
    """The power went."""


class Doomed(City):
    """A city whose cases are never finished."""

    def rows(self, layer: str) -> Iterator[list[dict[str, Any]]]:
        for block in super().rows(layer):
            yield block
            if layer == "cases":
                raise Interrupted


@pytest.fixture
def store(city_file: Path, tmp_path: Path) -> Iterator[GeoPackageStore]:
    made = GeoPackageStore(Path(shutil.copy(city_file, tmp_path / "city.gpkg")))
    yield made
    made.close()


def silent() -> Progress:
    return Progress(console=Console(file=io.StringIO()))


def test_every_row_arrives(store: GeoPackageStore, city: City, rows: Make) -> None:
    assert built(store, city.seed)
    for name in LAYERS:
        found = store.count(store.layers()[name], Query())
        assert found is not None and found.rows == len(rows(name)), name
    assert cases_until(store, city.seed) == city.instant


def test_building_again_changes_nothing(store: GeoPackageStore, city: City) -> None:
    revision = store.revision()
    assert build(store, city, silent()) == Tally()
    assert store.revision() == revision


def test_writing_the_same_city_over_itself_changes_no_row(store: GeoPackageStore, city: City, rows: Make) -> None:
    for name in LAYERS:
        with store.write() as writer:
            tally = writer.upsert(store.layers()[name], rows(name))
        assert tally == Tally(unchanged=len(rows(name))), name


def test_an_interrupted_building_goes_on_where_it_was(city: City, tmp_path: Path) -> None:
    store = GeoPackageStore(tmp_path / "city.gpkg")
    with pytest.raises(Interrupted):
        build(store, Doomed(city.seed, city.now, 1), silent())
    assert not built(store, city.seed) and cases_until(store, city.seed) is None
    assert store.count(store.layers()["cases"], Query()).rows == 0  # type: ignore[union-attr]
    before = {name: store.count(store.layers()[name], Query()) for name in LAYERS}
    tally = build(store, City(city.seed, city.now, 1), silent())
    assert built(store, city.seed)
    left = LAYERS[LAYERS.index("cases") :]
    assert all(before[name].rows == 0 for name in left)  # type: ignore[union-attr]
    assert tally.inserted == sum(store.count(store.layers()[name], Query()).rows for name in left)  # type: ignore[union-attr]
    store.close()


def test_another_seed_is_not_built(store: GeoPackageStore) -> None:
    assert not built(store, 7)
    assert cases_until(store, 7) is None


def test_the_meter_speaks_both_languages(
    store: GeoPackageStore, city: City, capsys: pytest.CaptureFixture[str]
) -> None:
    with meter() as progress:
        build(store, city, progress)
    assert [task.description for task in progress.tasks][:2] == ["区县 Districts", "山林绿地 Hills and greens"]
    assert all(task.finished for task in progress.tasks) and len(progress.tasks) == len(LAYERS)
    assert "案件 Cases" in capsys.readouterr().out


def test_the_file_is_a_sound_database(city_file: Path) -> None:
    connection = sqlite3.connect(city_file)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()

"""What is particular to the embedded store: a valid file, other writers, other processes, sudden death."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import shapely

from layers.query import Query
from layers.runtime import from_schema
from layers.store.connection import opened
from layers.store.geopackage import GeoPackageStore
from layers.table import blob
from spatial.box import Box
from spatial.errors import BadSource, Conflict, NotFound, TooMuch

SCHEMA = {
    "required": ["code", "place"],
    "properties": {"code": {"type": "string", "x-ogc-role": "id"}, "place": {"format": "geometry-point"}},
}
WRITER = """
import sys
from pathlib import Path
import shapely
from layers.store.geopackage import GeoPackageStore
store = GeoPackageStore(Path(sys.argv[1]))
layer = store.layers()["spots"]
for n in range(10_000):
    rows = [{"code": f"{n}-{m}", "place": shapely.Point(106 + m / 1000, 29)} for m in range(250)]
    with store.write() as writer:
        writer.upsert(layer, rows)
    print(n, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store's file is."""
    return tmp_path / "city.gpkg"


@pytest.fixture
def city(path: Path) -> Iterator[GeoPackageStore]:
    """A store with one added layer of points."""
    made = GeoPackageStore(path)
    made.add(from_schema("spots", SCHEMA), SCHEMA)
    yield made
    made.close()


def spots(count: int) -> list[dict[str, Any]]:
    """Return rows for the layer of points."""
    return [{"code": f"S{n}", "place": shapely.Point(106 + n / 1000, 29)} for n in range(count)]


def healthy(path: Path) -> None:
    """Fail unless the database and its R*Trees are sound and agree with the rows."""
    connection = opened(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    for (name,) in connection.execute("SELECT table_name FROM gpkg_geometry_columns").fetchall():
        (column,) = connection.execute(
            "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (name,)
        ).fetchone()
        assert connection.execute(f"SELECT rtreecheck('rtree_{name}_{column}')").fetchone() == ("ok",)
        rows, indexed = (
            connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
            for table in (name, f"rtree_{name}_{column}")
        )
        assert rows == indexed, name
    connection.close()


def test_the_file_says_that_it_is_a_geopackage(city: GeoPackageStore, path: Path) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA application_id").fetchone() == (int.from_bytes(b"GPKG"),)
    assert connection.execute("PRAGMA user_version").fetchone() == (10400,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    contents = dict(connection.execute("SELECT table_name, data_type FROM gpkg_contents").fetchall())
    assert contents["spots"] == contents["cases"] == "features"
    extensions = connection.execute("SELECT table_name, extension_name FROM gpkg_extensions").fetchall()
    assert ("spots", "gpkg_rtree_index") in extensions
    connection.close()


@pytest.mark.parametrize("count", [3, 2000])
def test_the_index_agrees_with_the_rows(city: GeoPackageStore, path: Path, count: int) -> None:
    layer, rows = city.layers()["spots"], spots(count)
    with city.write() as writer:
        writer.upsert(layer, rows)
    with city.write() as writer:
        writer.upsert(layer, [row | {"place": shapely.Point(1, 2)} for row in rows[: count // 2]])
        writer.delete(layer, [row["code"] for row in rows[-count // 3 :]])
    healthy(path)


def test_edits_of_others_reach_the_changes_and_the_index(city: GeoPackageStore, path: Path) -> None:
    layer = city.layers()["spots"]
    with city.write() as writer:
        writer.upsert(layer, spots(5))
    since, other = city.revision(), opened(path)
    other.execute("INSERT INTO spots (code, place) VALUES ('X', ?)", (blob(shapely.Point(10, 10)),))
    other.execute("UPDATE spots SET place = ? WHERE code = 'S1'", (blob(shapely.Point(10, 10)),))
    other.execute("DELETE FROM spots WHERE code = 'S2'")
    other.close()
    written, gone = city.changes(layer, since)
    assert [c.key for c in written] == ["X", "S1"]
    assert [c.key for c in gone] == ["S2"]
    assert set(city.block(layer, Query(box=Box(9, 9, 11, 11))).keys) == {"X", "S1"}
    healthy(path)


def test_a_layer_added_elsewhere_is_seen_within_a_second(city: GeoPackageStore, path: Path) -> None:
    other = GeoPackageStore(path)
    other.layers()
    city.add(from_schema("fresh", SCHEMA), SCHEMA)
    end = time.monotonic() + 1
    while "fresh" not in other.layers() and time.monotonic() < end:
        time.sleep(0.02)
    assert other.layers()["fresh"].place is not None
    with other.write() as writer:
        writer.upsert(other.layers()["fresh"], spots(2))
    other.close()
    assert city.count(city.layers()["fresh"], Query()).rows == 2  # pyright: ignore[reportOptionalMemberAccess]


def test_an_added_layer_survives_a_restart(path: Path) -> None:
    first = GeoPackageStore(path)
    first.add(from_schema("spots", SCHEMA), SCHEMA)
    with first.write() as writer:
        writer.upsert(first.layers()["spots"], spots(3))
    first.close()
    again = GeoPackageStore(path)
    assert list(again.block(again.layers()["spots"], Query()).keys) == ["S0", "S1", "S2"]
    again.close()


def test_names_are_given_once_and_only_added_layers_are_dropped(city: GeoPackageStore) -> None:
    with pytest.raises(Conflict):
        city.add(from_schema("spots", SCHEMA), SCHEMA)
    with pytest.raises(Conflict):
        city.drop("cases")
    city.drop("spots")
    assert "spots" not in city.layers()
    with pytest.raises(NotFound):
        city.drop("spots")
    city.add(from_schema("spots", SCHEMA), SCHEMA)
    assert city.count(city.layers()["spots"], Query()).rows == 0  # pyright: ignore[reportOptionalMemberAccess]


def test_other_files_are_refused_and_left_as_they_are(tmp_path: Path) -> None:
    text, other = tmp_path / "text.gpkg", tmp_path / "other.gpkg"
    text.write_text("this is no database at all, though it is long enough to be taken for one " * 20)
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE mine (x)")
    connection.commit()
    connection.close()
    for path in (text, other):
        before = path.read_bytes()
        with pytest.raises(BadSource):
            GeoPackageStore(path)
        assert path.read_bytes()[100:] == before[100:]


def test_a_query_that_takes_too_long_is_refused(city: GeoPackageStore, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = city.layers()["spots"]
    with city.write() as writer:
        writer.upsert(layer, spots(5000))
    monkeypatch.setattr("layers.store.geopackage.PATIENCE", 0.0)
    monkeypatch.setattr("layers.store.connection.TICKS", 10)
    with pytest.raises(TooMuch, match="smaller bbox"):
        city.block(layer, Query(text="nothing at all"))


@pytest.mark.parametrize("delay", [0.05, 0.3, 0.7])
def test_sudden_death_loses_nothing_that_was_acknowledged(city: GeoPackageStore, path: Path, delay: float) -> None:
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    acknowledged = [process.stdout.readline()]
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    acknowledged += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    last = max(int(line) for line in acknowledged if line.endswith("\n"))
    count = city.count(city.layers()["spots"], Query())
    assert count is not None
    # the transaction under way either happened whole or not at all
    assert count.rows in ((last + 1) * 250, (last + 2) * 250)
    healthy(path)

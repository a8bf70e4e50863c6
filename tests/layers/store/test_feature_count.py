"""The number of rows stands where GDAL keeps it, and is right whoever wrote."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import geopandas as gpd
import pyogrio
import shapely

from layers.runtime import from_schema
from layers.store.geopackage import GeoPackageStore
from layers.store.writer import BULK

BENCHES: dict[str, Any] = {
    "required": ["code", "at"],
    "properties": {
        "code": {"type": "string", "x-ogc-role": "id"},
        "at": {"type": "string", "format": "date-time", "x-ogc-role": "primary-instant"},
        "place": {"format": "geometry-point"},
    },
}
LISTS: dict[str, Any] = {"properties": {"code": {"type": "string", "x-ogc-role": "id"}}}
NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GeoPackageStore]:
    made = GeoPackageStore(tmp_path / "city.gpkg")
    made.add(from_schema("benches", BENCHES), BENCHES)
    made.add(from_schema("lists", LISTS), LISTS)
    yield made
    made.close()


def write(store: GeoPackageStore, numbers: range, name: str = "benches") -> None:
    place = {"at": NOW, "place": shapely.Point(106.5, 29.5)} if name == "benches" else {}
    with store.write() as writer:
        writer.upsert(store.layers()[name], [{"code": f"B{n}", **place} for n in numbers])


def asked(path: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as other:
        return other.execute(sql).fetchall()


def kept(store: GeoPackageStore, name: str = "benches") -> int:
    """Return the number that is kept, after making sure that it is that of the rows."""
    counts = dict(asked(store.path, "SELECT table_name, feature_count FROM gpkg_ogr_contents"))
    assert counts.keys() == store.layers().keys()
    assert counts[name] == asked(store.path, f'SELECT count(*) FROM "{name}"')[0][0]
    return counts[name]


@pytest.mark.parametrize("name", ["benches", "lists"])
def test_it_is_right_after_whatever_we_write(store: GeoPackageStore, name: str) -> None:
    assert kept(store, name) == 0
    write(store, range(3), name)
    write(store, range(BULK * 2), name)
    write(store, range(10), name)
    assert kept(store, name) == BULK * 2
    with store.write() as writer:
        writer.delete(store.layers()[name], ["B0", "B1", "nothing"])
    assert kept(store, name) == BULK * 2 - 2


def test_it_is_right_after_expiry_and_after_what_failed(store: GeoPackageStore) -> None:
    write(store, range(BULK * 2))
    with pytest.raises(ZeroDivisionError), store.write() as writer:
        writer.upsert(store.layers()["benches"], [{"code": f"C{n}", "at": NOW, "place": None} for n in range(BULK)])
        raise ZeroDivisionError
    assert kept(store) == BULK * 2
    with store.write() as writer:
        writer.expire(store.layers()["benches"], datetime.now(UTC), 50)
    assert kept(store) == BULK * 2 - 50


def test_gdal_takes_it_for_the_count_and_keeps_it(store: GeoPackageStore) -> None:
    write(store, range(BULK))
    row = {"code": ["G1", "G2"], "at": [NOW, NOW]}
    places: Any = [shapely.Point(106.6, 29.6), None]
    gpd.GeoDataFrame(row, geometry=places, crs=4326).to_file(store.path, layer="benches", driver="GPKG", mode="a")
    assert kept(store) == BULK + 2
    with closing(sqlite3.connect(store.path)) as other, other:
        other.execute("UPDATE gpkg_ogr_contents SET feature_count = 7 WHERE table_name = 'benches'")
    assert pyogrio.read_info(store.path, layer="benches", force_feature_count=True)["features"] == 7


def test_a_row_of_another_program_is_counted(store: GeoPackageStore) -> None:
    write(store, range(BULK))
    with closing(sqlite3.connect(store.path)) as other, other:
        other.execute("INSERT INTO lists (code) VALUES ('L1'), ('L2')")
        other.execute("DELETE FROM lists WHERE code = 'L1'")
    assert kept(store, "lists") == 1


def test_an_older_file_learns_to_count_when_it_is_opened(store: GeoPackageStore) -> None:
    write(store, range(BULK))
    store.close()
    with closing(sqlite3.connect(store.path)) as other, other:
        other.execute("DROP TABLE gpkg_ogr_contents")
        for (name,) in other.execute("SELECT name FROM sqlite_master WHERE name LIKE 'trigger%count%'").fetchall():
            other.execute(f'DROP TRIGGER "{name}"')
    again = GeoPackageStore(store.path)
    assert kept(again) == BULK
    write(again, range(BULK + 5))
    assert kept(again) == BULK + 5
    again.close()


def test_a_layer_that_goes_leaves_no_number(store: GeoPackageStore) -> None:
    store.drop("lists")
    assert kept(store) == 0

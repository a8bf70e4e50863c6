"""Changes of the map that other programs make in the file, files of earlier versions, and what is forgotten."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

import pyogrio
import shapely
from geopandas import GeoDataFrame

from layers.runtime import from_schema
from layers.store import dirt
from layers.store.connection import opened
from layers.store.geopackage import GeoPackageStore
from layers.store.state import State
from layers.table import blob

SCHEMA = {
    "required": ["code"],
    "properties": {"code": {"type": "string", "x-ogc-role": "id"}, "place": {"format": "geometry-point"}},
}
OLD, NEW = shapely.Point(106.5, 29.5), shapely.Point(107.5, 30.5)
BOXES = {OLD: (106.5, 29.5, 106.5, 29.5), NEW: (107.5, 30.5, 107.5, 30.5)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store's file is."""
    return tmp_path / "city.gpkg"


@pytest.fixture
def city(path: Path) -> Iterator[GeoPackageStore]:
    """A store with a layer of points, one of them in it."""
    made = GeoPackageStore(path)
    made.add(from_schema("spots", SCHEMA), SCHEMA)
    put(made, "A", OLD)
    yield made
    made.close()


def put(store: GeoPackageStore, code: str, place: shapely.Point) -> None:
    with store.write() as writer:
        writer.upsert(store.layers()["spots"], [{"code": code, "place": place}])


@pytest.fixture
def other(city: GeoPackageStore, path: Path) -> Iterator[sqlite3.Connection]:
    """Another program's connection."""
    made = opened(path)
    yield made
    made.close()


def changed(store: GeoPackageStore, since: State) -> list[tuple[float, ...]]:
    found = store.dirt(since)[1]
    assert found is not None
    return sorted(one.box or () for one in found)


def test_a_row_that_gdal_adds_is_told(city: GeoPackageStore, path: Path) -> None:
    known = city.dirt(State(1, 1))[0]
    frame = GeoDataFrame({"code": ["B"]}, geometry=[NEW], crs=4326)
    pyogrio.write_dataframe(frame, path, layer="spots", append=True)
    assert changed(city, known) == [BOXES[NEW]]


def test_an_update_and_a_delete_by_others_are_told(city: GeoPackageStore, other: sqlite3.Connection) -> None:
    known = city.dirt(State(1, 1))[0]
    other.execute("UPDATE spots SET place = ?", (blob(NEW),))
    assert changed(city, known) == [BOXES[OLD], BOXES[NEW]]
    state, _ = city.dirt(known)
    other.execute("DELETE FROM spots")
    assert changed(city, state) == [BOXES[NEW]]
    assert all(city.dirt(state)[0].sees(one.mark) for one in city.dirt(state)[1] or ())


def test_a_row_without_a_place_changes_no_map(city: GeoPackageStore, other: sqlite3.Connection) -> None:
    known = city.dirt(State(1, 1))[0]
    other.execute("UPDATE spots SET place = NULL")
    state, _ = city.dirt(known)
    assert changed(city, known) == [BOXES[OLD]]
    other.execute("UPDATE spots SET code = 'C'")
    assert changed(city, state) == []


def test_a_file_of_an_earlier_version_is_brought_up_to_date(city: GeoPackageStore, path: Path) -> None:
    city.close()
    with sqlite3.connect(path) as old:
        old.execute("DROP TABLE om_dirt")
        old.execute("DELETE FROM om_meta WHERE name = 'dirt'")
        old.execute("UPDATE om_meta SET value = 1 WHERE name = 'schema'")
        for event in ("insert", "update", "delete", "rename"):
            old.execute(f"DROP TRIGGER om_spots_{event}")
    old.close()
    again = GeoPackageStore(path)
    assert again.dirt(State(1, 1))[1] is None
    known = again.dirt(State(1, 1))[0]
    other = opened(path)
    other.execute("UPDATE spots SET place = ?", (blob(NEW),))
    other.close()
    assert changed(again, known) == [BOXES[OLD], BOXES[NEW]]
    again.close()
    with sqlite3.connect(path) as told:
        assert told.execute("SELECT value FROM om_meta WHERE name = 'schema'").fetchone() == (2,)
    told.close()


def test_what_is_long_ago_is_forgotten(city: GeoPackageStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dirt, "KEPT", 20)
    known = city.dirt(State(1, 1))[0]
    for n in range(30):
        put(city, f"S{n}", NEW)
    assert city.dirt(known)[1] is None
    recent = city.dirt(known)[0]
    put(city, "Z", OLD)
    assert changed(city, recent) == [BOXES[OLD]]


def test_a_tile_s_state_sees_what_is_in_it(city: GeoPackageStore) -> None:
    known = city.dirt(State(1, 1))[0]
    put(city, "B", NEW)
    state, found = city.dirt(known)
    assert found and all(state.sees(one.mark) and not known.sees(one.mark) for one in found)

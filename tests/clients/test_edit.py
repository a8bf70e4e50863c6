"""Others edit the store's file while the service has it open: everybody who reads or watches learns of it."""

import json
import sqlite3
import threading
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

import geopandas as gpd
import pyogrio
import shapely

from layers.table import blob

FAR = shapely.Point(109.5, 31.5)
Watched = Callable[[int], list[tuple[str, Any]]]


@contextmanager
def watching(served: Any, layer: str) -> Generator[Watched]:
    """Watch a layer: the function that is lent waits for so many events, and returns them as name and data."""
    with urlopen(f"{served.url}/collections/{layer}/live", timeout=8) as stream:

        def event() -> tuple[str, Any]:
            said: dict[str, str] = {}
            while line := stream.readline().decode().rstrip("\n"):
                name, _, text = line.partition(": ")
                said[name] = text
            return (said["event"], json.loads(said["data"])) if "event" in said else event()

        assert event()[0] == "hello"
        yield lambda count: [event() for _ in range(count)]


@pytest.fixture
def watch(editable: Any) -> Callable[[str], Any]:
    return lambda layer: watching(editable, layer)


@pytest.fixture
def sql(editable: Any, gdal: Callable[..., Any]) -> Callable[[str], None]:
    """Run a statement on the file, as Debian's GDAL does."""
    return lambda statement: gdal("ogrinfo", "-q", editable.path, "-sql", statement)


@pytest.fixture(autouse=True)
def _sound(editable: Any) -> Any:
    """After each test the index of every layer holds its places and nothing else, and the log is still the log."""
    yield
    with closing(sqlite3.connect(editable.path)) as file:
        assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for name, column in file.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall():
            tree = f"rtree_{name}_{column}"
            assert file.execute(f"SELECT rtreecheck('{tree}')").fetchone() == ("ok",)
            strays = f'SELECT id FROM "{tree}" EXCEPT SELECT fid FROM "{name}" WHERE "{column}" IS NOT NULL'
            missed = f'SELECT fid FROM "{name}" WHERE "{column}" IS NOT NULL EXCEPT SELECT id FROM "{tree}"'
            assert (file.execute(strays).fetchall(), file.execute(missed).fetchall()) == ([], [])


def geojson(path: Path, place: Any, **properties: Any) -> Path:
    feature = {"type": "Feature", "geometry": shapely.geometry.mapping(place), "properties": properties}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def ids(page: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in page["features"]]


def around(place: Any) -> str:
    return ",".join(map(str, place.buffer(0.0001).bounds))


def test_an_update(editable: Any, sql: Callable[[str], None], watch: Callable[[str], Any]) -> None:
    with watch("vehicles") as events:
        sql("UPDATE vehicles SET state = 'parked', speed_kmh = 0 WHERE plate = 'plate-00003'")
        ((name, told),) = events(1)
    served = editable.get("collections/vehicles/items/plate-00003")
    assert name == "upsert"
    assert told["properties"] == served["properties"]
    assert (served["properties"]["state"], served["properties"]["speed_kmh"]) == ("parked", 0.0)


def test_a_new_feature(editable: Any, gdal: Callable[..., Any], watch: Callable[[str], Any], tmp_path: Path) -> None:
    properties = {"plate": "渝A12345", "kind": "sweeper", "state": "working", "at": "2026-05-01T08:00:00+08:00"}
    with watch("vehicles") as events:
        gdal("ogr2ogr", "-append", editable.path, geojson(tmp_path / "new.json", FAR, **properties), "-nln", "vehicles")
        ((name, told),) = events(1)
    assert (name, told["id"]) == ("upsert", "渝A12345")
    unsaid = {c.name: None for c in editable.layers["vehicles"].properties}
    assert told["properties"] == {**unsaid, **properties, "at": "2026-05-01T00:00:00.000Z"}
    assert ids(editable.items("vehicles", bbox=around(FAR))) == ["渝A12345"]
    assert ids(editable.items("vehicles", datetime="2026-05-01T00:00:00Z/..")) == ["渝A12345"]
    east = editable.get("collections/vehicles")["extent"]["spatial"]["bbox"][0][2]
    assert east == pytest.approx(FAR.x)


def test_a_feature_moved(editable: Any, sql: Callable[[str], None], watch: Callable[[str], Any]) -> None:
    (was,) = [row["place"] for row in editable.city["cameras"] if row["code"] == "code-00004"]
    with watch("cameras") as events:
        sql(f"UPDATE cameras SET place = X'{blob(FAR).hex()}' WHERE code = 'code-00004'")
        ((name, told),) = events(1)
    assert (name, told["geometry"]["coordinates"]) == ("upsert", [FAR.x, FAR.y])
    assert "code-00004" not in ids(editable.items("cameras", bbox=around(was)))
    assert ids(editable.items("cameras", bbox=around(FAR))) == ["code-00004"]


def test_a_place_taken_away_and_given_back(editable: Any, sql: Callable[[str], None], watch: Any) -> None:
    with watch("works") as events:
        sql("UPDATE works SET place = NULL WHERE code = 'code-00040'")
        assert events(1)[0][1]["geometry"] is None
        sql(f"UPDATE works SET place = X'{blob(FAR).hex()}' WHERE code = 'code-00040'")
        assert events(1)[0][1]["geometry"]["coordinates"] == [FAR.x, FAR.y]
    assert ids(editable.items("works", bbox=around(FAR))) == ["code-00040"]


def test_a_deleted_feature(editable: Any, sql: Callable[[str], None], watch: Callable[[str], Any]) -> None:
    with watch("vehicles") as events:
        sql("DELETE FROM vehicles WHERE plate = 'plate-00005'")
        assert events(1) == [("delete", {"id": "plate-00005"})]
    assert editable.get("collections/vehicles/items/plate-00005")["status"] == 404


def test_a_feature_copied_with_all_that_it_had(
    editable: Any, gdal: Callable[..., Any], watch: Callable[[str], Any]
) -> None:
    """The copy brings along the revision of what it was copied from, the newest one of all even."""
    gdal("ogrinfo", "-q", editable.path, "-sql", "UPDATE cameras SET state = 'offline' WHERE code = 'code-00008'")
    columns = "name, kind, district, state, azimuth, range_m, stream, place, om_rev"
    with watch("cameras") as events:
        copied = f"SELECT 'copy' AS code, {columns} FROM cameras WHERE code = 'code-00008'"
        gdal("ogr2ogr", "-append", editable.path, editable.path, "-nln", "cameras", "-sql", copied)
        ((name, told),) = events(1)
    assert (name, told["id"]) == ("upsert", "copy")


def test_a_feature_renamed(editable: Any, sql: Callable[[str], None], watch: Callable[[str], Any]) -> None:
    with watch("teams") as events:
        sql("UPDATE teams SET code = 'another' WHERE code = 'code-00009'")
        told = events(2)
    assert told[0] == ("delete", {"id": "code-00009"})
    assert (told[1][0], told[1][1]["id"]) == ("upsert", "another")


def test_rows_taken_out_and_brought_back(editable: Any, gdal: Callable[..., Any], tmp_path: Path, watch: Any) -> None:
    """Work in the field: a copy is changed and put back over what is there."""
    field = tmp_path / "field.gpkg"
    gdal("ogr2ogr", field, editable.path, "supplies", "-preserve_fid", "-where", "fid <= 3")
    gdal("ogrinfo", "-q", field, "-sql", "UPDATE supplies SET quantity = 99.5 WHERE fid = 2")
    with watch("supplies") as events:
        gdal("ogr2ogr", "-upsert", editable.path, field, "supplies", "-nln", "supplies")
        told = {feature["id"]: feature["properties"]["quantity"] for _, feature in events(3)}
    assert told == {"code-00000": 0.0, "code-00001": 99.5, "code-00002": 2.0}
    assert editable.items("supplies")["numberMatched"] == 60


def test_rows_appended_by_the_newer_library(editable: Any) -> None:
    places = [shapely.Point(106 + n / 1000, 28.5) for n in range(300)]
    table = gpd.GeoDataFrame(
        {"code": [f"new-{n}" for n in range(300)], "name": "新", "kind": "dome"}, geometry=places, crs=4326
    )
    pyogrio.write_dataframe(table.assign(state="online"), editable.path, layer="cameras", driver="GPKG", append=True)
    assert editable.items("cameras", bbox="106,28.4,107,28.6")["numberMatched"] == 300
    assert editable.items("cameras", q="新", limit=1)["numberMatched"] == 300


def test_many_rows_at_once(editable: Any, sql: Callable[[str], None], watch: Callable[[str], Any]) -> None:
    with watch("cases") as events:
        sql("UPDATE cases SET state = 'closed'")
        assert events(1)[0][0] == "reload"
    assert editable.items("cases", state="closed")["numberMatched"] == 2600


def test_a_value_that_must_be_there_is_asked_for(editable: Any, gdal: Callable[..., Any]) -> None:
    with pytest.raises(AssertionError, match="NOT NULL constraint failed"):
        gdal("ogrinfo", "-q", editable.path, "-sql", "INSERT INTO vehicles (plate) VALUES ('none')")
    with pytest.raises(AssertionError, match="UNIQUE constraint failed"):
        gdal(
            "ogrinfo",
            "-q",
            editable.path,
            "-sql",
            "UPDATE vehicles SET plate = 'plate-00001' WHERE plate = 'plate-00002'",
        )


def test_the_service_reads_while_another_writes(editable: Any) -> None:
    with closing(sqlite3.connect(editable.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM fixes")
        assert editable.items("fixes")["numberMatched"] == 60
        other.execute("ROLLBACK")


@contextmanager
def busy(path: Path) -> Generator[None]:
    """For a second, somebody else is writing."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = threading.Timer(1, other.execute, ("COMMIT",))
        done.start()
        yield
        done.join()


def test_each_waits_for_the_other(editable: Any, sql: Callable[[str], None]) -> None:
    with busy(editable.path):
        sql("UPDATE supplies SET quantity = 7 WHERE code = 'code-00010'")
    assert editable.get("collections/supplies/items/code-00010")["properties"]["quantity"] == 7
    schema = {
        "x-onemap-name": "later",
        "properties": {"code": {"type": "string", "x-ogc-role": "id"}},
        "required": ["code"],
    }
    kind = {"Content-Type": "application/schema+json"}
    with (
        busy(editable.path),
        urlopen(Request(f"{editable.url}/collections", json.dumps(schema).encode(), kind)) as made,
    ):
        assert made.status == 201
    assert editable.get("collections/later")["id"] == "later"

"""The store's own file, while the service has it open: a GeoPackage by the standard's rules and by GDAL's."""

import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

import pyogrio
import shapely

from layers.column import ColumnKind
from layers.table import shape_of

BOX = (106.41, 29.41, 106.5, 29.5)
# OGC 12-128r19, table 1, as far as a layer has such fields.
STANDARD = {"BOOLEAN", "INTEGER", "DOUBLE", "TEXT", "DATE", "DATETIME"}
PLACES = {"POINT", "LINESTRING", "POLYGON", "MULTIPOLYGON", "GEOMETRY"}
TYPES = {
    ColumnKind.TEXT: "String",
    ColumnKind.TEXTS: "String",
    ColumnKind.INTEGER: "Integer64",
    ColumnKind.NUMBER: "Real",
    ColumnKind.BOOLEAN: "Integer(Boolean)",
    ColumnKind.INSTANT: "DateTime",
    ColumnKind.DATE: "Date",
}
TRIGGERS = ("insert", "update2", "update4", "update5", "update6", "update7", "delete")
# The edition of the standard before ours, which older validators know, had these for update5, update6 and update7.
FORMER = re.compile(r"Req 75: rtree_\w+_update[13] trigger missing")

OWN = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
SYSTEMS = "SELECT srs_id, organization, definition FROM gpkg_spatial_ref_sys"
EXTENT = "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?"


@pytest.fixture
def file(served: Any) -> Iterator[sqlite3.Connection]:
    """The file, opened by somebody who only looks."""
    with closing(sqlite3.connect(f"file:{served.path}?mode=ro", uri=True)) as connection:
        yield connection


def test_gdal_reads_the_file_without_a_warning(served: Any, gdal: Callable[..., Any]) -> None:
    said = gdal("ogrinfo", "-ro", "-al", "-so", served.path)
    parts = dict(re.findall(r"^Layer name: (\w+)\n(.*?)(?=^Layer name|\Z)", said.stdout, re.MULTILINE | re.DOTALL))
    assert set(parts) == set(served.layers)
    for name, layer in served.layers.items():
        assert f"Feature Count: {len(served.city[name])}\n" in parts[name]
        fields = dict(re.findall(r"^(\w+): ([\w()]+) \(\d", parts[name], re.MULTILINE))
        assert fields.items() >= {c.name: TYPES[c.kind] for c in layer.properties}.items()
        assert ("FID Column = fid\n" in parts[name], 'ID["EPSG",4326]' in parts[name]) == (True, bool(layer.place))


def test_the_newer_library_reads_what_was_written(served: Any, agree: Callable[..., None]) -> None:
    assert {name for name, _ in pyogrio.list_layers(served.path)} == set(served.layers)
    for name, layer in served.layers.items():
        agree(layer, pyogrio.read_dataframe(served.path, layer=name), served.city[name])


def test_a_box_is_found_by_the_index(served: Any, gdal: Callable[..., Any]) -> None:
    said = gdal("ogrinfo", "-ro", "-q", served.path, "cases", "-spat", *BOX, debug=True)
    assert 'JOIN "rtree_cases_place"' in said.stderr
    places = [row["place"] for row in served.city["cases"]]
    found = len(re.findall(r"^OGRFeature\(cases\)", said.stdout, re.MULTILINE))
    assert found == shapely.intersects(shapely.box(*BOX), places).sum() > 0


def test_gdals_validator_finds_it_valid(served: Any, desktop: Callable[[str], str]) -> None:
    command = [desktop("osgeo_utils"), "-m", "osgeo_utils.samples.validate_gpkg", "-k", str(served.path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    found = (done.stdout + done.stderr).splitlines()
    assert [line for line in found if line and not FORMER.match(line)] == []
    assert found or done.returncode == 0


def test_the_header_names_the_format(file: sqlite3.Connection) -> None:
    assert file.execute("PRAGMA application_id").fetchone() == (int.from_bytes(b"GPKG"),)
    assert file.execute("PRAGMA user_version").fetchone()[0] >= 10200
    assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert file.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_systems_that_must_be_there_are(file: sqlite3.Connection) -> None:
    systems = {code: (owner, text) for code, owner, text in file.execute(SYSTEMS)}
    assert systems[-1] == ("NONE", "undefined")
    assert systems[0] == ("NONE", "undefined")
    assert systems[4326][0] == "EPSG"
    assert systems[4326][1].startswith("GEOGCS")


def test_every_table_is_listed_as_it_is(served: Any, file: sqlite3.Connection) -> None:
    kinds = dict(file.execute("SELECT table_name, data_type FROM gpkg_contents"))
    assert kinds == {name: "features" if layer.place else "attributes" for name, layer in served.layers.items()}
    places = {row[0]: row[1:] for row in file.execute("SELECT * FROM gpkg_geometry_columns")}
    for name, layer in served.layers.items():
        if layer.place:
            assert places[name] == (layer.place.name, layer.place.place.kind.upper(), 4326, 0, 0)
    assert set(places) == {name for name, kind in kinds.items() if kind == "features"}


def test_columns_have_the_standards_types(served: Any, file: sqlite3.Connection) -> None:
    for name in served.layers:
        columns = file.execute(f'PRAGMA table_info("{name}")').fetchall()
        assert {kind for _, _, kind, *_ in columns} <= STANDARD | PLACES
        assert [(column, kind) for _, column, kind, _, _, key in columns if key] == [("fid", "INTEGER")]


def test_the_extent_holds_every_place(served: Any, file: sqlite3.Connection) -> None:
    for name, layer in served.layers.items():
        if layer.place:
            box = file.execute(EXTENT, (name,)).fetchone()
            assert box == pytest.approx(shapely.total_bounds([row["place"] for row in served.city[name]]), abs=1e-9)


def test_every_place_is_a_geopackage_binary(served: Any, file: sqlite3.Connection) -> None:
    for name, layer in served.layers.items():
        if layer.place:
            blobs = file.execute(f'SELECT "{layer.place.name}" FROM "{name}" ORDER BY fid').fetchall()
            for (blob,), row in zip(blobs, served.city[name], strict=True):
                place = row[layer.place.name]
                assert (blob is None) == (place is None)
                assert blob is None or (blob[:2], blob[2], int.from_bytes(blob[4:8], "little")) == (b"GP", 0, 4326)
                assert blob is None or shape_of(blob).equals_exact(place, 0)


def test_the_index_is_an_extension_that_keeps_itself(served: Any, file: sqlite3.Connection) -> None:
    placed = {(name, layer.place.name) for name, layer in served.layers.items() if layer.place}
    said = file.execute("SELECT table_name, column_name, extension_name, scope FROM gpkg_extensions").fetchall()
    assert set(said) == {(*place, "gpkg_rtree_index", "write-only") for place in placed}
    for name, column in placed:
        triggers = {
            t for (t,) in file.execute("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name=?", (name,))
        }
        assert triggers >= {f"rtree_{name}_{column}_{event}" for event in TRIGGERS}


def test_the_index_agrees_with_the_places(served: Any, file: sqlite3.Connection) -> None:
    for name, layer in served.layers.items():
        if layer.place:
            assert file.execute(f"SELECT rtreecheck('rtree_{name}_{layer.place.name}')").fetchone() == ("ok",)
            boxes = file.execute(f'SELECT minx, miny, maxx, maxy FROM "rtree_{name}_{layer.place.name}" ORDER BY id')
            places = [row["place"] for row in served.city[name] if row["place"] is not None]
            # the index keeps single precision, rounded outwards
            assert boxes.fetchall() == pytest.approx(shapely.bounds(places), abs=2e-5)

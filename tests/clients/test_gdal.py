"""GDAL reads the service: Debian's programs, and the newer library that pyogrio brings."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import geopandas as gpd
import pyogrio
import pyproj
import shapely

from layers.column import ColumnKind

BOX = (106.41, 29.41, 106.5, 29.5)
FETCHED = re.compile(r"HTTP: Fetch\((\S+)\)")
TYPES = {
    ColumnKind.TEXT: "String",
    ColumnKind.INTEGER: "Integer",
    ColumnKind.NUMBER: "Real",
    ColumnKind.BOOLEAN: "Integer(Boolean)",
    ColumnKind.INSTANT: "DateTime",
    ColumnKind.DATE: "Date",
    ColumnKind.TEXTS: "StringList",
}
DTYPES = {ColumnKind.NUMBER: "float64", ColumnKind.BOOLEAN: "bool", ColumnKind.DATE: "datetime64[D]"} | {
    ColumnKind.INSTANT: "datetime64[ms]",
    ColumnKind.INTEGER: "int32",
    ColumnKind.TEXTS: "list(str)",
}


def inside(served: Any, name: str) -> int:
    """How many rows of a layer meet the box."""
    places = [row["place"] for row in served.city[name]]
    return int(shapely.intersects(shapely.box(*BOX), places).sum())


def fetched(said: Any) -> list[str]:
    """What a program asked for, path and query."""
    return [re.sub(r"^http://[^/]+", "", url) for url in FETCHED.findall(said.stderr)]


def fields(said: Any) -> dict[str, str]:
    """The fields that ogrinfo lists, with their types."""
    return dict(re.findall(r"^(\w+): ([\w()]+) \(\d+\.\d+\)", said.stdout, re.MULTILINE))


@pytest.fixture(scope="module")
def copy(served: Any, gdal: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every collection, copied by ogr2ogr as anybody would."""
    made = tmp_path_factory.mktemp("copy") / "copy.gpkg"
    gdal("ogr2ogr", "-f", "GPKG", made, f"OAPIF:{served.url}")
    return made


def test_every_collection_is_copied(served: Any, copy: Path, agree: Callable[..., None]) -> None:
    assert {name for name, _ in pyogrio.list_layers(copy)} == set(served.layers)
    for name, layer in served.layers.items():
        agree(layer, pyogrio.read_dataframe(copy, layer=name), served.city[name])


def test_the_newer_library_reads_every_collection(served: Any, agree: Callable[..., None]) -> None:
    assert {name for name, _ in pyogrio.list_layers(f"OAPIF:{served.url}")} == set(served.layers)
    for name, layer in served.layers.items():
        table = pyogrio.read_dataframe(f"OAPIF:{served.url}", layer=name)
        agree(layer, table, served.city[name])


def test_fields_have_their_types(served: Any, gdal: Callable[..., Any]) -> None:
    said = gdal("ogrinfo", "-ro", "-so", "-al", f"OAPIF:{served.url}")
    parts = dict(re.findall(r"^Layer name: (\w+)\n(.*?)(?=^Layer name|\Z)", said.stdout, re.MULTILINE | re.DOTALL))
    for name, layer in served.layers.items():
        wanted = {"id": "String"} | {c.name: TYPES[c.kind] for c in layer.properties}
        assert dict(re.findall(r"^(\w+): ([\w()]+) \(\d", parts[name], re.MULTILINE)) == wanted
        assert f"Feature Count: {len(served.city[name])}\n" in parts[name]


def test_the_newer_library_finds_the_types(served: Any) -> None:
    for name, layer in served.layers.items():
        found = pyogrio.read_info(f"OAPIF:{served.url}", layer=name)
        types = dict(zip(found["fields"], found["dtypes"], strict=True))
        assert types == {"id": "object"} | {c.name: DTYPES.get(c.kind, "object") for c in layer.properties}
        assert found["features"] == len(served.city[name])


def test_lists_stay_lists(served: Any, gdal: Callable[..., Any], tmp_path: Path) -> None:
    gdal("ogr2ogr", tmp_path / "risks.json", f"OAPIF:{served.url}", "risk_points")
    features = json.loads((tmp_path / "risks.json").read_text())["features"]
    assert [f["properties"]["hazards"] for f in features] == [row["hazards"] for row in served.city["risk_points"]]


def test_pages_are_followed_to_the_end(served: Any, gdal: Callable[..., Any]) -> None:
    said = gdal("ogrinfo", "-ro", "-q", "-al", f"OAPIF:{served.url}", "cases", "-oo", "PAGE_SIZE=1000", debug=True)
    assert len(re.findall(r"^  number \(String\) = ", said.stdout, re.MULTILINE)) == 2600
    pages = [url for url in fetched(said) if "/cases/items?" in url]
    assert [("limit=1000" in url, "cursor=" in url) for url in pages[1:]] == [(True, False), (True, True), (True, True)]


def test_a_box_is_asked_of_the_service(served: Any, gdal: Callable[..., Any]) -> None:
    box = map(str, BOX)
    said = gdal(
        "ogrinfo", "-ro", "-q", f"OAPIF:{served.url}", "cases", "-spat", *box, "-oo", "PAGE_SIZE=1000", debug=True
    )
    assert "bbox=" in fetched(said)[-1]
    found = len(re.findall(r"^OGRFeature\(cases\)", said.stdout, re.MULTILINE))
    assert 0 < found == inside(served, "cases") < 2600
    for name in ("cases", "districts", "streets", "grid_cells"):
        assert len(pyogrio.read_dataframe(f"OAPIF:{served.url}", layer=name, bbox=BOX)) == inside(served, name)


@pytest.mark.parametrize(
    ("layer", "where", "asked"),
    [
        ("vehicles", "state = 'working'", "state=working"),
        ("teams", "people = 30", "people=30"),
        ("cases", "matter = '01003' AND state = 'closed'", "matter=01003&state=closed"),
        ("cases", "reported >= '2026/01/02 00:00:00'", "datetime=2026-01-02T00:00:00Z/.."),
        ("risk_points", "id = 'code-00007'", "/items/code-00007"),
        ("risk_points", "name = '名称3<&''\"\\>'", "name="),
    ],
)
def test_a_condition_is_asked_of_the_service(
    served: Any, gdal: Callable[..., Any], layer: str, where: str, asked: str
) -> None:
    source = f"OAPIF:{served.url}"
    said = gdal("ogrinfo", "-ro", "-q", source, layer, "-where", where, "-oo", "PAGE_SIZE=1000", debug=True)
    assert asked in fetched(said)[-1]
    found = re.findall(rf"^  {served.layers[layer].key.name} \(String\) = (\S+)", said.stdout, re.MULTILINE)
    assert found
    assert found == list(pyogrio.read_dataframe(source, layer=layer, where=where)[served.layers[layer].key.name])


def test_one_feature_by_its_number(served: Any, gdal: Callable[..., Any]) -> None:
    said = gdal("ogrinfo", "-ro", "-q", f"OAPIF:{served.url}", "cases", "-fid", 20)
    assert "number (String) = number-00019\n" in said.stdout


def test_one_feature_by_its_address(served: Any, gdal: Callable[..., Any], agree: Callable[..., None]) -> None:
    address = f"{served.url}/collections/districts/items/500103"
    assert "code (String) = 500103\n" in gdal("ogrinfo", "-ro", "-q", "-al", address).stdout
    agree(served.layers["districts"], pyogrio.read_dataframe(address), [served.city["districts"][2]])


@pytest.mark.parametrize("code", [4326, 4490, 4545, 3857])
@pytest.mark.parametrize("layer", ["cases", "districts"])
def test_coordinates_come_in_the_system_that_is_asked_for(served: Any, layer: str, code: int) -> None:
    found = pyogrio.read_dataframe(f"OAPIF:{served.url}", layer=layer, CRS=f"EPSG:{code}")
    # taken from the datum's own definition, so that nothing but the map projection is compared
    base = gpd.GeoSeries([row["place"] for row in served.city[layer]], crs=pyproj.CRS(code).geodetic_crs)
    wanted = base.to_crs(code)
    assert found.crs.equals(wanted.crs, ignore_axis_order=True) or code == 4326
    centimetre = 1e-7 if code in (4326, 4490) else 0.01
    assert shapely.equals_exact(found.geometry, wanted.values, tolerance=centimetre).all()


def test_a_box_in_metres(served: Any) -> None:
    west, south, east, north = gpd.GeoSeries([shapely.box(*BOX)], crs=4490).to_crs(4545).total_bounds.tolist()
    box = (west, south, east, north)
    found = pyogrio.read_dataframe(f"OAPIF:{served.url}", layer="cases", CRS="EPSG:4545", bbox=box)
    places = gpd.GeoSeries([row["place"] for row in served.city["cases"]], crs=4490).to_crs(4545)
    assert 0 < len(found) == places.intersects(shapely.box(west, south, east, north)).sum() < 2600

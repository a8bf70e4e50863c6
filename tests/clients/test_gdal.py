"""GDAL reads the service: Debian's programs, and the newer library that pyogrio brings."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pyogrio
import shapely

from layers.column import ColumnKind

BOX = (106.41, 29.41, 106.5, 29.5)
FETCHED = re.compile(r"HTTP: Fetch\((\S+)\)")
# OGR's names of our types; one that it has no name for it reads as text.
TYPES = {
    ColumnKind.TEXT: "String",
    ColumnKind.INTEGER: "Integer",
    ColumnKind.NUMBER: "Real",
    ColumnKind.BOOLEAN: "Integer(Boolean)",
    ColumnKind.INSTANT: "DateTime",
    ColumnKind.DATE: "Date",
    ColumnKind.TEXTS: "String(JSON)",
}
DTYPES = {ColumnKind.NUMBER: "float64", ColumnKind.BOOLEAN: "bool", ColumnKind.DATE: "datetime64[D]"} | {
    ColumnKind.INSTANT: "datetime64[ms]",
    ColumnKind.INTEGER: "int32",
}


def inside(served: Any, name: str) -> int:
    """How many rows of a layer meet the box."""
    places = [row["place"] for row in served.city[name]]
    return int(shapely.intersects(shapely.box(*BOX), places).sum())


def fetched(said: Any) -> list[str]:
    """What a program asked for, path and query."""
    return [re.sub(r"^http://[^/]+", "", url) for url in FETCHED.findall(said.err)]


def fields(said: Any) -> dict[str, str]:
    """The fields that ogrinfo lists, with their types."""
    return dict(re.findall(r"^(\w+): ([\w()]+) \(\d+\.\d+\)", said.out, re.MULTILINE))


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
    parts = dict(re.findall(r"^Layer name: (\w+)\n(.*?)(?=^Layer name|\Z)", said.out, re.MULTILINE | re.DOTALL))
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

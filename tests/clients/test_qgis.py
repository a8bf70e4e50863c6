"""QGIS opens the service and the file, filters them, draws them, and edits the file while it is served."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import geopandas as gpd
import shapely

from layers.column import ColumnKind

Ask = Callable[..., dict[str, Any]]
BOX = (106.41, 29.41, 106.5, 29.5)
WHOLE = (106.38, 29.385, 106.74, 29.635)
# What QGIS repeats of GDAL where that is older than the standard's current edition.
DATED = "may only be partially supported"
# From this version on it reads a schema; before, the first ten features.
READS_SCHEMA = (3, 44)
TYPES = {
    ColumnKind.TEXT: "String",
    ColumnKind.INTEGER: "Integer",
    ColumnKind.NUMBER: "Real",
    ColumnKind.BOOLEAN: "Boolean",
    ColumnKind.INSTANT: "DateTime",
    ColumnKind.DATE: "Date",
    ColumnKind.TEXTS: "JSON",
}
FILE_TYPES = {**TYPES, ColumnKind.INTEGER: "Integer64", ColumnKind.TEXTS: "String"}
ESCAPED = str.maketrans("", "", '"\\')
# Of a layer of any kind of place QGIS shows one kind.
MIXED = "works"
# From this version on it hands filters to the service; before, it keeps to itself all but those by time.
FILTERS_THERE = (3, 40)
MAP = {
    "risk_points": "#c81e1e",
    "vehicles": "#15803d",
    "streets": "#e08214",
    "cases": "#1f6fde",
    "grid_cells": "#d9c8f0",
    "districts": "#cfe3cf",
}


@pytest.fixture(scope="module")
def qgis(desktop: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Ask QGIS to do something: the name of a function of the desk, and its arguments."""
    home = tmp_path_factory.mktemp("qgis")
    home.chmod(0o700)
    env = os.environ | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    command = [desktop("qgis.core"), "-W", "ignore", str(Path(__file__).with_name("desk.py"))]
    with (home / "desk.log").open("w+") as log:
        desk = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=env)
        assert desk.stdin and desk.stdout
        said, lines = desk.stdin, desk.stdout

        def hear() -> Any:
            line = lines.readline()
            assert line, log.seek(0) or log.read()
            return json.loads(line)

        version = tuple(map(int, hear().split("-")[0].split(".")))

        def ask(do: str, **arguments: Any) -> dict[str, Any]:
            print(json.dumps({"do": do, **arguments}), file=said, flush=True)
            heard = hear()
            heard["told"] = [text for _, text in heard["told"] if DATED not in text]
            return heard | {"version": version}

        yield ask
        said.close()
        lines.close()
        desk.wait(20)


def service(served: Any, name: str, more: str = "") -> list[str]:
    return ["OAPIF", f"url='{served.url}' typename='{name}'{more}"]


def file(served: Any, name: str) -> list[str]:
    return ["ogr", f"{served.path}|layername={name}"]


SOURCES = pytest.mark.parametrize("source", [service, file])


def known(layer: Any, rows: list[dict[str, Any]], version: tuple[int, ...]) -> list[Any]:
    """The columns whose type QGIS can tell from the service: not those whose first ten values are missing."""
    return [c for c in layer.properties if version >= READS_SCHEMA or any(r[c.name] is not None for r in rows[:10])]


def test_every_collection_opens(qgis: Ask, served: Any) -> None:
    for name, layer in served.layers.items():
        found, rows = qgis("describe", source=service(served, name)), served.city[name]
        assert (found["valid"], found["count"], found["told"]) == (True, len(rows), [])
        told = {c.name: TYPES[c.kind] for c in known(layer, rows, found["version"])}
        assert found["fields"].items() >= told.items()
        assert found["fields"].keys() >= {c.name for c in layer.properties}
        assert found["crs"] in (("EPSG:4326", "OGC:CRS84") if layer.place else ("",))
        assert not found["editable"]
        if layer.place and name != MIXED:
            assert found["geometry"] == layer.place.place.kind
            assert found["extent"] == pytest.approx(shapely.total_bounds([row["place"] for row in rows]), abs=1e-7)


def test_every_table_of_the_file_opens(qgis: Ask, served: Any) -> None:
    for name, layer in served.layers.items():
        found, rows = qgis("describe", source=file(served, name)), served.city[name]
        assert (found["valid"], found["count"], found["editable"]) == (True, len(rows), True)
        assert found["fields"].items() >= {c.name: FILE_TYPES[c.kind] for c in layer.properties}.items()
        assert found["crs"] == ("EPSG:4326" if layer.place else "")
        if layer.place and name != MIXED:
            assert found["geometry"] == layer.place.place.kind


@SOURCES
@pytest.mark.parametrize("name", ["cases", "vehicles", "districts", "streets", "grid_cells"])
def test_every_feature_arrives(qgis: Ask, served: Any, source: Callable[..., Any], name: str) -> None:
    found = qgis("read", source=source(served, name))
    layer, key = served.layers[name], served.layers[name].key.name
    table = {row[key]: (row, place) for row, place in found["rows"]}
    assert len(found["rows"]) == len(table) == len(served.city[name])
    for row in served.city[name]:
        values, place = table[row[key]]
        assert shapely.from_wkt(place).normalize().equals_exact(row["place"].normalize(), 1e-7)
        for column in known(layer, served.city[name], found["version"]):
            assert same(values[column.name], row[column.name]), column.name


def same(found: Any, written: Any) -> bool:
    """Whether a value is the one that was written, as far as QGIS can tell.

    Some versions lose escaped signs of the service's texts; those on older GDAL, a millisecond of the file's instants.
    """
    if isinstance(written, str):
        return found.translate(ESCAPED) == written.translate(ESCAPED)
    if isinstance(written, datetime):
        return abs(datetime.fromisoformat(found) - written) <= timedelta(milliseconds=1)
    return found == written


def test_the_service_is_read_in_large_pages(qgis: Ask, served: Any) -> None:
    qgis("close")
    found = qgis("read", source=service(served, "cases"))
    pages = [url for url in found["asked"] if "limit=1000" in url]
    assert [("cursor=" in url) for url in pages] == [False, True, True]


FILTERS = {
    "\"state\" = 'working'": lambda row: row["state"] == "working",
    "\"state\" IN ('working', 'parked')": lambda row: row["state"] in ("working", "parked"),
    '"state" = \'working\' AND "speed_kmh" > 20': lambda row: (
        row["state"] == "working" and (row["speed_kmh"] or 0) > 20
    ),
    '"speed_kmh" >= 3 AND "speed_kmh" <= 12.5': lambda row: 3 <= (row["speed_kmh"] or 0) <= 12.5,
    '"district" IS NULL': lambda row: row["district"] is None,
    "\"plate\" LIKE 'plate-0000%'": lambda row: row["plate"] < "plate-00010",
    "NOT (\"state\" = 'working' OR \"state\" = 'parked')": lambda row: row["state"] not in ("working", "parked"),
}


@SOURCES
@pytest.mark.parametrize("subset", FILTERS)
def test_a_filter(qgis: Ask, served: Any, source: Callable[..., Any], subset: str) -> None:
    wanted = {row["plate"] for row in served.city["vehicles"] if FILTERS[subset](row)}
    found = qgis("read", source=source(served, "vehicles"), subset=subset)
    assert found["taken"]
    assert {row["plate"] for row, _ in found["rows"]} == wanted
    assert 0 < len(wanted) < 60
    assert found["told"] == []
    if found["version"] >= FILTERS_THERE and source is service:
        assert found["count"] == len(wanted)
        assert any("filter-lang=cql2-text" in url for url in found["asked"])


def test_a_filter_that_minds_no_case(qgis: Ask, served: Any) -> None:
    found = qgis("read", source=service(served, "vehicles"), subset="\"plate\" ILIKE 'PLATE-0000%'")
    assert {row["plate"] for row, _ in found["rows"]} == {f"plate-{n:05}" for n in range(10)}


def test_a_filter_by_time_is_asked_of_the_service(qgis: Ask, served: Any) -> None:
    found = qgis("read", source=service(served, "vehicles"), subset="\"at\" >= '2026-01-01T00:30:00Z'")
    assert {row["plate"] for row, _ in found["rows"]} == {f"plate-{n:05}" for n in range(30, 60)}
    assert any("datetime=2026-01-01T00:30:00Z" in url or "filter=" in url for url in found["asked"])


@pytest.mark.parametrize("more", ["", " restrictToRequestBBOX='1'"])
def test_a_rectangle(qgis: Ask, served: Any, more: str) -> None:
    found = qgis("read", source=service(served, "cases", more), rectangle=BOX)
    wanted = {row["number"] for row in served.city["cases"] if row["place"].intersects(shapely.box(*BOX))}
    assert {row["number"] for row, _ in found["rows"]} == wanted
    assert any("bbox=" in url for url in found["asked"]) == bool(more)


@SOURCES
def test_coordinates_in_another_system(qgis: Ask, served: Any, source: Callable[..., Any]) -> None:
    found = qgis("read", source=source(served, "vehicles"), crs="EPSG:4545", subset="\"plate\" = 'plate-00000'")
    (wanted,) = gpd.GeoSeries([served.city["vehicles"][0]["place"]], crs=4490).to_crs(4545)
    assert shapely.from_wkt(found["rows"][0][1]).equals_exact(wanted, 0.01)


@SOURCES
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4545"])
def test_a_map_is_drawn(qgis: Ask, served: Any, source: Callable[..., Any], crs: str, tmp_path: Path) -> None:
    # metres of the three-degree zone of 108° E
    extent = WHOLE if crs == "EPSG:4326" else (342_500, 3_252_000, 378_500, 3_281_000)
    drawn = [[source(served, name), colour] for name, colour in MAP.items()]
    drawn[-1].append("name")
    found = qgis("draw", drawn=drawn, extent=extent, crs=crs, path=str(tmp_path / "map.png"))
    assert found["errors"] == []
    assert {name: found["colours"].get(colour, 0) > 30 for name, colour in MAP.items()} == dict.fromkeys(MAP, True)


def test_editing_the_file_while_it_is_served(qgis: Ask, editable: Any) -> None:
    moved, new = shapely.Point(106.7, 29.9), shapely.Point(106.71, 29.91)
    values = {"plate": "渝A·新01", "kind": "sweeper", "state": "working", "at": "2026-05-01T00:00:00.000Z"}
    found = qgis(
        "edit",
        source=file(editable, "vehicles"),
        change=[["\"plate\" = 'plate-00003'", "state", "parked"]],
        move=[["\"plate\" = 'plate-00004'", moved.wkt]],
        add=[[values, new.wkt]],
        remove=["\"plate\" = 'plate-00005'"],
    )
    assert found["saved"], found["errors"]
    qgis("close")
    assert editable.get("collections/vehicles/items/plate-00003")["properties"]["state"] == "parked"
    assert editable.get("collections/vehicles/items/plate-00005")["status"] == 404
    page = editable.items("vehicles", bbox="106.69,29.89,106.72,29.92", sortby="plate")["features"]
    assert [(f["id"], f["geometry"]["coordinates"]) for f in page] == [
        ("plate-00004", [moved.x, moved.y]),
        ("渝A·新01", [new.x, new.y]),
    ]
    assert page[1]["properties"].items() >= values.items()
    assert editable.items("vehicles")["numberMatched"] == 60

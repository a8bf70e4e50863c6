"""Filters as clients send them, and as attackers do."""

import json
from typing import Any

import numpy as np
import pytest

import shapely

from layers.cql2 import CONFORMANCE, parse
from spatial.crs import crs, project
from spatial.errors import BadFilter

QGIS = {
    """("name" = 'cafe')""": """name = 'cafe'""",
    """(("name" = 'cafe') OR ("name" = '解放碑'))""": """name IN ('cafe', '解放碑')""",
    """(("people" >= 2) AND (NOT ("fit")))""": "people >= 2 AND NOT fit",
    """("name" IS NOT NULL)""": "NOT name IS NULL",
    """("name" IS NULL)""": "name IS NULL",
    """("fit" = TRUE)""": "fit",
    """(CASEI("name") LIKE CASEI('%É'))""": "CASEI(name) LIKE CASEI('%é')",
    """("name" NOT LIKE 'caf%')""": "NOT name LIKE 'caf%'",
    """"people" BETWEEN 1 AND 3""": "people >= 1 AND people <= 3",
    """"people" NOT BETWEEN 1 AND 3""": "people < 1 OR people > 3",
    """"name" IN ('cafe','Straße')""": "name = 'cafe' OR name = 'Straße'",
    """"name" NOT IN ('cafe','Straße')""": "name <> 'cafe' AND name <> 'Straße'",
    """("opened" > TIMESTAMP('2026-01-02T00:00:00.000Z'))""": "opened > TIMESTAMP('2026-01-02T00:00:00Z')",
    """("built" <= DATE('2026-01-03'))""": "NOT built > DATE('2026-01-03')",
    """( - ("people")) < -2""": "people > 2",
    """("name" = 'C:\\\\t')""": "name LIKE 'C:\\\\\\\\t'",
    """("people" / 2) = 1.5""": "people = 3",
    """S_INTERSECTS("place",BBOX(106.2,29.2,106.6,29.6))""": "S_INTERSECTS(geometry, BBOX(106.2,29.2,106.6,29.6))",
    """(S_INTERSECTS(geom,POINT(106.5 29.5))) AND ((fit))""": "S_INTERSECTS(place,POINT(106.5 29.5)) AND fit",
}


@pytest.mark.parametrize("sent", QGIS)
def test_what_qgis_sends_is_understood(things: Any, sent: str) -> None:
    found = things.selected(sent)
    assert found
    assert found == things.selected(QGIS[sent])


def test_a_long_chain_from_qgis_is_no_deeper_than_a_short_one(things: Any) -> None:
    sent = "(people = 0)"
    for n in range(1, 100):
        sent = f"({sent} OR (people = {n}))"
    assert things.selected(sent) == things.selected("people >= 0")


CORNER = shapely.box(106.49, 29.49, 106.51, 29.51)
"""Round one of the places where the rows' shapes have their corners."""


@pytest.mark.parametrize("code", ["EPSG:4326", "EPSG:4490", "EPSG:4545", "EPSG:3857"])
def test_coordinates_are_in_the_crs_of_the_filter(things: Any, code: str) -> None:
    system = crs(code)
    degrees = things.selected(f"S_INTERSECTS(place, {CORNER.wkt})")
    assert 0 < len(degrees) < len(things.records)
    there = project(np.array([CORNER], dtype=object), system)[0]
    assert things.selected(f"S_INTERSECTS(place, {there.wkt})", crs=system) == degrees
    assert things.selected(f"S_INTERSECTS(place, BBOX({','.join(map(repr, there.bounds))}))", crs=system) == degrees
    assert things.selected(f"S_DISJOINT({there.wkt}, place)", crs=system).isdisjoint(degrees)


def test_latitude_comes_first_where_the_authority_says_so(things: Any) -> None:
    lon_first = things.selected("S_INTERSECTS(place, BBOX(106.2,29.2,106.6,29.6))")
    assert things.selected("S_INTERSECTS(place, BBOX(29.2,106.2,29.6,106.6))", crs=crs("EPSG:4326")) == lon_first
    assert things.selected("S_INTERSECTS(place, POINT(29.5 106.5))", crs=crs("EPSG:4326")) == things.selected(
        "S_INTERSECTS(place, POINT(106.5 29.5))"
    )


@pytest.mark.parametrize("box", ["179,28,-179,31", "179,28,-9,-179,31,9"])
def test_a_box_across_the_antimeridian_has_two_sides(things: Any, box: str) -> None:
    found = things.selected(f"S_INTERSECTS(place, BBOX({box}))")
    east = things.selected("S_INTERSECTS(place, BBOX(179,28,180,31))")
    west = things.selected("S_INTERSECTS(place, BBOX(-180,28,-179,31))")
    assert east
    assert west
    assert found == east | west
    assert not found & things.selected(f"NOT S_INTERSECTS(place, BBOX({box}))")


def test_heights_in_a_filter_are_dropped(things: Any) -> None:
    flat = things.selected("S_INTERSECTS(place, LINESTRING(106 29, 107 30))")
    assert flat
    for high in (
        "LINESTRING Z(106 29 1, 107 30 2)",
        "LINESTRING(106 29 1, 107 30 2)",
        "LINESTRINGZ(106 29 1,107 30 2)",
    ):
        assert things.selected(f"S_INTERSECTS(place, {high})") == flat


INJECTIONS = (
    "x' OR '1'='1",
    "'; DROP TABLE things; --",
    "%' OR 1=1 --",
    '"; DELETE FROM things; --',
    "\\' OR 1=1 --",
    "x') UNION SELECT secret FROM things --",
    "{0} {tree} %s :name ?",
)


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_text_stays_a_text(things: Any, text: str) -> None:
    quoted = "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
    for filtered in (
        f"name = {quoted}",
        f"name LIKE {quoted}",
        f"CASEI(name) IN ({quoted})",
        f"A_CONTAINS(tags, ({quoted}))",
    ):
        assert things.selected(filtered) == set()
    tree = {"op": "=", "args": [{"property": "name"}, text]}
    assert things.selected(json.dumps(tree)) == set()
    assert len(things.selected("TRUE")) == len(things.records)


@pytest.mark.parametrize(
    "name", ['name" = "name" OR "x', "name; DROP TABLE things", "things.secret", "rowid", "fid", "om_rev"]
)
def test_a_name_is_the_name_of_a_property_or_nothing(things: Any, name: str) -> None:
    tree = {"op": "isNull", "args": [{"property": name}]}
    with pytest.raises(BadFilter, match="has no property"):
        things.selected(json.dumps(tree))


@pytest.mark.parametrize("call", ["pg_sleep(10)", "pg_read_file('/etc/passwd')", "load_extension('x')", "upper(name)"])
def test_there_are_no_functions_but_the_standard_ones(things: Any, call: str) -> None:
    with pytest.raises(BadFilter, match="there is no operator or function"):
        things.selected(f"{call} = 'X'")


def test_no_value_stands_in_the_statement(things: Any) -> None:
    sql, bound = things.sql(parse("name = 'needle' AND people IN (4711, 4712) AND T_AFTER(opened, DATE('2031-05-06'))"))
    assert not any(value in sql for value in ("needle", "4711", "4712", "2031"))
    assert {"needle", 4711, 4712} < set(bound)


def test_each_class_is_named_once_in_the_published_form() -> None:
    assert len(set(CONFORMANCE)) == len(CONFORMANCE)
    assert all(uri.startswith("http://www.opengis.net/spec/cql2/1.0/conf/") for uri in CONFORMANCE)
    # what QGIS asks for before it sends any filter
    wanted = {"basic-cql2", "cql2-text", "advanced-comparison-operators", "basic-spatial-operators"}
    assert wanted < {uri.rsplit("/", 1)[1] for uri in CONFORMANCE}

"""What CQL2 text means, and where a reader is told that it stops making sense."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.cql2 import parse
from spatial.crs import CRS84, crs
from spatial.errors import BadFilter

A, B, C = ({"property": name} for name in "abc")


def op(name: str, *args: Any) -> Any:
    return {"op": name, "args": list(args)}


MEANINGS = {
    "a = 1": op("=", A, 1),
    '"a" = 1': op("=", A, 1),
    "a=1": op("=", A, 1),
    "a <> 'x'": op("<>", A, "x"),
    "a = 1 OR b = 2 AND c = 3": op("or", op("=", A, 1), op("and", op("=", B, 2), op("=", C, 3))),
    "(a = 1 OR b = 2) AND c = 3": op("and", op("or", op("=", A, 1), op("=", B, 2)), op("=", C, 3)),
    "NOT a = 1 AND b = 2": op("and", op("not", op("=", A, 1)), op("=", B, 2)),
    "not (a AND b)": op("not", op("and", A, B)),
    "a AND (b AND (c AND a))": op("and", A, B, C, A),
    "TRUE": op("and", True),
    "a = FALSE": op("=", A, False),
    "a + 2 * 3 > 4": op(">", op("+", A, op("*", 2, 3)), 4),
    "(a + 2) * 3 > 4": op(">", op("*", op("+", A, 2), 3), 4),
    "a - 1 - 2 = 0": op("=", op("-", op("-", A, 1), 2), 0),
    "a ^ 2 * 3 = 0": op("=", op("*", op("^", A, 2), 3), 0),
    "a DIV 2 % 3 = 0": op("=", op("%", op("div", A, 2), 3), 0),
    "-a < -2": op("<", op("*", -1, A), -2),
    "a = .5": op("=", A, 0.5),
    "a = 1.5e3": op("=", A, 1500),
    "a = 123456789012345678": op("=", A, 123456789012345678),
    "a = -123456789012345678": op("=", A, -123456789012345678),
    "a LIKE 'x%'": op("like", A, "x%"),
    "a NOT LIKE 'x%'": op("not", op("like", A, "x%")),
    "CASEI(a) LIKE ACCENTI(CASEI('É%'))": op("like", op("casei", A), op("accenti", op("casei", "É%"))),
    "a BETWEEN 1 AND 2 AND b": op("and", op("between", A, 1, 2), B),
    "a NOT BETWEEN -1 AND c": op("not", op("between", A, -1, C)),
    "a IN (1, 'x', b)": op("in", A, [1, "x", B]),
    "a IN (1)": op("in", A, [1]),
    "a IN ((1), (((2))))": op("in", A, [1, 2]),
    "a NOT IN ('x')": op("not", op("in", A, ["x"])),
    "a IS NULL": op("isnull", A),
    "a IS NOT NULL": op("not", op("isnull", A)),
    "a = '解放碑' AND \"名称\" = 'x'": op("and", op("=", A, "解放碑"), op("=", {"property": "名称"}, "x")),
    "a = 'it''s'": op("=", A, "it's"),
    r"a = 'it\'s'": op("=", A, "it's"),
    r"a = 'c:\\x\ty\n'": op("=", A, "c:\\x\ty\n"),
    r"a LIKE '50\%'": op("like", A, "50\\%"),
    "a = 'AND (b OR -- /* \" '": op("=", A, 'AND (b OR -- /* " '),
    "A_EQUALS(a, ())": op("a_equals", A, []),
    "a_containedBy(a, ('x'))": op("a_containedby", A, ["x"]),
    "A_OVERLAPS(('x', 'y'), a)": op("a_overlaps", ["x", "y"], A),
    "a > DATE('2026-01-01')": op(">", A, {"date": "2026-01-01"}),
    "a > TIMESTAMP('2026-01-01T00:00:00Z')": op(">", A, {"timestamp": "2026-01-01T00:00:00Z"}),
    "T_DURING(INTERVAL(a, b), INTERVAL('2026-01-01', '..'))": op(
        "t_during", {"interval": [A, B]}, {"interval": ["2026-01-01", ".."]}
    ),
    "S_INTERSECTS(a, BBOX(1, 2, 3, 4))": op("s_intersects", A, {"bbox": [1, 2, 3, 4]}),
    "S_INTERSECTS(a, BBOX(1, 2, 0, 3, 4, 9))": op("s_intersects", A, {"bbox": [1, 2, 0, 3, 4, 9]}),
    "s_within(POINT(1 -2.5), a)": op("s_within", {"type": "Point", "coordinates": [1, -2.5]}, A),
}
GEOMETRIES = {
    "POINT Z (1 2 3)": {"type": "Point", "coordinates": [1, 2, 3]},
    "pointz(1 2 3)": {"type": "Point", "coordinates": [1, 2, 3]},
    "POINT(1 2 3)": {"type": "Point", "coordinates": [1, 2, 3]},
    "LINESTRING(1 2, 3 4)": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]},
    "POLYGON ((0 0, 1 0, 1 1, 0 0))": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
    "MULTIPOINT(1 2, 3 4)": {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]},
    "MULTIPOINT((1 2), (3 4))": {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]},
    "MULTILINESTRING((1 2, 3 4), (5 6, 7 8))": {
        "type": "MultiLineString",
        "coordinates": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]],
    },
    "MULTIPOLYGON(((0 0,1 0,1 1,0 0)))": {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 0]]]]},
    "GEOMETRYCOLLECTION Z(POINT(1 2), LINESTRING Z(1 2 3, 4 5 6))": {
        "type": "GeometryCollection",
        "geometries": [
            {"type": "Point", "coordinates": [1, 2]},
            {"type": "LineString", "coordinates": [[1, 2, 3], [4, 5, 6]]},
        ],
    },
}
WRONG = {
    "": "the filter is empty",
    "  ": "the filter is empty",
    "a = 1 b": "at character 7, before 'b': expected an operator",
    "a =": "at character 4, at its end: expected a value",
    "a == 1": "at character 4, before '= 1': expected a value",
    "(b > 2) AND (a = )": "at character 18, before ')': expected a value",
    "((((((b > 2) AND (a = ))))))": "at character 23",
    "(a = 1": "the parenthesis at character 1 is never closed",
    "a = 1)": "the parenthesis at character 6 closes nothing",
    "a = 'x": "the quote at character 5 of the filter is never closed",
    '"a = 1': "the quote at character 1",
    "a = $1": "character 5 of the filter, '$', has no meaning there",
    "a = 'x\x00'": "character 7 of the filter is a control character",
    "a = NULL": "ask IS NULL or IS NOT NULL",
    "a = 1e999": "inf is not a finite number",
    "upper(a) = 'X'": "there is no operator or function 'upper'",
    "S_INTERSECTS(a)": "s_intersects takes 2 operands, not 1",
    "CASEI(a, b) = 'x'": "casei takes 1 operands, not 2",
    "a BETWEEN 1": "expected",
    "S_INTERSECTS(a, BBOX(1, 2, 3))": "bbox takes 4 or 6 values",
    "S_INTERSECTS(a, BBOX(1, 2, 3, 'x'))": "'x' is not a number",
    "S_INTERSECTS(a, POINT(1))": "the geometry cannot be read",
    "S_INTERSECTS(a, POINT(x y))": "the geometry cannot be read",
    "S_INTERSECTS(a, POINT(1 2)": "is never closed",
    "S_INTERSECTS(a, POLYGON((0 0, 1 1, 2 2": "is not well-known text",
    "S_INTERSECTS(a, POLYGON((0 0, 1 1, 1 0)))": "the geometry cannot be read",
    "S_INTERSECTS(a, POINT EMPTY)": "cannot be read",
    "S_INTERSECTS(a, POINT(1e400 2))": "inf is not a finite number",
    "DATE(a) = b": "date needs a text in quotes",
    "T_AFTER(a, INTERVAL('..'))": "interval takes 2 values",
}


@pytest.mark.parametrize("text", MEANINGS)
def test_text_becomes_its_tree(text: str) -> None:
    assert parse(text, "cql2-text").tree == MEANINGS[text]


@pytest.mark.parametrize("text", GEOMETRIES)
def test_well_known_text_becomes_geojson(text: str) -> None:
    assert parse(f"S_TOUCHES(a, {text})").tree["args"][1] == GEOMETRIES[text]


@pytest.mark.parametrize("text", WRONG)
def test_a_reader_is_told_what_is_wrong_and_where(text: str) -> None:
    with pytest.raises(BadFilter) as told:
        parse(text, "cql2-text")
    assert WRONG[text] in str(told.value)


def test_the_crs_of_the_coordinates_stays_with_the_filter() -> None:
    assert parse("TRUE").crs == CRS84
    assert parse("TRUE", crs=crs("EPSG:4545")).crs.code == 4545


@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_text_can_be_quoted(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace("'", "''")
    assert parse(f"a = '{quoted}'").tree == op("=", A, text)


@given(number=st.integers(-(10**17), 10**17) | st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_comes_through_whole(number: float) -> None:
    assert parse(f"a = {number!r}").tree == op("=", A, number)

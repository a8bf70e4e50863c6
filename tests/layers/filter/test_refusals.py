"""A filter that makes no sense is refused, and told why; it is no error of the server and no empty answer."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from layers.access import Reader
from layers.cql2 import parse
from layers.cql2.tree import ARITY
from layers.filter import OPERATORS, compiled
from layers.filter.array import MAX_MIXED
from layers.filter.pattern import MAX_PATTERN
from layers.query import Filter
from layers.table import table
from spatial.crs import crs
from spatial.errors import BadFilter

WRONG = {
    "name = 5": "name (text) and 5 (number) cannot be compared; a text is written in quotes: '5'",
    "people = 'many'": "people (number) and 'many' (text) cannot be compared",
    "people > TRUE": "cannot be compared",
    "fit = 'yes'": "fit (boolean) and 'yes' (text)",
    "opened > 5": "a time is written TIMESTAMP(",
    "opened > 'yesterday'": "'yesterday' is not a time",
    "built > '2026-02-30'": "is not a time",
    "built = DATE('2026-01-01T00:00:00Z')": "write TIMESTAMP(",
    "opened = TIMESTAMP('soon')": "'soon' is not a time",
    "place = 'here'": "geometries are compared with S_EQUALS",
    "tags = 'red'": "lists are compared with A_EQUALS",
    "tags = marks": "lists are compared with A_EQUALS",
    "colour = 'red'": "things has no property 'colour'; it has code, name, other, people",
    "NAME = 'x'": "things has no property 'NAME'",
    "name": "name (text) is not true or false",
    "name AND people = 1": "name (text) is not true or false",
    "NOT people": "people (number) is not true or false",
    "1": "1 (number) is not true or false",
    "people IN (1, 'two')": "people (number) and 'two' (text)",
    "people IN ((((1, 2))))": "a list stands where one value is expected",
    "people BETWEEN 1 AND 'z'": "people (number) and 'z' (text)",
    "people LIKE '1%'": "LIKE works on a text, not on people (number)",
    "name LIKE other": "the pattern of LIKE is a text in quotes, not other (text)",
    "name LIKE 'x\\\\'": "ends with a backslash that escapes nothing",
    f"name LIKE '{'x' * (MAX_PATTERN + 1)}'": "more than 1,000 characters",
    "CASEI(people) = 'x'": "CASEI works on a text",
    "name + 1 = 2": "+ works on a number, not on name (text)",
    "people + '1' = 2": "+ works on a number, not on '1' (text)",
    "S_INTERSECTS(name, POINT(106 29))": "S_INTERSECTS works on a geometry, not on name (text)",
    "S_INTERSECTS(place, 'POINT(106 29)')": "S_INTERSECTS works on a geometry",
    "S_INTERSECTS(place, POINT(29 106))": "look swapped",
    "S_INTERSECTS(place, POINT(500000 3270000))": "is it in a projected CRS?",
    "S_WITHIN(place, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))": "is not valid",
    "S_INTERSECTS(place, BBOX(106, 95, 107, 96))": "past a pole",
    "S_INTERSECTS(place, BBOX(106, 30, 107, 29))": "lies above",
    "POINT(106 29) IS NULL AND BBOX(1, 2, 3, 4)": "belongs into an S_... function",
    "T_AFTER(name, DATE('2026-01-01'))": "name (text) is no time",
    "T_AFTER(place, DATE('2026-01-01'))": "place (geometry) is no time",
    "T_AFTER(opened, 5)": "5 (number) is no time",
    "T_DURING(opened, INTERVAL('2026-02-01', '2026-01-01'))": "ends before it starts",
    "T_DURING(opened, INTERVAL('then', '..'))": "'then' is not a time",
    "opened = INTERVAL('..', '..')": "belongs into a T_... function",
    "A_CONTAINS(name, ('a', 'b'))": "A_CONTAINS works on a list of texts, not on name (text)",
    "A_CONTAINS(tags, (1, 2))": "works on a text, not on 1 (number)",
    "A_CONTAINS(place, ('a'))": "A_CONTAINS works on a list of texts, not on place (geometry)",
    f"A_CONTAINS(tags, (name, {', '.join(['other'] * MAX_MIXED)}))": "at most 100 members",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_makes_no_sense_is_explained(things: Any, text: str) -> None:
    with pytest.raises(BadFilter) as told:
        things.selected(text)
    assert WRONG[text] in str(told.value)


def test_a_tree_made_elsewhere_is_not_trusted_either(things: Any) -> None:
    for tree in ({"op": "pg_sleep", "args": [10]}, {"op": "=", "args": [{"property": "name"}, {"x": 1}]}):
        with pytest.raises(BadFilter):
            compiled(Filter(tree), things.layer, things.rows)


def test_a_hidden_property_does_not_exist(things: Any) -> None:
    public = things.layer.seen_by(Reader.PUBLIC)
    with pytest.raises(BadFilter, match="has no property 'secret'") as told:
        compiled(parse("secret = 'hidden'"), public, table(public))
    assert "secret" not in str(told.value).split("it has")[1]
    assert len(things.selected("secret = 'hidden'")) == len(things.records)


def test_a_place_that_the_crs_cannot_express_is_refused(things: Any) -> None:
    with pytest.raises(BadFilter, match="EPSG:4545"):
        things.selected("S_INTERSECTS(place, POINT(1e30 1e30))", crs=crs("EPSG:4545"))


def test_every_operator_of_the_grammar_has_its_sql() -> None:
    assert set(ARITY) == set(OPERATORS)


def test_every_operator_speaks_postgresql(things: Any) -> None:
    texts = (
        "name LIKE 'a%' AND CASEI(name) = ACCENTI('x') OR NOT fit",
        "people + 1 - 2 * 3 / 4 % 5 > 6 AND people div 2 = people ^ 2",
        "T_AFTER(built, opened) AND T_DURING(INTERVAL(opened, closed), INTERVAL('2026-01-01', '..'))",
        "A_EQUALS(tags, marks) OR A_CONTAINS(tags, ('a')) OR A_CONTAINEDBY(tags, (name, 'b')) OR A_OVERLAPS(tags, ())",
        "S_INTERSECTS(place, BBOX(106, 29, 107, 30)) OR S_WITHIN(place, POLYGON((0 0, 1 0, 1 1, 0 0)))",
        *(f"NOT S_{name}(place, POINT(106 29))" for name in ("EQUALS", "DISJOINT", "TOUCHES", "OVERLAPS", "CROSSES")),
    )
    for text in texts:
        condition = compiled(parse(text), things.layer, things.rows)
        sql = str(select(things.rows.c.fid).where(condition).compile(dialect=postgresql.dialect()))
        assert "rtree" not in sql
        assert "GLOB" not in sql

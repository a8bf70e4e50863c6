"""Values as columns hold them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from etl.coding import Coding
from etl.convert import converted
from layers.column import About, Column, ColumnKind
from layers.text import Text


def convert(kind: ColumnKind, *values: Any) -> tuple[list[Any], dict[int, str]]:
    return converted(Column("f", kind, About(Text("", "")), required=False), values, UTC)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (ColumnKind.TEXT, "x", "x"),
        (ColumnKind.TEXT, "", None),
        (ColumnKind.TEXT, 500103, "500103"),
        (ColumnKind.TEXT, 500103.0, "500103"),
        (ColumnKind.TEXT, 1.5, "1.5"),
        (ColumnKind.TEXT, True, "true"),
        (ColumnKind.TEXT, date(2026, 1, 31), "2026-01-31"),
        (ColumnKind.NUMBER, " 1.5 ", "1.5"),
        (ColumnKind.NUMBER, "", None),
        (ColumnKind.INTEGER, 7, 7),
        (ColumnKind.BOOLEAN, "是", True),
        (ColumnKind.BOOLEAN, "No", False),
        (ColumnKind.BOOLEAN, False, False),
        (ColumnKind.BOOLEAN, " ", None),
        (ColumnKind.TEXTS, "a；b、c, d", ["a", "b", "c", "d"]),
        (ColumnKind.TEXTS, '["a, b", "c"]', ["a, b", "c"]),
        (ColumnKind.TEXTS, ["a"], ["a"]),
        (ColumnKind.TEXTS, "", None),
        (ColumnKind.INSTANT, "2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        (ColumnKind.DATE, "2026年1月31日", date(2026, 1, 31)),
    ],
)
def test_a_value_is_converted(kind: ColumnKind, value: Any, expected: Any) -> None:
    assert convert(kind, value, None) == ([expected, None], {})


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        (ColumnKind.TEXT, "a\x00b", "NUL"),
        (ColumnKind.TEXT, {"a": 1}, "dict is no text"),
        (ColumnKind.BOOLEAN, "maybe", "neither true nor false"),
        (ColumnKind.TEXTS, "[1", "no list"),
        (ColumnKind.TEXTS, "[" * 100_000, "no list"),
        (ColumnKind.INSTANT, "soon", "is not a time"),
    ],
)
def test_a_value_that_cannot_be_costs_its_record_alone(kind: ColumnKind, value: Any, why: str) -> None:
    good = "2026-01-31" if kind is ColumnKind.INSTANT else "1"
    values, unfit = convert(kind, good, value, good)
    assert list(unfit) == [1]
    assert unfit[1].startswith("f: ")
    assert why in unfit[1]
    assert values[0] == values[2] is not None


@pytest.mark.parametrize(
    ("scheme", "edition", "value", "name", "code", "why"),
    [
        ("risk-level", None, "major", None, "major", None),
        ("risk-level", None, "Major", None, "major", None),
        ("risk-level", None, "超大", None, "超大", "'超大' is no code of risk-level"),
        ("counties", None, "500120", None, "500120", None),
        ("counties", None, "渝中区", None, "500103", None),
        ("counties", None, "500222", None, "500110", None),
        ("counties", None, "500120", "璧山区", "500120", None),
        ("counties", None, "500120", "綦江区", "500120", "means different things"),
        ("counties", "2011-shapefile", "500120", "綦江区", "500110", None),
        ("counties", "2011-shapefile", "999999", None, "999999", "no code of counties"),
    ],
)
def test_codes_are_known_by_edition_name_and_title(
    scheme: str, edition: str | None, value: str, name: str | None, code: str, why: str | None
) -> None:
    told = Coding(scheme, edition).read(value, name)
    assert told.code == code
    assert (told.why is None) if why is None else (why in str(told.why))

"""How long rows live is said of a layer that has an instant, and of no other."""

from datetime import timedelta
from typing import Any

import pytest

from layers.column import End, Instant, Key, Start, about
from layers.feature import Feature, made
from layers.schema import feature_schema, queryables, schema, sortables
from layers.text import Text
from layers.vehicle import Fix, Vehicle
from spatial.errors import BadLayer


class Ping(Feature):
    """Something that happened once."""

    code: Key = about("编号", "Code")
    at: Instant = about("时间", "At")


class Stay(Feature):
    """Something that lasted."""

    code: Key = about("编号", "Code")
    since: Start = about("起", "Since")
    until: End = about("止", "Until", default=None)


class Thing(Feature):
    """Something that is."""

    code: Key = about("编号", "Code")


@pytest.mark.parametrize(
    ("row", "keep"), [(Ping, timedelta()), (Ping, -timedelta(days=1)), (Stay, timedelta(1)), (Thing, timedelta(1))]
)
def test_a_declaration_that_cannot_be_kept_is_refused(row: Any, keep: timedelta) -> None:
    with pytest.raises(BadLayer, match="need an instant"):
        made("things", Text("物", "Things"), row, keep=keep)


def test_every_schema_says_how_long_rows_live() -> None:
    layer = made("pings", Text("信号", "Pings"), Ping, keep=timedelta(days=30, hours=12))
    for document in (schema, queryables, sortables, feature_schema):
        assert document(layer)["x-onemap-keep"] == "P30DT12H"
    assert schema(Fix.layer)["x-onemap-keep"] == "P1D"
    assert "x-onemap-keep" not in schema(Vehicle.layer)

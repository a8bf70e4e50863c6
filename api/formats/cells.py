"""Features as rows of a page: codes by name, times in the layer's zone, references as links."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

from layers.codes import code_list
from layers.column import Column, ColumnKind
from layers.feature import Layer
from layers.look import Sync
from layers.text import Text
from spatial.time import instant

MISSING = "—"
TRUTH = {True: Text("是", "Yes"), False: Text("否", "No")}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as a page shows it; `instant` is what a time was, `ref` the feature that it refers to."""

    title: Text
    text: str
    key: bool = False
    instant: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One feature: its id, its id as part of an address, its values."""

    id: str
    href: str
    cells: tuple[Cell, ...]


def row(layer: Layer, feature: Mapping[str, Any]) -> Row:
    """Return a GeoJSON feature of the layer as a row."""
    values = feature["properties"]
    cells = tuple(_cell(layer, c, values[c.name]) for c in layer.properties if c.name in values)
    return Row(feature["id"], quote(str(feature["id"]), safe=""), cells)


def local(value: str, zone: str = Sync().zone) -> str:
    """Return an instant as a person in the zone (IANA) reads it, to the minute."""
    try:
        return f"{instant(value).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
    except OverflowError:  # the first and last hours of the calendar have no local time
        return value


def _cell(layer: Layer, column: Column, value: Any) -> Cell:
    text = MISSING if value is None else _shown(layer, column, value)
    told = value if column.kind is ColumnKind.INSTANT else None
    ref = f"{column.about.ref}/items/{quote(str(value), safe='')}" if column.about.ref and value else None
    return Cell(column.title, text, column == layer.key, told, ref)


def _shown(layer: Layer, column: Column, value: Any) -> str:
    if column.about.codes:
        return str(code_list(column.about.codes).title_of(str(value)))
    if column.kind in SHOWN:
        return SHOWN[column.kind](layer, value)
    return f"{value} {column.about.unit}" if column.about.unit else str(value)


def _listed(layer: Layer, value: Any) -> str:
    return "、".join(map(str, cast("list[Any]", value))) or MISSING


SHOWN: Mapping[ColumnKind, Callable[[Layer, Any], str]] = {
    ColumnKind.BOOLEAN: lambda layer, value: str(TRUTH[bool(value)]),
    ColumnKind.INSTANT: lambda layer, value: local(value, layer.sync.zone),
    ColumnKind.TEXTS: _listed,
}

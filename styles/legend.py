"""A layer's legend: what each colour means."""

from collections.abc import Iterator
from typing import Any, Literal, TypedDict

from layers.codes import code_list
from layers.column import Column
from layers.feature import Layer
from layers.look import By
from layers.text import Text
from spatial.shape import Kind
from styles.color import is_ramp, spelled
from styles.unit import with_unit

Shape = Literal["circle", "line", "fill"]

SHAPES: dict[str, Shape] = {
    Kind.LINE: "line",
    Kind.MULTILINE: "line",
    Kind.POLYGON: "fill",
    Kind.MULTIPOLYGON: "fill",
}
"""How a geometry type is drawn; what is not here is drawn as a circle."""

OTHER, MISSING = Text("其他", "Other"), Text("无数据", "No data")
TRUTH = {"true": Text("是", "Yes"), "false": Text("否", "No")}


class Entry(TypedDict):
    """One line of a legend."""

    color: str
    shape: Shape
    title: dict[str, str]


def legend(layer: Layer) -> list[Entry]:
    """Return the layer's legend: one entry a case, codes by their titles, then what no case names."""
    shape = SHAPES.get(layer.place.place.kind, "circle") if layer.place and layer.place.place else "circle"
    return [{"color": colour, "shape": shape, "title": title.json()} for colour, title in _meanings(layer)]


def _meanings(layer: Layer) -> Iterator[tuple[str, Text]]:
    look = layer.style.color
    if isinstance(look, str):
        yield look, layer.title
        return
    column = layer.by_name[look.field]
    cases = sorted(look.cases.items()) if is_ramp(look) else look.cases.items()
    yield from ((colour, _title(column, case)) for case, colour in cases)
    if not _complete(look, column):
        yield look.other, MISSING if is_ramp(look) else OTHER


def _title(column: Column, case: Any) -> Text:
    if column.about.codes:
        return code_list(column.about.codes).title_of(str(case))
    return TRUTH.get(spelled(case)) or with_unit(case, column.about.unit)


def _complete(look: By, column: Column) -> bool:
    """Tell whether every value that the column can hold has a case."""
    if is_ramp(look):
        return column.required
    return bool(column.about.codes) and column.required and set(code_list(column.about.codes).codes) <= set(look.cases)

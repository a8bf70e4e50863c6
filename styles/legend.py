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
from styles.look import look
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
    color = look(layer).color
    if isinstance(color, str):
        yield color, layer.title
        return
    column = layer.by_name[color.field]
    cases = sorted(color.cases.items()) if is_ramp(color) else color.cases.items()
    yield from ((colour, _title(column, case)) for case, colour in cases)
    if not _complete(layer, color):
        yield color.other, MISSING if is_ramp(color) else OTHER


def _title(column: Column, case: Any) -> Text:
    if column.about.codes:
        return code_list(column.about.codes).title_of(str(case))
    return TRUTH.get(spelled(case)) or with_unit(case, column.about.unit)


def _complete(layer: Layer, color: By) -> bool:
    """Tell whether every value that the field can have has a case; one whose default is null can have none."""
    if layer.row.model_fields[color.field].default is None:
        return False
    codes = layer.by_name[color.field].about.codes
    return is_ramp(color) or (bool(codes) and set(code_list(codes).codes) <= set(color.cases))

"""A legend says what every colour means."""

from typing import Any

import pytest

from layers.access import Reader
from layers.catalogue import declared
from layers.codes import code_list
from layers.column import about
from layers.feature import Layer
from layers.look import OTHER, By, Style
from layers.text import Text
from spatial.shape import Kind
from styles.legend import legend

CODED = [each for each in declared().values() if isinstance(each.style.color, By)]


def titles(layer: Layer) -> list[str]:
    return [entry["title"]["zh"] for entry in legend(layer)]


@pytest.mark.parametrize("layer", declared().values(), ids=lambda each: each.name)
def test_every_layer_has_one(layer: Layer) -> None:
    entries = legend(layer)
    assert entries
    assert {entry["shape"] for entry in entries} <= {"circle", "line", "fill"}
    assert all(entry["title"]["zh"] and entry["title"]["en"] for entry in entries)


@pytest.mark.parametrize("layer", CODED, ids=lambda each: each.name)
def test_every_code_is_named_or_other(layer: Layer) -> None:
    look = layer.style.color
    assert isinstance(look, By)
    codes = code_list(layer.by_name[look.field].about.codes or "").codes
    colors = {entry["color"] for entry in legend(layer)}
    assert {look.cases.get(code, look.other) for code in codes} <= colors
    named = [code.title.zh for code in codes.values() if code.code in look.cases]
    assert set(named) <= set(titles(layer))
    assert ("其他" in titles(layer)) == (not set(codes) <= set(look.cases))


def test_codes_are_named_in_the_order_of_the_cases(layers: dict[str, Layer]) -> None:
    assert titles(layers["risk_points"]) == ["重大", "较大", "一般", "低"]
    assert legend(layers["risk_points"])[0]["title"] == {"zh": "重大", "en": "Major"}


@pytest.mark.parametrize(
    ("kind", "shape"),
    [(Kind.POINT, "circle"), (Kind.MULTILINE, "line"), (Kind.POLYGON, "fill"), (Kind.ANY, "circle")],
)
def test_a_plain_layer_is_named_by_itself(uploaded: Any, kind: Kind, shape: str) -> None:
    layer = uploaded(kind, Style(color="#112233"), Text("井", "Wells"))
    assert legend(layer) == [{"color": "#112233", "shape": shape, "title": {"zh": "井", "en": "Wells"}}]


def test_a_ramp_is_named_by_its_stops_with_units(uploaded: Any) -> None:
    ramp = By("depth", {10: "#000000", 0: "#ffffff"})
    layer = uploaded(
        Kind.POINT, Style(color=ramp), depth=(float | None, about("深度", "Depth", default=None, unit="m2"))
    )
    assert titles(layer) == ["0 m²", "10 m²", "无数据"]
    assert legend(layer)[-1]["color"] == OTHER


def test_a_ramp_that_always_has_a_value_names_no_gap(uploaded: Any) -> None:
    ramp = By("depth", {10: "#000000", 0: "#ffffff"})
    assert titles(uploaded(Kind.POINT, Style(color=ramp), depth=(float, about("深度", "Depth")))) == ["0", "10"]


def test_truth_and_free_text_are_named(uploaded: Any) -> None:
    duty = By("duty", {True: "#00ff00", False: "#ff0000"})
    assert titles(uploaded(Kind.POINT, Style(color=duty), duty=(bool, about("值守", "Duty")))) == ["是", "否", "其他"]
    kind = By("sort", {"A": "#00ff00"})
    assert titles(uploaded(Kind.POINT, Style(color=kind), sort=(str, about("种", "Sort")))) == ["A", "其他"]


def test_a_hidden_field_is_not_told(uploaded: Any) -> None:
    look = Style(color=By("secret", {"leak": "#00ff00"}))
    layer = uploaded(Kind.POINT, look, secret=(str | None, about("密", "Secret", default=None, seen_by=Reader.CITY)))
    assert titles(layer) == ["leak", "其他"]
    assert titles(layer.seen_by(Reader.PUBLIC)) == ["上传图层"]

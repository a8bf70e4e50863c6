"""A look's colour is the same whether MapLibre computes it or we do."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.look import OTHER, By
from styles.color import colors, expression, is_ramp, spelled

HEX = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
RAMPS = st.dictionaries(st.integers(-50, 50), HEX, min_size=1, max_size=5)
CASES = st.dictionaries(st.text(max_size=4), HEX, max_size=5)


def computed(said: Any, properties: dict[str, Any]) -> Any:
    """What an expression comes to for a feature: as much of the Style Specification as colours use."""
    if not isinstance(said, list):
        return said
    operator, *rest = said
    return OPERATORS[operator](rest, properties)


def matched(rest: list[Any], properties: dict[str, Any]) -> Any:
    value, *pairs, other = computed(rest[0], properties), *rest[1:]
    return dict(zip(pairs[::2], pairs[1::2], strict=True)).get(value, other)


def chosen(rest: list[Any], properties: dict[str, Any]) -> Any:
    *pairs, other = rest
    hits = (then for test, then in zip(pairs[::2], pairs[1::2], strict=True) if computed(test, properties))
    return computed(next(hits, other), properties)


def ramped(rest: list[Any], properties: dict[str, Any]) -> str:
    value, stops = computed(rest[1], properties), rest[2:]
    channels = np.array([[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in stops[1::2]], dtype=float)
    mixed = [np.interp(value, stops[::2], channel) for channel in channels.T]
    return "#" + "".join(f"{round(channel):02x}" for channel in mixed)


OPERATORS: dict[str, Any] = {
    "get": lambda rest, properties: properties.get(rest[0]),
    "==": lambda rest, properties: computed(rest[0], properties) == computed(rest[1], properties),
    "typeof": lambda rest, properties: "number" if isinstance(computed(rest[0], properties), int | float) else "null",
    "to-string": lambda rest, properties: "" if (v := computed(rest[0], properties)) is None else spelled(v),
    "match": matched,
    "case": chosen,
    "interpolate": ramped,
}


def apart(one: str, other: str) -> int:
    """How far two colours lie apart in their worst channel."""
    return max(abs(int(one[i : i + 2], 16) - int(other[i : i + 2], 16)) for i in (1, 3, 5))


def test_a_plain_color_is_itself() -> None:
    assert expression("#123456") == "#123456"
    assert colors("#123456", [1, None]) == ["#123456", "#123456"]


def test_a_case_is_matched_and_the_rest_is_other() -> None:
    level = By("level", {"major": "#c81e1e", "low": "#2f6fde"})
    assert expression(level)[0] == "match"
    assert colors(level, ["major", "low", "new", None, float("nan")]) == ["#c81e1e", "#2f6fde", OTHER, OTHER, OTHER]


def test_truth_can_be_a_case() -> None:
    duty = By("on_duty", {True: "#00ff00", False: "#ff0000"})
    assert not is_ramp(duty)
    assert colors(duty, [True, np.False_, None]) == ["#00ff00", "#ff0000", OTHER]
    assert [computed(expression(duty), {"on_duty": v}) for v in (True, False, None)] == ["#00ff00", "#ff0000", OTHER]


def test_a_ramp_is_in_order_whatever_the_cases_were() -> None:
    score = By("score", {100: "#ffffff", 0: "#000000"})
    assert is_ramp(score)
    assert expression(score)[2] == ["interpolate", ["linear"], ["get", "score"], 0, "#000000", 100, "#ffffff"]
    assert colors(score, [-5, 0, 50, 100, np.int64(300)]) == ["#000000", "#000000", "#7f7f7f", "#ffffff", "#ffffff"]


@pytest.mark.parametrize("nothing", [None, float("nan"), float("inf"), "50", True])
def test_what_is_no_number_has_no_place_on_a_ramp(nothing: Any) -> None:
    assert colors(By("score", {0: "#000000", 100: "#ffffff"}), [nothing]) == [OTHER]


def test_a_look_without_cases_is_other() -> None:
    assert expression(By("level", {})) == OTHER
    assert colors(By("level", {}), ["major"]) == [OTHER]


@given(CASES, st.none() | st.text(max_size=4))
def test_both_choose_the_same_case(cases: dict[str, str], value: str | None) -> None:
    look = By("field", {case: color for case, color in cases.items() if case})
    assert computed(expression(look), {"field": value}) == colors(look, [value])[0]


@given(RAMPS, st.none() | st.floats(-80, 80))
def test_both_run_along_the_same_ramp(cases: dict[int, str], value: float | None) -> None:
    look = By("field", cases)
    assert apart(computed(expression(look), {"field": value}), colors(look, [value])[0]) <= 1

"""What occurs most often: against Python's own counter."""

from collections import Counter
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.case import Case
from layers.codes import code_list
from layers.top import top
from layers.vehicle import Fix
from spatial.errors import BadParameter

MATTERS = tuple(code_list("matters").codes)
LAYER = Case.layer


@given(st.lists(st.sampled_from([*MATTERS[:15], None])), st.integers(1, 20))
def test_the_counts_are_right_and_fall(codes: list[str | None], n: int) -> None:
    counted = Counter(code for code in codes if code)
    found: Any = top(LAYER, pd.DataFrame({"matter": codes}, dtype=object), "matter", n)
    assert len(found) == min(n, len(counted))
    assert found["count"].tolist() == [count for _, count in counted.most_common(n)]
    assert all(counted[code] == count for code, count in found["count"].items())
    assert found["share"].sum() == pytest.approx(found["count"].sum() / max(counted.total(), 1))


def test_codes_are_called_by_name() -> None:
    found = top(LAYER, pd.DataFrame({"matter": ["06010", "06010", "09006"]}), "matter")
    assert found.loc["06010", ["zh", "en", "count"]].tolist() == ["暴露垃圾", "Exposed garbage", 2]


def test_equal_counts_come_in_the_order_of_their_codes() -> None:
    found = top(LAYER, pd.DataFrame({"matter": ["09006", "06010", "07001"] * 2}), "matter")
    assert found.index.tolist() == ["06010", "07001", "09006"]


def test_codes_are_counted_by_what_they_are_under() -> None:
    found = top(LAYER, pd.DataFrame({"matter": ["06010", "06042", "09006"]}), "matter", above=True)
    assert found["count"].to_dict() == {"06": 2, "09": 1}
    assert found.loc["06", "zh"] == code_list("matter-classes").title_of("06").zh


def test_values_without_codes_are_their_own_names() -> None:
    found = top(Fix.layer, pd.DataFrame({"vehicle": ["渝A1", "渝A2", "渝A2"]}), "vehicle", 1)
    assert found["zh"].tolist() == ["渝A2"]


@pytest.mark.parametrize(("by", "said"), [("nothing", "cannot be counted"), ("state", "cannot be counted")])
def test_a_column_must_be_there(by: str, said: str) -> None:
    with pytest.raises(BadParameter, match=said):
        top(LAYER, pd.DataFrame({"matter": ["06010"]}), by)


@pytest.mark.parametrize("by", ["district", "address"])
def test_what_is_under_nothing_cannot_be_counted_above(by: str) -> None:
    with pytest.raises(BadParameter, match="under nothing"):
        top(LAYER, pd.DataFrame({by: ["500103"]}), by, above=True)

"""Cell codes are read, written and refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.cell_code import SERIAL_DIGITS, CellCode, numbered
from spatial.errors import BadInput

COMMUNITY = "500103001002"


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


@given(st.sampled_from(sorted(SERIAL_DIGITS)).flatmap(lambda scheme: digits(int(scheme))))
def test_a_code_is_written_as_it_was_read(text: str) -> None:
    code = CellCode.read(text)
    assert str(code) == text
    assert code.scheme == str(len(text))
    assert code.prefix == text[:12]


def test_a_code_has_its_parts() -> None:
    assert CellCode.read("500103001002007") == CellCode("500103", "001", "002", 7)
    assert str(CellCode("500103", "001", "002", 7, "14")) == "50010300100207"
    assert str(CellCode("500103", "001", "002", 7, "16")) == "5001030010020007"


@pytest.mark.parametrize("text", ["", "500103", "5001030010020078901", "50010300100200a", "50010300100200１", "x" * 15])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="send 15 digits"):
        CellCode.read(text)


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        (("50010", "001", "002", 1), "county '50010'"),
        (("500103", "1", "002", 1), "street '1'"),
        (("500103", "001", "02x", 1), "community '02x'"),
        (("500103", "001", "002", 1000), "顺序码已满"),
        (("500103", "001", "002", -1), "does not fit"),
        (("500103", "001", "002", 100, "14"), "0 to 99"),
        (("500103", "001", "002", 1, "13"), "no scheme"),
    ],
)
def test_a_code_cannot_be_made_wrong(parts: tuple[str, str, str, int], why: str) -> None:
    with pytest.raises(BadInput, match=why):
        CellCode(*parts)


@given(digits(15), digits(15))
def test_codes_sort_as_their_text(one: str, other: str) -> None:
    assert (CellCode.read(one) < CellCode.read(other)) == (one < other)


def test_a_community_numbers_its_cells_from_one_to_999() -> None:
    codes = [str(code) for code in numbered(COMMUNITY, 999)]
    assert codes[0] == "500103001002001"
    assert codes[-1] == "500103001002999"
    assert codes == sorted(set(codes))
    assert numbered(COMMUNITY, 0) == []
    with pytest.raises(BadInput, match="顺序码已满"):
        numbered(COMMUNITY, 1000)
    with pytest.raises(BadInput, match="community"):
        numbered(COMMUNITY[:-1], 1)

"""Encodings are told by bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.source.encoding import detected, detected_in, known
from spatial.errors import BadSource, Unguessable

CHINESE = "编号,名称\n1,重庆市江北区观音桥街道\n2,万州区\n" * 20
GERMAN = "Nr,Straße\n1,Böblinger Straße\n2,Gewässer für Größe\n" * 20


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8-sig"),
        (CHINESE, "gbk", "gb18030"),
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "utf-16", "utf-16"),
        (CHINESE, "utf-16-le", "utf-16-le"),
        (CHINESE, "utf-16-be", "utf-16-be"),
        (GERMAN, "cp1252", "cp1252"),
        ("編號,名稱\n1,臺北市信義區市府路\n" * 20, "big5", "big5"),
        ("a,b\n1,2\n", "ascii", "utf-8"),
        ("", "ascii", "utf-8"),
    ],
)
def test_an_encoding_is_found(text: str, encoding: str, expected: str) -> None:
    assert detected(text.encode(encoding)) == expected


def test_a_sample_may_end_within_a_character() -> None:
    data = CHINESE.encode("gb18030")
    assert {detected(data[:end]) for end in range(200, 240)} == {"gb18030"}
    data = ("甲" * 1000).encode()
    assert {detected(data[:end]) for end in range(100, 103)} == {"utf-8"}


def test_fields_cut_in_the_middle_do_not_mislead() -> None:
    names = ["石柱土家族自治县", "彭水苗族土家族自治县", "万州区"]
    assert detected_in([name.encode("gbk")[:9] for name in names]) == "gb18030"
    assert detected_in([name.encode()[:10] for name in names]) == "utf-8"
    assert detected_in([b"Wanzhou", b"Fuling"]) == "utf-8"


def test_noise_is_not_guessed_at() -> None:
    with pytest.raises(Unguessable, match="--encoding"):
        detected(bytes(range(128, 256)) * 3 + b"\x00\x81\xff\x00\n")


@pytest.mark.parametrize("name", ["klingon", "", "utf-8\x00"])
def test_an_unknown_codec_is_refused(name: str) -> None:
    with pytest.raises(BadSource, match="gb18030"):
        known(name)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=30, max_size=200))
def test_what_is_found_reads_utf8_back(text: str) -> None:
    assert text.encode().decode(detected(text.encode(), whole=True)) == text

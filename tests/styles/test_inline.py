"""A page is made whole, or not at all."""

import re
from pathlib import Path

import pytest

from styles.inline import VENDORED, MissingAsset, found, inline, policy

PAGE = "<!DOCTYPE html><html><head>{}</head><body></body><script>\nlet own = '<&>';\n</script></html>"


def script(address: str) -> str:
    return PAGE.format(f'<script src="{address}"></script>')


def test_every_library_is_where_we_say(assets: Path) -> None:
    assert all((assets / name).is_file() for name in VENDORED.values())


@pytest.mark.parametrize("address", ["leaflet.js", "https://a.b/npm/leaflet@1.9.3/dist/leaflet.js"])
def test_a_script_becomes_part_of_the_page_with_its_terms(assets: Path, address: str) -> None:
    html = inline(script(address), assets)
    assert " src=" not in html
    assert "sourceMappingURL" not in html
    assert '="http' not in html
    assert "Redistribution and use in source and binary forms" in html
    assert "L.map" in html or ".map=function" in html


def test_a_sheet_becomes_part_of_the_page_with_its_pictures(assets: Path) -> None:
    html = inline(PAGE.format('<link rel="stylesheet" href="leaflet.css"/>'), assets)
    assert "<link" not in html
    assert "url(data:image/png;base64," in html
    assert not re.findall(r"url\((?!data:|#)", html)


@pytest.mark.parametrize("address", ["https://code.jquery.com/jquery-3.7.1.min.js", "d3.js", ""])
def test_an_unknown_link_is_refused(assets: Path, address: str) -> None:
    with pytest.raises(MissingAsset, match="no local copy"):
        found(address, assets)


def test_a_page_that_links_elsewhere_is_refused(assets: Path) -> None:
    with pytest.raises(MissingAsset, match=r"jquery\.js has no local copy"):
        inline(script("https://code.jquery.com/jquery.js"), assets)


def test_a_missing_file_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(MissingAsset, match=r"python hatch_build\.py"):
        inline(script("leaflet.js"), tmp_path)


def test_a_missing_picture_is_missed(tmp_path: Path) -> None:
    (tmp_path / "leaflet").mkdir()
    (tmp_path / "leaflet" / "leaflet.css").write_text("a { background: url('images/layers.png') }")
    with pytest.raises(MissingAsset, match=r"layers\.png is missing"):
        inline(PAGE.format('<link rel="stylesheet" href="leaflet.css"/>'), tmp_path)


def test_a_script_without_its_terms_is_refused(tmp_path: Path) -> None:
    (tmp_path / "leaflet").mkdir()
    (tmp_path / "leaflet" / "leaflet.js").write_text("let L;")
    with pytest.raises(MissingAsset, match="LICENSE is missing"):
        inline(script("leaflet.js"), tmp_path)


def test_the_policy_allows_this_page_and_nothing_else(assets: Path) -> None:
    html = inline(script("leaflet.js"), assets)
    (rules,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert html.index("Content-Security-Policy") < html.index("<script")
    assert rules.startswith("default-src 'none'; img-src data:;")
    assert len(re.findall("'sha256-[^']+'", rules)) == 2
    assert "unsafe-inline" not in rules.split("script-src")[1]


def test_the_policy_follows_the_code() -> None:
    one, other = (policy(f"<script>{code}</script>") for code in ("let a = 1;", "let a = 2;"))
    assert one != other
    # the digest of the empty string, as everybody knows it
    assert "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" in policy("<script></script>")

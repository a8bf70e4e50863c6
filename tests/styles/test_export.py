"""An export is one file: complete, honest about what it lacks, and asking for nothing."""

import json
import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import geopandas as gpd
import shapely

from layers.catalogue import declared
from layers.feature import Layer
from layers.query import Count
from layers.text import Text
from spatial.box import Box
from spatial.shape import Kind
from styles.export import MAX_EXPORT, Exported, Sheet, city_map, export
from styles.folium_map import show
from styles.inline import MissingAsset

MADE = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
ABOUT = Sheet(Text("一张图", "One map"), Text("运行中心", "Operation centre"), MADE)


ASKING = ("src", "href", "srcset", "action", "data")


class Page(HTMLParser):
    """What a page asks for, and what it says."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.tags: list[str] = [""]
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.asked += [f"{name}={value}" for name, value in attrs if name in ASKING]

    def handle_endtag(self, tag: str) -> None:
        self.tags.append("")

    def handle_data(self, data: str) -> None:
        self.text += data if self.tags[-1] not in ("script", "style") else ""


def said(html: str) -> str:
    return " ".join(Page(html).text.split())


@pytest.fixture
def city(layers: dict[str, Layer], frame: Any) -> list[Exported]:
    return [Exported(layer, frame(layer, 6)) for layer in layers.values()]


def test_the_whole_city_asks_for_nothing(city: list[Exported], assets: Path) -> None:
    html = export(city, ABOUT, assets)
    page = Page(html)
    assert page.asked == []
    assert not {"link", "img", "iframe", "base"} & set(page.tags)
    assert not re.findall(r"url\((?!data:|#)", html)
    assert not re.findall(r"(?:fetch|XMLHttpRequest|sendBeacon|WebSocket|EventSource|importScripts)\b", html)
    assert "default-src 'none'" in html


def test_the_page_is_in_its_language_and_says_what_it_is(city: list[Exported], assets: Path) -> None:
    box = Box(106.4, 29.4, 106.7, 29.7)
    html = export(city, replace(ABOUT, box=box, filter="level = 'major'"), assets)
    text = said(html)
    assert '<html lang="zh-CN">' in html
    assert "<title>一张图 One map</title>" in html
    for part in ("一张图 One map", "运行中心 Operation centre", "2026-11-23 07:30", "Asia/Shanghai", "level = 'major'"):
        assert part in text
    assert "106.4000, 29.4000 – 106.7000, 29.7000" in text


@pytest.mark.parametrize("layer", declared().values(), ids=lambda each: each.name)
def test_every_layer_can_be_exported_alone(layer: Layer, frame: Any, assets: Path) -> None:
    html = export([Exported(layer, frame(layer, 3))], ABOUT, assets)
    assert layer.title.zh in html
    # what its style hides among others is shown when it is all there is
    assert re.search(r"geo_json_\w+\.addTo\(\s*map_", html)


@pytest.mark.parametrize(
    ("matched", "limit", "notice"),
    [
        (Count(12_345), 5, Text("仅含前 5 / 共 12,345 个", "First 5 of 12,345")),
        (Count(12_000, exact=False), 5, Text("仅含前 5 / 共约 12,000 个", "First 5 of about 12,000")),
        (None, 3, Text("仅含前 3 / 共 8 个", "First 3 of 8")),
    ],
)
def test_what_is_left_out_is_said(
    layers: dict[str, Layer], frame: Any, assets: Path, matched: Count | None, limit: int, notice: Text
) -> None:
    whole = Exported(layers["teams"], frame(layers["teams"], 8), matched, limit)
    html = export([whole], ABOUT, assets)
    assert len(whole.cut().frame) == limit
    assert f"应急队伍 {notice.zh} Teams: {notice.en}" in said(html)
    in_the_switch = json.dumps(notice.zh)[1:-1]
    assert in_the_switch in html


def test_what_is_whole_leaves_no_notice(layers: dict[str, Layer], frame: Any, assets: Path) -> None:
    html = export([Exported(layers["teams"], frame(layers["teams"], 8), Count(8))], ABOUT, assets)
    assert "仅含前" not in html
    assert "om-left-out" not in said(html)


def test_rows_without_a_place_are_said_to_be_left_out(uploaded: Any, assets: Path) -> None:
    places = shapely.from_wkt(["POINT (106 29)", None, None])
    rows = gpd.GeoDataFrame({"code": list("ABC")}, geometry=places, crs=4326)
    html = export([Exported(uploaded(Kind.POINT), rows)], ABOUT, assets)
    assert "2 个没有位置，未画出 Uploaded: 2 without a place, not drawn" in said(html)


def test_no_more_rows_than_a_file_should_carry(uploaded: Any) -> None:
    n = MAX_EXPORT + 5
    rows = gpd.GeoDataFrame({"code": range(n)}, geometry=shapely.points([106.0] * n, [29.0] * n), crs=4326)
    kept = Exported(uploaded(Kind.POINT), rows, limit=10**9).cut()
    assert len(kept.frame) == MAX_EXPORT
    assert [text.en for text in kept.left_out()] == ["First 20,000 of 20,005"]
    assert kept.cut().left_out() == kept.left_out()


def test_layers_lie_in_their_order(city: list[Exported], assets: Path) -> None:
    page = city_map(list(reversed(city)), assets)
    titles = [layer.title.zh for layer in sorted(declared().values(), key=lambda each: each.style.order)]
    names = [str(getattr(each, "layer_name", "")) for each in page._children.values()]
    assert [next(t for t in titles if f">{t}<" in name) for name in names if name] == titles


def test_the_map_opens_on_what_it_shows(layers: dict[str, Layer], frame: Any, assets: Path) -> None:
    rows = frame(layers["vehicles"], 9)
    assert city_map([Exported(layers["vehicles"], rows)], assets).corners == tuple(rows.total_bounds)
    box = Box(1, 2, 3, 4)
    assert city_map([Exported(layers["vehicles"], rows)], assets, box).corners == (1, 2, 3, 4)
    around = Box(179, 2, -179, 4)
    assert city_map([Exported(layers["vehicles"], rows)], assets, around).corners == tuple(rows.total_bounds)


def test_hidden_layers_do_not_widen_the_map(layers: dict[str, Layer], frame: Any, assets: Path) -> None:
    far = frame(layers["fixes"], 2, place=shapely.Point(0, 0))
    rows = frame(layers["vehicles"], 9)
    both = [Exported(layers["vehicles"], rows), Exported(layers["fixes"], far)]
    assert city_map(both, assets).corners == tuple(rows.total_bounds)


@pytest.mark.parametrize("exports", [0, 1], ids=["no layers", "an empty layer"])
def test_nothing_to_show_is_an_empty_map(layers: dict[str, Layer], frame: Any, assets: Path, exports: int) -> None:
    empty = [Exported(layers["vehicles"], frame(layers["vehicles"], 0))] * exports
    assert city_map(empty, assets).corners is None
    assert ", null);" in export(empty, ABOUT, assets)


def test_what_a_sheet_says_is_text(layers: dict[str, Layer], frame: Any, assets: Path) -> None:
    bad = "</title></script><script>alert(1)</script>{{ 7 * 7 }}"
    about = Sheet(Text(bad, bad), Text(bad, bad), MADE, filter=bad)
    html = export([Exported(layers["teams"], frame(layers["teams"], 2))], about, assets)
    assert "<script>alert" not in html
    assert said(html).count("{{ 7 * 7 }}") == 4


def test_without_the_libraries_there_is_no_file(city: list[Exported], tmp_path: Path) -> None:
    with pytest.raises(MissingAsset, match="fetch the browser libraries"):
        export(city, ABOUT, tmp_path)


def test_a_notebook_shows_a_layer_offline(layers: dict[str, Layer], frame: Any, assets: Path) -> None:
    shown = show(layers["teams"], frame(layers["teams"], 3), assets)._repr_html_()
    assert shown.count("<iframe") == 1
    assert "Content-Security-Policy" in shown
    assert not re.findall(r"(?:src|href)=(?:&quot;|&#34;)http", shown)


def test_a_page_may_be_saved(layers: dict[str, Layer], frame: Any, assets: Path, tmp_path: Path) -> None:
    show(layers["teams"], frame(layers["teams"], 3), assets).save(str(tmp_path / "map.html"))
    assert Page((tmp_path / "map.html").read_text("utf-8")).asked == []


@pytest.mark.slow
def test_as_many_rows_as_may_be_are_written_quickly(layers: dict[str, Layer], frame: Any, assets: Path) -> None:
    rows = frame(layers["cases"], MAX_EXPORT)
    began = time.perf_counter()
    html = export([Exported(layers["cases"], rows)], ABOUT, assets)
    assert time.perf_counter() - began < 10
    assert len(html.encode()) < MAX_EXPORT * 500

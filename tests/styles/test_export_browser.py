"""An export as a reader opens it: from a disk, without a network, on a wide screen and on a phone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, expect

import geopandas as gpd
import shapely

from layers.feature import Layer
from layers.look import Style
from layers.query import Count
from layers.text import Text
from spatial.shape import Kind
from styles.export import Exported, Sheet, export

ABOUT = Sheet(Text("一张图", "One map"), Text("运行中心", "Centre"), datetime(2026, 11, 22, tzinfo=UTC))
HOSTILE = "</script><img src=x onerror=\"window.hacked='img'\"><svg onload=\"window.hacked='svg'\">{{ 7 * 7 }}"
TOGGLE = ".leaflet-control-layers-toggle"
MAP = "document.querySelector('.folium-map')"


@dataclass
class Opened:
    """An export in a browser: the page, what it asked for, and what it complained of."""

    page: Page
    asked: list[str] = field(default_factory=list[str])
    complaints: list[str] = field(default_factory=list[str])

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Where on the screen a place is."""
        found = self.page.evaluate(
            f"([lat, lon]) => {{ const map = window[{MAP}.id], box = {MAP}.getBoundingClientRect();"
            " const { x, y } = map.latLngToContainerPoint([lat, lon]); return [box.x + x, box.y + y]; }",
            [lat, lon],
        )
        return found[0], found[1]

    def go(self, lon: float, lat: float, zoom: float) -> None:
        """Look at a place."""
        self.page.evaluate(
            f"([lat, lon, zoom]) => {{ window[{MAP}.id].setView([lat, lon], zoom, {{ animate: false }}); }}",
            [lat, lon, zoom],
        )

    def drawn(self) -> int:
        """How many places of the canvas are not empty; of a copy, for reading slows a canvas down and says so."""
        return self.page.evaluate(
            """() => {
                const drawn = document.querySelector("canvas.leaflet-zoom-animated");
                const { width, height } = drawn;
                const copy = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
                copy.drawImage(drawn, 0, 0);
                return copy.getImageData(0, 0, width, height).data.filter((v, i) => i % 4 === 3 && v > 0).length;
            }"""
        )


Open = Callable[..., Opened]


@pytest.fixture
def opened(window: Callable[..., BrowserContext], assets: Path, tmp_path: Path) -> Iterator[Open]:
    """Opens an export of some layers from a file."""
    every: list[Opened] = []

    def open_file(*exports: Exported, phone: bool = False) -> Opened:
        path = tmp_path / f"{len(every)}.html"
        path.write_text(export(exports, ABOUT, assets), "utf-8")
        it = Opened(window(phone).new_page())
        it.page.on("request", lambda request: it.asked.append(request.url))
        it.page.on("pageerror", lambda error: it.complaints.append(str(error)))
        it.page.on("console", lambda said: it.complaints.append(said.text))
        it.page.goto(path.as_uri())
        every.append(it)
        return it

    yield open_file
    beyond = [[url for url in it.asked if not url.startswith(("file:", "data:"))] for it in every]
    complaints = [it.complaints for it in every]
    assert beyond == complaints == [[] for _ in every]


def spread(n: int, **columns: Any) -> gpd.GeoDataFrame:
    chance = np.random.default_rng(3)
    places = shapely.points(chance.normal(106.55, 0.05, n), chance.normal(29.56, 0.04, n))
    return gpd.GeoDataFrame({"code": [f"P{i}" for i in range(n)], **columns}, geometry=places, crs=4326)


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_the_whole_city_opens_without_a_network(
    opened: Open, layers: dict[str, Layer], frame: Any, phone: bool
) -> None:
    it = opened(*(Exported(layer, frame(layer, 30)) for layer in layers.values()), phone=phone)
    assert it.page.locator(".om-head h1").is_visible()
    assert it.drawn() > 1000
    assert it.page.locator(".leaflet-control-scale-line").is_visible()
    assert it.page.locator(".leaflet-control-attribution").count() == 0
    assert it.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_everything_shown_is_in_view(opened: Open, layers: dict[str, Layer], frame: Any) -> None:
    rows = frame(layers["vehicles"], 20)
    it = opened(Exported(layers["vehicles"], rows))
    west, south, east, north = rows.total_bounds
    switch = it.page.locator(".leaflet-control-layers").bounding_box()
    assert switch
    for lon, lat in ((west, south), (east, north)):
        x, y = it.at(lon, lat)
        assert 0 < x < switch["x"]
        assert 0 < y < 800


def test_the_legend_is_open_on_a_wide_screen_and_folded_on_a_phone(
    opened: Open, layers: dict[str, Layer], frame: Any
) -> None:
    risks = Exported(layers["risk_points"], frame(layers["risk_points"], 9), Count(12_345))
    wide, phone = opened(risks), opened(risks, phone=True)
    switch = wide.page.locator(".leaflet-control-layers-list")
    for said in ("风险点", "Risk points", "重大", "Major", "仅含前 9 / 共 12,345 个", "First 9 of 12,345"):
        assert said in switch.inner_text()
    assert not phone.page.locator(".leaflet-control-layers-list").is_visible()
    assert "仅含前 9" in phone.page.locator(".om-left-out").inner_text()
    phone.page.tap(TOGGLE)
    assert "重大 Major" in phone.page.locator(".leaflet-control-layers-list").inner_text()


def test_layers_are_switched(opened: Open, layers: dict[str, Layer], frame: Any) -> None:
    it = opened(*(Exported(layers[name], frame(layers[name], 20)) for name in ("vehicles", "cameras")))
    both = it.drawn()
    boxes = it.page.locator(".leaflet-control-layers-selector")
    boxes.nth(0).uncheck()
    it.page.wait_for_timeout(100)
    assert 0 < it.drawn() < both
    boxes.nth(0).check()
    it.page.wait_for_timeout(100)
    assert it.drawn() == both


def test_upper_layers_stay_above_what_is_switched_on_later(opened: Open, uploaded: Any) -> None:
    square = gpd.GeoDataFrame({"code": ["A"]}, geometry=[shapely.box(106.5, 29.5, 106.6, 29.6)], crs=4326)
    point = gpd.GeoDataFrame({"code": ["P"]}, geometry=[shapely.Point(106.55, 29.55)], crs=4326)
    below = uploaded(Kind.POLYGON, Style(order=1), Text("下", "Below"))
    it = opened(Exported(below, square), Exported(uploaded(Kind.POINT, Style(order=9)), point))
    area = it.page.locator(".leaflet-control-layers-selector").nth(1)
    area.uncheck()
    area.check()
    it.page.mouse.move(*it.at(106.55, 29.55))
    expect(it.page.locator(".om-tip h2")).to_have_text("P")
    it.page.mouse.move(*it.at(106.52, 29.52))
    expect(it.page.locator(".om-tip h2")).to_have_text("A")


def test_a_card_tells_titles_codes_units_and_times(opened: Open, layers: dict[str, Layer], frame: Any) -> None:
    said = {
        "plate": "渝A12345",
        "state": "working",
        "speed_kmh": 32.5,
        "driver": None,
        "at": datetime(2026, 11, 20, 4, 5, tzinfo=UTC),
        "place": shapely.Point(106.55, 29.55),
    }
    it = opened(Exported(layers["vehicles"], frame(layers["vehicles"], 1, **said)))
    it.page.mouse.move(*it.at(106.55, 29.55))
    tip = it.page.locator(".om-tip").inner_text()
    for part in ("作业车辆 Vehicles", "车牌 Plate", "渝A12345", "作业 Working", "32.5 km/h", "2026-11-20 12:05"):
        assert part in tip
    assert "驾驶员" not in tip
    it.page.mouse.click(*it.at(106.55, 29.55))
    it.page.wait_for_selector(".om-popup")
    assert it.page.locator(".om-tip").count() == 0
    it.page.mouse.move(5, 400)
    assert "32.5 km/h" in it.page.locator(".om-popup").inner_text()


def test_a_long_card_is_short_under_the_pointer_and_whole_on_a_click(
    opened: Open, layers: dict[str, Layer], frame: Any
) -> None:
    rows = frame(layers["cases"], 1, place=shapely.Point(106.55, 29.55), unit="渝中区城管局", on_time=True)
    it = opened(Exported(layers["cases"], rows))
    it.page.mouse.move(*it.at(106.55, 29.55))
    assert it.page.locator(".om-tip tr").count() == 8
    assert it.page.locator(".om-tip .om-more").is_visible()
    it.page.mouse.click(*it.at(106.55, 29.55))
    assert it.page.locator(".om-popup tr").count() > 8
    assert "是 Yes" in it.page.locator(".om-popup").inner_text()


def test_a_tap_tells_on_a_phone(opened: Open, layers: dict[str, Layer], frame: Any) -> None:
    it = opened(Exported(layers["teams"], frame(layers["teams"], 1, place=shapely.Point(106.55, 29.55))), phone=True)
    it.page.touchscreen.tap(*it.at(106.55, 29.55))
    it.page.wait_for_selector(".om-popup")
    assert "应急队伍 Teams" in it.page.locator(".om-popup").inner_text()


def test_many_points_are_gathered_and_fall_apart(opened: Open, uploaded: Any) -> None:
    rows = spread(4000)
    it = opened(Exported(uploaded(Kind.POINT, Style(color="#c81e1e")), rows))
    counts = [int(text.replace(",", "")) for text in it.page.locator(".om-cluster").all_inner_texts()]
    assert len(counts) > 3
    assert sum(counts) <= 4000
    place = rows.geometry.iloc[0]
    it.go(place.x, place.y, 18)
    it.page.wait_for_timeout(200)
    it.page.mouse.move(*it.at(place.x, place.y))
    assert it.page.locator(".om-tip h2").inner_text().startswith("P")


def test_labels_come_with_their_zoom_and_keep_apart(opened: Open, uploaded: Any) -> None:
    layer = uploaded(Kind.POINT, Style(label="code", label_zoom=13))
    it = opened(Exported(layer, spread(500)))
    it.go(106.55, 29.56, 12)
    assert it.page.locator(".om-label").count() == 0
    it.go(106.55, 29.56, 14)
    spans = "[...document.querySelectorAll('.om-label span')]"
    sides = it.page.evaluate(f"{spans}.map((span) => span.getBoundingClientRect().toJSON())")
    boxes = [shapely.box(each["left"], each["top"] + 2, each["right"], each["bottom"] - 2) for each in sides]
    assert len(boxes) > 5
    assert shapely.STRtree(boxes).query(boxes, predicate="overlaps").size == 0


def test_a_street_in_many_pieces_is_named_once(opened: Open, uploaded: Any) -> None:
    pieces = [shapely.LineString([(106.5 + i / 100, 29.5), (106.51 + i / 100, 29.5)]) for i in range(6)]
    rows = gpd.GeoDataFrame({"code": ["长江路"] * 6}, geometry=pieces, crs=4326)
    it = opened(Exported(uploaded(Kind.LINE, Style(label="code", label_zoom=0)), rows))
    assert it.page.locator(".om-label").count() == 1


def test_things_grow_with_the_zoom(opened: Open, uploaded: Any) -> None:
    place = shapely.Point(106.55, 29.55)
    it = opened(Exported(uploaded(Kind.POINT), gpd.GeoDataFrame({"code": ["A"]}, geometry=[place], crs=4326)))
    sizes: list[int] = []
    for zoom in (9, 14, 19):
        it.go(place.x, place.y, zoom)
        it.page.wait_for_timeout(100)
        sizes.append(it.drawn())
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("n", [1, 4000], ids=["alone", "clustered"])
def test_hostile_values_are_only_text(opened: Open, uploaded: Any, n: int) -> None:
    rows = spread(n)
    rows["code"] = HOSTILE
    layer = uploaded(Kind.POINT, Style(label="code", label_zoom=0), Text(HOSTILE, HOSTILE))
    it = opened(Exported(layer, rows))
    place = rows.geometry.iloc[0]
    it.go(place.x, place.y, 18)
    it.page.wait_for_timeout(200)
    it.page.mouse.move(*it.at(place.x, place.y))
    assert it.page.locator(".om-tip h2").inner_text() == HOSTILE
    it.page.mouse.click(*it.at(place.x, place.y))
    assert HOSTILE in it.page.locator(".om-popup").inner_text()
    assert HOSTILE in it.page.locator(".leaflet-control-layers-list").inner_text()
    assert HOSTILE in it.page.locator(".om-label").first.inner_text()
    assert it.page.evaluate("window.hacked") is None
    assert it.page.locator("img[src=x]").count() == 0


def test_markup_put_in_afterwards_can_not_run(
    window: Callable[..., BrowserContext], assets: Path, tmp_path: Path
) -> None:
    path = tmp_path / "map.html"
    html = export([], ABOUT, assets)
    path.write_text(html.replace("</body>", f"{HOSTILE}<script>window.hacked = 'script'</script></body>"), "utf-8")
    page = window().new_page()
    asked: list[str] = []
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert page.evaluate("window.hacked") is None
    assert asked == [path.as_uri()]


@pytest.mark.slow
def test_as_many_points_as_may_be_are_drawn(opened: Open, uploaded: Any) -> None:
    it = opened(Exported(uploaded(Kind.POINT), spread(20_000)))
    assert it.page.locator(".om-cluster").count() > 3
    took = it.page.evaluate("performance.getEntriesByType('navigation')[0].domComplete")
    assert took < 20_000

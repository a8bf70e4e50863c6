"""The one map, used as a reader uses it."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Request, expect

pytestmark = pytest.mark.browser
RISK = "#map=16/29.56/106.55&layers=risk_points"
SHARE = "#map=16/29.56/106.55&layers=districts,risk_points"
DETAILS = "#details"


def asked(visit: Any, layer: str) -> list[dict[str, list[str]]]:
    """Collect the queries that the page sends for a layer's items from now on."""
    queries: list[dict[str, list[str]]] = []

    def note(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.path == f"/collections/{layer}/items":
            queries.append(parse_qs(parts.query))

    visit.page.on("request", note)
    return queries


def test_it_loads_the_visible_layers_and_says_how_much(open_map: Callable[..., Any]) -> None:
    visit = open_map()
    expect(visit.status("districts")).to_have_text("9")
    expect(visit.status("vehicles")).to_have_text(re.compile(r"实时[1-6]\d"))
    expect(visit.status("streets")).to_have_text("放大后显示")
    expect(visit.status("cases")).to_be_empty()
    expect(visit.page).to_have_title("城市一张图 OneMap")
    expect(visit.page.locator(".maplibregl-ctrl-attrib")).to_have_text("OneMap 城市一张图")


def test_it_asks_only_for_the_fields_that_the_style_reads(open_map: Callable[..., Any]) -> None:
    visit = open_map()
    queries = asked(visit, "cases")
    visit.page.get_by_role("switch", name="案件").check()
    expect(visit.status("cases")).to_contain_text("10,000")
    assert [query["properties"] for query in queries] == [["state"]]


def test_a_layer_is_switched_on_and_off_and_the_address_says_so(open_map: Callable[..., Any]) -> None:
    visit = open_map()
    switch = visit.page.get_by_role("switch", name="风险点")
    expect(switch).to_be_checked()
    switch.uncheck()
    expect(visit.status("risk_points")).to_be_empty()
    assert "layers=districts,streets,vehicles" in visit.page.url
    switch.check()
    expect(visit.status("risk_points")).not_to_be_empty()
    assert "layers" not in visit.page.url


def test_more_than_was_loaded_is_said_in_the_list_and_over_the_map(open_map: Callable[..., Any]) -> None:
    visit = open_map("#map=9/29.58/106.54&layers=cases")
    expect(visit.status("cases")).to_contain_text("显示 10,000 / 共 12,000")
    expect(visit.page.locator("#notice")).to_contain_text("案件：当前范围内超过可载入数量")


def test_a_click_shows_titles_code_names_and_local_times(
    open_map: Callable[..., Any], fetch: Callable[[str], Any]
) -> None:
    visit = open_map(RISK)
    visit.click_centre()
    panel = visit.page.locator(DETAILS)
    expect(panel.locator("h2")).to_have_text("朝天门边坡")
    expect(panel.locator("[data-field=level] dt")).to_have_text("等级Level")
    expect(panel.locator("[data-field=level] dd")).to_have_text("重大Major")
    expect(panel.locator("[data-field=district] dd")).to_have_text("渝中区Yuzhong")
    expect(panel.locator("[data-field=place]")).to_have_count(0)
    utc = fetch("collections/risk_points/items/RP00000")["properties"]["checked"]
    hour = (int(utc[11:13]) + 8) % 24
    expect(panel.locator("[data-field=checked] dd")).to_contain_text(f"{hour:02}{utc[13:19]}")
    expect(panel.locator("[data-field=checked] dd")).to_contain_text("分钟前")


def test_a_link_names_and_opens_the_feature_that_a_field_refers_to(open_map: Callable[..., Any]) -> None:
    visit = open_map(RISK)
    visit.click_centre()
    visit.page.locator(DETAILS).get_by_role("button", name="朝天门边坡应急预案").click()
    expect(visit.page.locator(f"{DETAILS} .kind")).to_contain_text("应急预案")
    expect(visit.page.get_by_role("switch", name="应急预案")).to_be_checked()
    expect(visit.page.locator(f"{DETAILS} [data-field=risk_point]")).to_contain_text("朝天门边坡")


def test_features_above_each_other_are_stepped_through(open_map: Callable[..., Any]) -> None:
    visit = open_map(SHARE)
    visit.click_centre()
    panel = visit.page.locator(DETAILS)
    expect(panel.locator(".steps")).to_contain_text("1 / 2")
    panel.get_by_role("button", name="下一个").click()
    expect(panel.locator("h2")).to_have_text("渝中区")
    expect(panel.locator("[data-field=area] dd")).to_contain_text("km²")
    panel.get_by_role("button", name="下一个").click()
    expect(panel.locator("h2")).to_have_text("朝天门边坡")


def test_a_shared_address_opens_the_feature_and_the_layers(open_map: Callable[..., Any]) -> None:
    visit = open_map("#layers=risk_points&at=risk_points/RP00000&time=week")
    expect(visit.page.locator(f"{DETAILS} h2")).to_have_text("朝天门边坡")
    expect(visit.page.locator("#times input:checked")).to_have_value("week")
    expect(visit.page.get_by_role("switch", name="区县")).not_to_be_checked()
    expect(visit.page).to_have_url(re.compile(r"map=15"))


def test_the_period_is_asked_of_layers_with_time_and_of_no_other(open_map: Callable[..., Any]) -> None:
    visit = open_map(SHARE)
    timed, timeless = asked(visit, "risk_points"), asked(visit, "districts")
    visit.page.get_by_role("radio", name="最近1小时").check(force=True)
    expect(visit.status("risk_points")).to_have_text("1")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/\.\.", timed[-1]["datetime"][0])
    assert all("datetime" not in query for query in timeless)
    assert "time=hour" in visit.page.url


def test_a_period_of_ones_own_is_asked_for_and_a_wrong_one_is_explained(open_map: Callable[..., Any]) -> None:
    visit = open_map(RISK)
    queries = asked(visit, "risk_points")
    visit.page.get_by_role("radio", name="自定义").click(force=True)
    visit.page.get_by_label("从").fill("2026-05-02T08:00")
    visit.page.get_by_label("到").fill("2026-05-01T08:00")
    visit.page.get_by_role("button", name="应用").click()
    expect(visit.page.locator("#custom .problem")).to_have_text("开始时间须早于结束时间。")
    visit.page.get_by_label("到").fill("2026-05-03T08:00")
    visit.page.get_by_role("button", name="应用").click()
    expect(visit.page.locator("#times input:checked + span")).to_have_text("05-02 08:00 – 05-03 08:00")
    expect(visit.status("risk_points")).to_have_text("0")
    assert queries[-1]["datetime"] == ["2026-05-02T00:00:00Z/2026-05-03T00:00:00Z"]


def test_search_finds_in_the_visible_layers_goes_there_and_opens(open_map: Callable[..., Any]) -> None:
    visit = open_map()
    visit.page.get_by_role("combobox").fill("朝天门")
    results = visit.page.get_by_role("listbox")
    expect(results.locator(".heading")).to_have_text(["风险点Risk points1"])
    visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.press("Enter")
    expect(results).to_be_hidden()
    expect(visit.page.locator(f"{DETAILS} h2")).to_have_text("朝天门边坡")
    expect(visit.page).to_have_url(re.compile(r"map=15.*at=risk_points/RP00000"))


def test_search_says_when_it_found_nothing(open_map: Callable[..., Any]) -> None:
    visit = open_map()
    visit.page.get_by_role("combobox").fill("没有这个地方")
    expect(visit.page.get_by_role("listbox")).to_contain_text("可见图层中没有“没有这个地方”")


def test_the_language_is_switched_and_remembered(open_map: Callable[..., Any]) -> None:
    visit = open_map(RISK + "&at=risk_points/RP00000")
    visit.page.get_by_role("button", name="English").click()
    expect(visit.page.locator(f"{DETAILS} [data-field=level] dd")).to_have_text("Major重大")
    expect(visit.page.locator("#times")).to_contain_text("Last hour")
    expect(visit.page.get_by_role("switch", name="Risk points")).to_be_checked()
    visit.page.reload()
    expect(visit.page.locator("html")).to_have_attribute("lang", "en")
    expect(visit.page.locator("#layers-handle")).to_have_text("Layers图层")


def test_the_view_is_exported_with_its_layers_box_and_period(open_map: Callable[..., Any]) -> None:
    visit = open_map(SHARE + "&time=week")
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="导出地图").click()
    query = parse_qs(download.value.path().read_text("utf-8").removeprefix("<!doctype html><p>"))
    west, south, east, north = map(float, query["bbox"][0].split(","))
    assert download.value.suggested_filename == "map.html"
    assert query["layers"] == ["districts,risk_points"]
    assert query["datetime"][0].endswith("/..")
    assert west < 106.55 < east and south < 29.56 < north

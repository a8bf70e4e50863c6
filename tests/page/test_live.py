"""What the map does when the city moves, and when the network or the service fails it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
PLATE = "渝A00000"
ZOOM = 17
PIXELS = 512 * 2**ZOOM / 360
"""Pixels to a degree of longitude."""
DETAILS = "#details h2"


@pytest.fixture
def vehicle(fetch: Callable[[str], Any]) -> Any:
    return fetch(f"collections/vehicles/items/{quote(PLATE)}")


def beside(vehicle: Any, pixels: float) -> Any:
    """The vehicle, so many pixels further east."""
    x, y = vehicle["geometry"]["coordinates"]
    return {**vehicle, "geometry": {"type": "Point", "coordinates": [x + pixels / PIXELS, y]}}


def address(vehicle: Any) -> str:
    x, y = vehicle["geometry"]["coordinates"]
    return f"#map={ZOOM}/{y}/{x}&layers=vehicles"


def test_a_live_change_moves_a_point(open_map: Callable[..., Any], push: Callable[..., int], vehicle: Any) -> None:
    visit = open_map(address(vehicle))
    expect(visit.status("vehicles")).to_have_text("实时1")
    assert push("vehicles", "upsert", beside(vehicle, 200)) >= 1
    visit.page.wait_for_timeout(2500)
    visit.settle()
    visit.click_centre()
    expect(visit.page.locator(DETAILS)).to_have_count(0)
    visit.click_centre(200)
    expect(visit.page.locator(DETAILS)).to_have_text(PLATE)


def test_the_open_feature_changes_with_the_live_one(
    open_map: Callable[..., Any], push: Callable[..., int], vehicle: Any
) -> None:
    visit = open_map(address(vehicle) + f"&at=vehicles/{PLATE}")
    expect(visit.page.locator("[data-field=speed] dd")).to_contain_text("km/h")
    changed = {**vehicle, "properties": {**vehicle["properties"], "speed": 77.5}}
    assert push("vehicles", "upsert", changed) >= 1
    expect(visit.page.locator("[data-field=speed] dd")).to_have_text("77.5 km/h")


def test_a_live_feature_comes_and_goes(open_map: Callable[..., Any], push: Callable[..., int], vehicle: Any) -> None:
    visit = open_map(address(vehicle))
    expect(visit.status("vehicles")).to_have_text("实时1")
    push("vehicles", "upsert", {**beside(vehicle, -150), "id": "渝A99999"})
    expect(visit.status("vehicles")).to_have_text("实时2")
    push("vehicles", "delete", {"id": "渝A99999"})
    expect(visit.status("vehicles")).to_have_text("实时1")


def test_a_live_feature_outside_the_period_is_not_shown(
    open_map: Callable[..., Any], push: Callable[..., int], vehicle: Any
) -> None:
    visit = open_map(address(vehicle) + "&time=hour")
    expect(visit.status("vehicles")).to_have_text("实时1")
    old = {**vehicle["properties"], "at": "2020-01-01T00:00:00Z"}
    push("vehicles", "upsert", {**vehicle, "id": "渝A99998", "properties": old})
    push("vehicles", "upsert", {**vehicle, "id": "渝A99997"})
    expect(visit.status("vehicles")).to_have_text("实时2")


def test_the_map_stays_usable_without_a_network(open_map: Callable[..., Any]) -> None:
    visit = open_map("#map=15/29.56/106.55&layers=risk_points")
    loaded = visit.status("risk_points").text_content()
    visit.page.context.set_offline(True)
    visit.page.locator("#controls button").first.click()
    visit.settle()
    visit.click_centre()
    expect(visit.page.locator(DETAILS)).to_have_text("朝天门边坡")
    expect(visit.page.locator("#details .note")).to_contain_text("只显示已载入的字段")
    expect(visit.status("risk_points")).to_have_text(str(loaded))
    visit.page.get_by_role("radio", name="今天").check(force=True)
    expect(visit.page.get_by_role("alert")).to_contain_text("网络中断")
    visit.page.context.set_offline(False)
    expect(visit.page.get_by_role("alert")).to_have_count(0)
    visit.problems.clear()


def test_a_refused_load_says_why_and_is_tried_again(open_map: Callable[..., Any]) -> None:
    visit = open_map("#map=16/29.56/106.55&layers=districts")
    problem = {"status": 503, "json": {"title": "Busy", "detail": "数据库正忙"}}
    visit.page.route("**/collections/risk_points/items?*", lambda route: route.fulfill(**problem))
    visit.page.get_by_role("switch", name="风险点").check()
    expect(visit.page.get_by_role("alert")).to_contain_text("风险点没有载入：数据库正忙")
    expect(visit.status("risk_points")).to_have_text("载入失败")
    visit.page.unroute_all()
    visit.page.get_by_role("button", name="重试").click()
    expect(visit.status("risk_points")).not_to_have_text("载入失败")
    visit.problems.clear()


def test_a_feature_that_is_not_there_is_named(open_map: Callable[..., Any]) -> None:
    visit = open_map("#layers=districts&at=risk_points/RP99999")
    expect(visit.page.get_by_role("alert")).to_contain_text("风险点中没有编号为 RP99999 的要素")
    visit.problems.clear()


def test_a_style_that_cannot_be_had_is_explained(open_map: Callable[..., Any]) -> None:
    visit = open_map()
    visit.page.route("**/styles/onemap*", lambda route: route.fulfill(status=500, json={"detail": "没有图层"}))
    visit.page.reload()
    expect(visit.page.get_by_role("alert")).to_contain_text("地图样式没有载入：没有图层")
    visit.problems.clear()

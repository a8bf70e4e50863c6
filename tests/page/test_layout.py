"""The page on a phone and on a wall, by keyboard, and for who cannot see it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
NAMELESS = """() => [...document.querySelectorAll('button, input, a, [role]')]
  .filter((node) => node.offsetParent && node.matches('button, input, a, [role=listbox]'))
  .filter((node) => !(node.textContent.trim() || node.ariaLabel || node.title || node.labels?.length))
  .map((node) => node.outerHTML)"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
OUTSIDE = """() => [...document.querySelectorAll('.bar *, .card *, #controls *')]
  .filter((node) => node.offsetParent && !node.closest('.segments, .unseen, .icon'))
  .map((node) => [node.getBoundingClientRect(), node])
  .filter(([box]) => box.width && (box.left < -1 || box.right > innerWidth + 1)).map(([, node]) => node.outerHTML)"""


def test_a_phone_shows_everything_within_its_width(open_map: Callable[..., Any]) -> None:
    visit = open_map("#map=15/29.56/106.55", **PHONE)
    page = visit.page
    handle = page.get_by_role("button", name="图层")
    expect(handle).to_have_attribute("aria-expanded", "false")
    assert (page.evaluate(OVERFLOW), page.evaluate(OUTSIDE)) == (0, [])
    handle.click()
    expect(page.get_by_role("switch", name="风险点")).to_be_visible()
    assert (page.evaluate(OVERFLOW), page.evaluate(OUTSIDE)) == (0, [])


def test_a_phone_keeps_the_open_feature_above_its_card(open_map: Callable[..., Any]) -> None:
    visit = open_map("#map=15/29.56/106.55&at=risk_points/RP00000", **PHONE)
    expect(visit.page.locator("#details h2")).to_have_text("朝天门边坡")
    visit.page.wait_for_timeout(1000)
    visit.settle()
    stage, card = (visit.page.locator(name).bounding_box() for name in ("#map", "#details"))
    assert stage is not None and card is not None
    visit.page.locator("#details").get_by_role("button", name="关闭").click()
    expect(visit.page.locator("#details h2")).to_have_count(0)
    visit.page.mouse.click(stage["width"] / 2, (stage["y"] + card["y"]) / 2)
    expect(visit.page.locator("#details h2")).to_have_text("朝天门边坡")
    assert visit.page.evaluate(OVERFLOW) == 0


def test_the_keyboard_opens_what_is_at_the_centre_and_closes_it(open_map: Callable[..., Any]) -> None:
    visit = open_map("#map=16/29.56/106.55&layers=risk_points")
    canvas = visit.page.locator("#map canvas")
    canvas.focus()
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#details h2")).to_have_text("朝天门边坡")
    expect(visit.page.locator("#details")).to_be_focused()
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator("#details")).to_be_hidden()
    expect(canvas).to_be_focused()


@pytest.mark.parametrize("width", [390, 1920])
def test_everything_that_acts_has_a_name(open_map: Callable[..., Any], width: int) -> None:
    visit = open_map("#map=16/29.56/106.55&at=risk_points/RP00000", width=width)
    expect(visit.page.locator("#details h2")).to_be_visible()
    assert visit.page.evaluate(NAMELESS) == []


def test_a_cluster_opens_by_a_click(open_map: Callable[..., Any]) -> None:
    visit = open_map("#map=8/29.57/106.55&layers=risk_points")
    visit.click_centre()
    expect(visit.page).not_to_have_url(re.compile("map=8/"))
    assert float(visit.page.url.split("map=")[1].split("/")[0]) > 8

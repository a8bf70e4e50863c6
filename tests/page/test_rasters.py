"""Rasters in the page's list: a switch and a legend each, and the map told which to show."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
RASTER: dict[str, Any] = {
    "name": "density_cases",
    "title": {"zh": "案件密度", "en": "Density of cases"},
    "description": {"zh": "每平方千米", "en": "Per square kilometre"},
    "group": {"zh": "栅格与分析", "en": "Rasters and analyses"},
    "visible": True,
    "styleLayers": ["density_cases"],
    "legend": [
        {"color": "rgba(150, 0, 38, 0.88)", "shape": "fill", "title": {"zh": "400 件/km²", "en": "400 per km²"}},
        {"color": "rgba(240, 59, 32, 0.82)", "shape": "fill", "title": {"zh": "300 件/km²", "en": "300 per km²"}},
    ],
}
LIST = """async (rasters) => {
  const { Rasters } = await import(new URL("/page/rasters.js", location.href));
  globalThis.told = [];
  const map = { setLayoutProperty: (...said) => globalThis.told.push(said) };
  const made = new Rasters(map, { metadata: rasters ? { "onemap:rasters": rasters } : {} });
  globalThis.again = () => document.body.replaceChildren(...made.list());
  globalThis.again();
}"""


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN")
    opened = context.new_page()
    opened.goto(f"{site}/map")
    yield opened
    context.close()


def test_a_raster_has_a_switch_and_a_legend_in_both_languages(page: Page) -> None:
    page.evaluate(LIST, [RASTER])
    text = page.locator("#layer-density_cases").inner_text()
    for words in ("案件密度", "Density of cases", "400 件/km²", "300 per km²"):
        assert words in text
    assert page.locator("#layer-density_cases .legend li").count() == 2
    switch = page.get_by_role("switch", name="案件密度")
    assert switch.is_checked()
    switch.uncheck(force=True)
    assert page.evaluate("told") == [["density_cases", "visibility", "none"]]
    page.evaluate("again()")
    assert not page.get_by_role("switch", name="案件密度").is_checked()
    page.get_by_role("switch", name="案件密度").check(force=True)
    assert page.evaluate("told")[1] == ["density_cases", "visibility", "visible"]


@pytest.mark.parametrize("rasters", [None, []])
def test_without_rasters_there_is_no_list_of_them(page: Page, rasters: Any) -> None:
    page.evaluate(LIST, rasters)
    assert page.locator("body > *").count() == 0

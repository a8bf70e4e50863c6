"""The pages for people, in a browser whose network ends at our own server."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect
from starlette.testclient import TestClient

from layers.store.geopackage import GeoPackageStore

CHINESE, LATIN = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]{2}")
PAGES = {
    "landing": "/",
    "conformance": "/conformance",
    "collections": "/collections",
    "collection": "/collections/risk_points",
    "schema": "/collections/risk_points/schema",
    "queryables": "/collections/risk_points/queryables",
    "sortables": "/collections/risk_points/sortables",
    "feature schema": "/collections/fixes/feature-schema",
    "items": "/collections/risk_points/items?limit=30",
    "lines": "/collections/streets/items",
    "areas": "/collections/districts/items",
    "nothing": "/collections/cases/items?q=nowhere",
    "item": "/collections/risk_points/items/编号004",
    "tiles": "/tiles",
    "tile set": "/tiles/WebMercatorQuad",
    "tiles of a layer": "/collections/risk_points/tiles",
    "tile set of a layer": "/collections/risk_points/tiles/WebMercatorQuad",
    "grids": "/tileMatrixSets",
    "grid": "/tileMatrixSets/WebMercatorQuad",
    "codes": "/codes",
    "code": "/codes/risk-kind",
    "matters": "/codes/matters",
    "api": "/api.html",
    "definition": "/api",
    "newer definition": "/api/3.1",
}
WIDTHS = {1920: 1080, 390: 844}
COLOURS = """() => {
  const canvas = document.querySelector("#map canvas");
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] > 200) seen.add([...data.slice(i, i + 3)].map((v) => v >> 5).join());
  }
  return seen.size;
}"""
"""How many colours the small map is drawn in."""

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def address(servers: Any, city: GeoPackageStore) -> str:
    return servers(city.path)


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    """Open a path; whatever the page asks of others, or complains of, fails the test."""
    wrong: list[str] = []

    def guard(route: Route) -> None:
        if route.request.url.startswith((address, "data:", "blob:")):
            return route.continue_()
        wrong.append(route.request.url)
        return route.abort()

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            wrong.append(message.text)

    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    context.route("**/*", guard)

    def begin(path: str, width: int = 1920) -> Page:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        page.on("console", heard)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        answer = page.goto(
            f"{address}{path}{'&' if '?' in path else '?'}f=html" if ".html" not in path else address + path
        )
        assert answer
        assert answer.status == 200
        page.wait_for_load_state("networkidle")
        return page

    yield begin
    context.close()
    assert wrong == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_each_page_works_alone_and_fits(open_page: Open, name: str, width: int) -> None:
    page = open_page(PAGES[name], width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").first.is_visible()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    for text in (page.title(), page.locator("nav").first.inner_text()):
        assert CHINESE.search(text)
        assert LATIN.search(text)


def test_headings_and_labels_are_in_both_languages(open_page: Open) -> None:
    for name in ("landing", "collections", "collection", "schema", "feature schema", "items", "item", "codes", "code"):
        page = open_page(PAGES[name])
        for text in page.locator("h2, th, dt, .call, .trail a").all_inner_texts():
            assert CHINESE.search(text), (name, text)
            assert LATIN.search(text), (name, text)


def test_every_page_is_looked_at(client: TestClient) -> None:
    """Each path of the definition that has a page is one of those above."""
    shown = {
        path
        for path, said in client.get("/api").json()["paths"].items()
        if "text/html" in said.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
    }
    opened = {re.sub(r"\?.*", "", path).rstrip("/") or "/" for path in PAGES.values()}
    kinds = {re.sub(r"/collections/\w+", "/collections/x", path) for path in opened}
    asked = {
        re.sub(r"/collections/\w+", "/collections/x", path)
        .replace("{featureId}", "编号004")
        .replace("{scheme}", "matters")
        .replace("{tileMatrixSetId}", "WebMercatorQuad")
        for path in shown
    }
    # the offline map has tests in a browser of its own
    assert len(asked) > 10 and asked - kinds == {"/export/map.html"}


def test_a_page_says_where_it_stands_and_when_in_local_time(open_page: Open) -> None:
    times = open_page("/collections/cases").locator("dd time")
    assert [time.inner_text() for time in times.all()] == ["2026-03-01 08:00", "2026-03-03 04:00"]
    assert times.first.get_attribute("datetime") == "2026-03-01T00:00:00.000Z"
    schema = open_page("/collections/fixes/schema")
    assert schema.locator(".trail a").all_inner_texts() == ["图层 Layers", "车辆定位点 Vehicle fixes"]
    assert schema.locator("h1").inner_text() == "字段 Fields"
    assert "P1D" in schema.locator("main").inner_text()
    schema.get_by_role("link", name="可排序项 Sortables").click()
    expect(schema.locator("h1")).to_have_text("可排序项 Sortables")


def test_features_are_drawn_in_the_layers_colours(open_page: Open) -> None:
    for name in ("items", "lines", "areas", "item"):
        page = open_page(PAGES[name])
        assert page.locator("#map canvas").count() == 1
        colours = page.evaluate(COLOURS)
        assert colours > (2 if name == "items" else 0), name
    assert open_page(PAGES["nothing"]).locator("#map").count() == 0


def test_one_walks_from_the_landing_page_to_a_feature_and_on(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_role("link", name="浏览图层 Browse layers").click()
    page.get_by_role("link", name="风险点 Risk points").click()
    page.get_by_role("link", name="浏览要素 Browse features").click()
    expect(page.locator("tbody tr")).to_have_count(45)
    page.get_by_role("link", name="名称 Name").click()
    expect(page).to_have_url(re.compile("sortby=name"))
    page.get_by_role("link", name="名称 Name ↑").click()
    expect(page.locator("tbody tr td:nth-child(2)").first).to_have_text("名称044")
    page.locator("tbody a").first.click()
    expect(page.locator("h1")).to_have_text("编号044")
    page.get_by_role("link", name="JSON").click()
    expect(page.locator("body")).to_contain_text('"编号044"')


def test_pages_of_features_lead_forth_and_back(open_page: Open) -> None:
    page = open_page("/collections/cases/items?limit=20")
    first = page.locator("tbody").inner_text()
    page.get_by_role("link", name="下一页 Next").click()
    page.get_by_role("link", name="下一页 Next").click()
    expect(page.locator("tbody tr")).to_have_count(5)
    assert page.get_by_role("link", name="下一页 Next").count() == 0
    for _ in range(2):
        page.get_by_role("link", name="上一页 Previous").click()
    expect(page.locator("tbody")).to_have_text(first, use_inner_text=True)


def test_the_definition_can_be_tried(open_page: Open) -> None:
    page = open_page("/api.html")
    page.locator("#operations-tag-cases").wait_for()
    page.locator("#operations-tag-cases").click()
    page.locator('.opblock-summary-path[data-path="/collections/cases/items"]').click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    status = page.locator(".live-responses-table tbody td.response-col_status").first
    expect(status).to_contain_text("200", timeout=30_000)


def test_rows_are_told_as_people_read_them(client: TestClient) -> None:
    page = client.get("/collections/cases/items?f=html").text
    assert '<time datetime="2026-03-01T01:00:00.000Z" title="2026-03-01T01:00:00.000Z">2026-03-01 09:00</time>' in page
    assert "是 Yes" in page
    assert "否 No" in page
    assert "—" in page
    risk = client.get("/collections/risk_points/items?f=html").text
    assert 'href="http://testserver/collections/plans/items/%E5%BA%94%E6%80%A5' in risk
    assert "裂缝、渗水" in risk
    assert "0.125 m" in client.get("/collections/plans/items?f=html").text

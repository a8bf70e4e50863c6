"""The page's site, a browser that may ask nobody else, and a way to open the map in it."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

HERE = Path(__file__).parent
WAIT = 20_000

expect.set_options(timeout=WAIT)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def answers(url: str) -> bool:
    try:
        return urlopen(url, timeout=1).status == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The base URL of a server of the page and its contract."""
    port = free_port()
    server = subprocess.Popen([sys.executable, str(HERE / "server.py"), str(port)])
    base = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 30
    while not answers(f"{base}/map"):
        assert server.poll() is None and time.monotonic() < until, "the site did not start"
        time.sleep(0.1)
    yield base
    server.terminate()
    server.wait(10)


@dataclass
class Visit:
    """A page open in the browser, and what happened in it that must not."""

    page: Page
    site: str
    problems: list[str] = field(default_factory=list[str])
    abroad: list[str] = field(default_factory=list[str])

    def guard(self, route: Route) -> None:
        """Let a request pass to the site alone."""
        if route.request.url.startswith((self.site, "data:", "blob:")):
            return route.continue_()
        self.abroad.append(route.request.url)
        return route.abort()

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(message.text)

    def settle(self) -> None:
        """Wait until what was asked for has come and is drawn."""
        expect(self.page.locator("#progress[data-busy]")).to_have_count(0)
        expect(self.page.locator("#map")).to_have_attribute("aria-busy", "false")

    def status(self, layer: str) -> Any:
        """What the list says of a layer."""
        return self.page.locator(f"#status-{layer}")

    def centre(self) -> tuple[float, float]:
        """The middle of the map on the screen."""
        box = self.page.locator("#map").bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def click_centre(self, east: float = 0) -> None:
        """Click the map `east` pixels from its middle."""
        x, y = self.centre()
        self.page.mouse.click(x + east, y)


Open = Callable[..., Visit]


@pytest.fixture
def open_map(browser: Browser, site: str) -> Iterator[Open]:
    """Open the map: `open_map("#…", width=…)`; the test fails on a console error, or a request to anybody else."""
    visits: list[Visit] = []

    def opened(address: str = "", width: int = 1000, height: int = 700, **options: Any) -> Visit:
        viewport = {"width": width, "height": height}
        context = browser.new_context(viewport=viewport, timezone_id="Asia/Shanghai", locale="zh-CN", **options)  # pyright: ignore[reportArgumentType]
        visit = Visit(context.new_page(), site)
        visits.append(visit)
        context.route("**/*", visit.guard)
        visit.page.on("console", visit.hear)
        visit.page.on("pageerror", lambda problem: visit.problems.append(str(problem)))
        visit.page.goto(f"{site}/map{address if 'time=' in address else f'{address or "#"}&time=all'}")
        expect(visit.page.locator("#splash")).to_have_count(0)
        visit.settle()
        return visit

    yield opened
    for visit in visits:
        visit.page.context.close()
        assert visit.abroad == []
        assert visit.problems == []


@pytest.fixture
def push(site: str) -> Callable[..., int]:
    """Send a live event to everyone who listens to a layer; return how many did."""

    def pushed(layer: str, event: str, data: Any) -> int:
        body = json.dumps({"event": event, "data": data}).encode()
        return json.load(urlopen(Request(f"{site}/push/{layer}", body), timeout=5))

    return pushed


@pytest.fixture
def fetch(site: str) -> Callable[[str], Any]:
    """Ask the site for a JSON document."""
    return lambda path: json.load(urlopen(f"{site}/{path}", timeout=5))

"""A city block in every format that is read, made for the tests."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import geopandas as gpd
import shapely

NAMES = ("观音桥街道", "万州区", "渝中区", "两江新区")
TOTAL = 23
type Write = Callable[..., Path]
type Params = dict[str, str]
type Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture
def frame() -> gpd.GeoDataFrame:
    """Four lamps: a code, a name, a number, a place."""
    places = shapely.points([[106.5 + n / 100, 29.5 + n / 100] for n in range(4)])
    columns = {"code": [f"L{n}" for n in range(4)], "name": NAMES, "height": [6.5, 7.0, None, 9.25]}
    return gpd.GeoDataFrame(columns, geometry=places, crs=4326)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write bytes or text to a file of this name, and return it."""

    def made(name: str, content: bytes | str, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        return path

    return made


@pytest.fixture
def all_of() -> Callable[[Any], list[dict[str, Any]]]:
    """Return all records of a source."""
    return lambda source: [record for chunk in source.records() for record in chunk.records]


class Server:
    """Answers by path; `asked` holds every request's path and parameters (in lower case)."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[Params], Answer]] = {}
        self.asked: list[tuple[str, Params]] = []
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,))
        self.thread.start()

    @staticmethod
    def good(document: Any) -> Answer:
        """An answer in JSON."""
        return 200, {"Content-Type": "application/json"}, json.dumps(document).encode()

    @staticmethod
    def collection(start: int, end: int, **members: Any) -> dict[str, Any]:
        """Some of 23 lamps as a FeatureCollection, with more members."""
        geometry = {"type": "Point", "coordinates": [106.5, 29.5]}
        numbers = range(start, min(end, TOTAL))
        features = [{"type": "Feature", "id": f"L{n}", "properties": {"n": n}, "geometry": geometry} for n in numbers]
        return {"type": "FeatureCollection", "features": features, **members}

    def handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                params = {name.lower(): value for name, value in parse_qsl(parts.query)}
                server.asked.append((parts.path, params))
                status, headers, body = server.answers.get(parts.path, lambda _: (404, {}, b"nothing here"))(params)
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(body))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.thread.join()
    made.http.server_close()

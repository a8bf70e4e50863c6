"""Deep pages of a server that pages by cursors: its `next` links are followed there before the race."""

import json
from urllib.parse import parse_qsl, urlencode, urlsplit

from benchmarks.race.server import Server
from benchmarks.race.works import Work

STRIDE = 10_000


def paths(server: Server, work: Work) -> list[str]:
    """Return the paths of the pages that the work asks for by offset and limit."""
    pages = [(int(asked["offset"]), int(asked["limit"])) for asked in work.asked()]
    first, size = pages[0]
    start = f"/collections/{work.layer}/items"
    at = f"{start}?limit={STRIDE}"
    for _ in range(first // STRIDE):
        at = _next(server, at)
    found = [_resized(at, size)]
    while len(found) < len(pages):
        found.append(_next(server, found[-1]))
    return found


def _next(server: Server, path: str) -> str:
    """Return the path of the page after this one."""
    links = json.loads(server.asked(path)[1])["links"]
    there = urlsplit(str(next(link["href"] for link in links if link["rel"] == "next")))
    return f"{there.path}?{there.query}"


def _resized(path: str, size: int) -> str:
    """Return the path with another limit."""
    there = urlsplit(path)
    return f"{there.path}?{urlencode({**dict(parse_qsl(there.query)), 'limit': size})}"

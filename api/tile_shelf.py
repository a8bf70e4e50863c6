"""Kept tiles answered before anything else of the app runs, and how any tile is answered."""

import gzip
import hashlib
from collections.abc import Iterable, Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from api.security import FIXED
from api.tile_cache import Kept, Key, TileCache

MVT = "application/vnd.mapbox-vector-tile"
SMALLEST = 1000
"""Bytes from which on a tile is compressed for those who can read that."""

LEVEL = 4
type Headers = list[tuple[bytes, bytes]]

_ALWAYS: Headers = [
    # whoever keeps it asks each time whether it is still true; a 304 says so
    (b"cache-control", b"public, no-cache"),
    (b"x-accel-expires", b"@1"),
    (b"vary", b"Accept-Encoding"),
]
_TYPE = (b"content-type", MVT.encode())
_OUTSIDE: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag"),
    *((name.lower().encode(), value.encode()) for name, value in FIXED.items()),
]
"""What the middleware that is passed by would have added."""


class TileShelf:
    """Answers requests for kept tiles: no routing, no thread, nothing made."""

    def __init__(self, app: ASGIApp, cache: TileCache) -> None:
        """Wrap the app."""
        self.app, self.cache = app, cache

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the tile that is kept under the address; pass any other request on."""
        kept = self.cache.get(key_of(scope)) if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else None
        coding = None if kept is None else coding_of(kept, scope["headers"])
        if kept is None or coding is None:
            await self.app(scope, receive, send)
            return
        status, headers, body = answered(kept, coding, scope["headers"])
        await send({"type": "http.response.start", "status": status, "headers": headers + _OUTSIDE})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def key_of(scope: Scope) -> Key:
    """Return what a request's answer is kept under."""
    return scope["path"], scope["query_string"]


def kept(tile: bytes, headers: Iterable[tuple[bytes, bytes]]) -> Kept:
    """Return a tile ready to be sent to whoever sent these headers, and to be kept."""
    made = Kept(hashlib.blake2b(tile, digest_size=12).hexdigest(), {"": tile})
    if compressible(tile) and _takes_gzip(headers):
        made.bodies["gzip"] = gzip.compress(tile, LEVEL, mtime=0)
    return made


def compressible(tile: bytes) -> bool:
    """Tell whether it pays to compress a tile."""
    return len(tile) >= SMALLEST


def coding_of(kept: Kept, headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return the content coding to send a kept tile in; None if it has yet to be made."""
    if not compressible(kept.bodies[""]) or not _takes_gzip(headers):
        return ""
    return "gzip" if "gzip" in kept.bodies else None


def answered(kept: Kept, coding: str, headers: Sequence[tuple[bytes, bytes]]) -> tuple[int, Headers, bytes]:
    """Return status, headers and body for a tile: 304 for those who have it, 204 if nothing is there."""
    tag = f'"{kept.tag}-{coding}"'.encode() if coding else f'"{kept.tag}"'.encode()
    body = kept.bodies[coding]
    told = [*_ALWAYS, (b"ETag", tag)]
    if any(name == b"if-none-match" and _names(value, tag) for name, value in headers):
        return 304, told, b""
    if not body:
        return 204, told, b""
    if coding:
        told.append((b"content-encoding", coding.encode()))
    return 200, [*told, _TYPE, (b"content-length", b"%d" % len(body))], body


def _names(value: bytes, tag: bytes) -> bool:
    return value.strip() == b"*" or tag in (part.strip().removeprefix(b"W/") for part in value.split(b","))


def _takes_gzip(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    accepted = next((value for name, value in headers if name == b"accept-encoding"), b"").replace(b" ", b"").lower()
    weights = (part.partition(b";q=") for part in accepted.split(b","))
    return any(coding == b"gzip" and (not sign or weight.strip(b"0.")) for coding, sign, weight in weights)

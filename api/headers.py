"""Response headers as clients want them."""

from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAMES = {b"location": b"Location", b"content-crs": b"Content-Crs", b"link": b"Link", b"etag": b"ETag"}
"""QGIS 3.32 to 3.40 finds Location only in this spelling (QGIS issue 61729); HTTP itself does not care."""

FIXED = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]


class ProperHeaders:
    """Writes a few header names in title case, and forbids content sniffing."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the app."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and mend the answer's headers."""

        async def mended(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*_named(message.get("headers", [])), *FIXED]
            await send(message)

        await self.app(scope, receive, mended if scope["type"] == "http" else send)


def _named(headers: Any) -> list[tuple[bytes, bytes]]:
    return [(NAMES.get(name.lower(), name), value) for name, value in headers]

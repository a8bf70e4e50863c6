"""Response headers as clients want them, and answers to HEAD."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.security import FIXED


class AsWritten(bytes):
    """A header name that keeps its capitals: the server writes the lower form of every name."""

    def lower(self) -> bytes:
        """Return the name as it is."""
        return self


NAMES = {name.lower(): AsWritten(name) for name in (b"Location", b"Content-Crs", b"Link", b"ETag")}
"""QGIS 3.32 to 3.40 finds Location only in this spelling (QGIS issue 61729); HTTP itself does not care."""

RAW = [(name.lower().encode(), value.encode()) for name, value in FIXED.items()]
type Headers = list[tuple[bytes, bytes]]


class ProperHeaders:
    """Writes a few header names in title case, and forbids content sniffing."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the app."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and mend the answer's headers."""

        async def mended(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*_named(message.get("headers", [])), *RAW]
            await send(message)

        await self.app(scope, receive, mended if scope["type"] == "http" else send)


class Head:
    """Answers HEAD with the headers that GET would have (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the app."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; of a HEAD's answer only the headers."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        begun = False

        async def start(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                await send(message)
                await send({"type": "http.response.body", "body": b""})

        async def listen() -> Message:
            # a stream that nobody reads would never end
            return {"type": "http.disconnect"} if begun else await receive()

        await self.app({**scope, "method": "GET"}, listen, start)


def _named(headers: Headers) -> Headers:
    return [(NAMES.get(name.lower(), name), value) for name, value in headers]

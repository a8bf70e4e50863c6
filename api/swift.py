"""Pages and single features as GeoJSON, answered on the event loop itself where the store can.

Routing, dependencies and a thread take longer than the database does for a page of ten. What is not plainly asked, or
asked wrongly, goes the long way, which also tells what is wrong.
"""

import re

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.accept import chosen
from api.context import OneMap
from api.formats import geojson
from api.formats.answer import Answer
from api.formats.catalogue import ALIASES, OFFERED, OFFERED_ONE
from api.items import asked_of
from layers.store.protocol import PromptStore
from spatial.errors import OneMapError

PATH = re.compile(r"/collections/([a-z][a-z0-9_]*)/items(?:/([^/]{1,200}))?\Z")


class Swift:
    """Answers what a prompt store can; passes everything else on."""

    def __init__(self, app: ASGIApp, service: OneMap) -> None:
        """Wrap the app."""
        self.app, self.service = app, service
        self.store = service.store if isinstance(service.store, PromptStore) else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        named = (
            PATH.match(scope["path"]) if self.store and scope["type"] == "http" and scope["method"] == "GET" else None
        )
        answer = await self._answer(Request(scope), named) if named else None
        await (answer or self.app)(scope, receive, send)

    async def _answer(self, request: Request, named: "re.Match[str]") -> ASGIApp | None:
        store, key = self.store, named[2]
        layer = (store.at_hand() or {}).get(named[1]) if store else None
        if store is None or layer is None or request.scope.get("root_path"):
            return None
        try:
            if chosen(request, OFFERED if key is None else OFFERED_ONE, ALIASES) != "json":
                return None
            seen = layer.seen_by(self.service.settings.reader)
            answer = Answer(request, self.service, seen, asked_of(request, seen, key))
            page = await store.promptly(seen, answer.query)
        except OneMapError:
            return None
        if page is None or (key is not None and not page.returned) or answer.needs_count(page):
            return None
        return geojson.whole(answer, page) if key is None else geojson.single(answer, page.text)

"""Pages, single features and tiles answered on the event loop itself, where the store can.

Routing, dependencies and a thread take longer than the database does for a page of ten. What is not plainly asked, or
asked wrongly, goes the long way, which also tells what is wrong.
"""

import re

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api import tiles
from api.accept import chosen
from api.context import OneMap
from api.formats import geojson
from api.formats.answer import Answer
from api.formats.catalogue import ALIASES, OFFERED, OFFERED_ONE
from api.items import asked_of
from api.query_string import only
from layers.feature import Layer
from layers.store.protocol import PromptStore
from spatial.errors import OneMapError

PATH = re.compile(
    r"/collections/(?P<name>[a-z][a-z0-9_]*)/"
    r"(?:items(?:/(?P<key>[^/\0]{1,200}))?|tiles/(?P<tms>\w{1,40})/(?P<z>\d{1,2})/(?P<y>\d{1,9})/(?P<x>\d{1,9}))\Z",
    re.ASCII,
)


class Swift:
    """Answers what a prompt store can; passes everything else on."""

    def __init__(self, app: ASGIApp, service: OneMap) -> None:
        """Wrap the app."""
        self.app, self.service = app, service
        self.store = service.store if isinstance(service.store, PromptStore) else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        read = self.store is not None and scope["type"] == "http" and scope["method"] == "GET"
        named = PATH.match(scope["path"]) if read else None
        answer = await self._answer(Request(scope), named) if named else None
        await (answer or self.app)(scope, receive, send)

    async def _answer(self, request: Request, named: "re.Match[str]") -> ASGIApp | None:
        store = self.store
        layer = (store.at_hand() or {}).get(named["name"]) if store else None
        if store is None or layer is None or request.scope.get("root_path"):
            return None
        seen = layer.seen_by(self.service.settings.reader)
        try:
            if named["tms"]:
                return await self._tile(store, request, seen, tiles.At(*named.group("tms", "z", "y", "x")))
            return await self._features(store, request, seen, named["key"])
        except OneMapError:
            return None

    async def _features(self, store: PromptStore, request: Request, layer: Layer, key: str | None) -> ASGIApp | None:
        if chosen(request, OFFERED if key is None else OFFERED_ONE, ALIASES) != "json":
            return None
        answer = Answer(request, self.service, layer, asked_of(request, layer, key))
        page = await store.promptly(layer, answer.query)
        if page is None or (key is not None and not page.returned) or answer.needs_count(page):
            return None
        return geojson.whole(answer, page) if key is None else geojson.single(answer, page.text)

    async def _tile(self, store: PromptStore, request: Request, layer: Layer, at: tiles.At) -> ASGIApp | None:
        asked = tiles.parts([tiles.placed(layer)], only(request, *tiles.PARAMETERS))
        cold = tiles.Cold(at.tile, asked, self.service.store.layers())
        drawn = await store.tile_promptly(cold.tile, asked, self.service.settings.room)
        return None if drawn is None else tiles.put(request, cold, drawn)

"""Changes as they happen: a stream of server-sent events for each layer."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Annotated, cast

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.accept import chosen
from api.context import Service
from api.events import ALWAYS, Event, Told, event, events_since
from api.pulse import Ears, Pulse
from api.query_string import only
from layers.feature import Layer

router = APIRouter()
MEDIA_TYPE = "text/event-stream"
BEAT = 15.0
"""Seconds after which a silent stream shows that it is still there."""

STILL_HERE = Told(ALWAYS, b": still here\n\n")
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
_REVISION = re.compile(r"[0-9]{1,15}\Z")


@router.get("/collections/{collection}/live")
async def live(
    request: Request, service: Service, collection: str, last_event_id: Annotated[str | None, Header()] = None
) -> StreamingResponse:
    """Stream the layer's changes, from the event that the client saw last; raise NotFound, Unavailable."""
    only(request)
    chosen(request, {MEDIA_TYPE: "events"})
    layer = await run_in_threadpool(service.layer, collection)
    pulse = cast("Pulse", request.app.state.pulse)
    pulse.check_room()
    last = int(last_event_id) if last_event_id and _REVISION.match(last_event_id) else None
    return StreamingResponse(_stream(pulse, layer, last), media_type=MEDIA_TYPE, headers=HEADERS)


async def _stream(pulse: Pulse, layer: Layer, last: int | None) -> AsyncIterator[Event]:
    since, ears = await pulse.join(layer)
    try:
        yield event("hello", {"layer": layer.name}, since if last is None else last)
        heard = since
        if last is not None:
            heard, missed = await run_in_threadpool(events_since, pulse.service.store, layer, last)
            for told in missed:
                yield told.text
        while (told := await _next(ears)) is not None:
            # what others have yet to hear may have been among what this one missed
            if told.mark > heard:
                yield told.text
    finally:
        pulse.leave(layer, ears)


async def _next(ears: Ears) -> Told | None:
    try:
        return await asyncio.wait_for(ears.get(), BEAT)
    except TimeoutError:
        return STILL_HERE

"""The app: one factory, every route."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette_compress import CompressMiddleware, add_compress_type, remove_compress_type

from api import (
    codes,
    collections,
    definition,
    export,
    items,
    landing,
    live,
    manage,
    pages,
    problem,
    raster,
    raster_tiles,
    schemas,
    tile_sets,
    tiles,
)
from api.context import Importer, OneMap
from api.headers import Head, ProperHeaders
from api.pulse import Pulse
from api.settings import Settings
from api.shutdown import told_of_shutdown
from api.swift import Swift
from api.tile_cache import TileCache
from api.tile_shelf import MVT, TileShelf
from layers.store.open import opened
from layers.store.protocol import PromptStore, Store

ROOMS = (
    items,
    landing,
    collections,
    schemas,
    definition,
    live,
    manage,
    codes,
    export,
    tile_sets,
    tiles,
    raster,
    raster_tiles,
    pages,
)
EXPOSED = ["Allow", "Content-Bbox", "Content-Crs", "Content-Disposition", "ETag", "Link", "Location", "Retry-After"]
COMPRESSED = (
    "application/problem+json",
    "application/schema+json",
    "application/vnd.flatgeobuf",
    "application/vnd.mapbox.style+json",
    "application/vnd.oai.openapi+json",
    "application/vnd.ogc.fg+json",
    "application/x-ndjson",
    "text/csv",
)


def create_app(
    settings: Settings | None = None, store: Store | None = None, importer: Importer | None = None
) -> FastAPI:
    """Return the service over a store (by default the one that the settings name).

    importer: what makes layers of uploaded files; without one, only JSON Schemas make layers.
    """
    made = settings or Settings()
    app = FastAPI(
        title=str(made.title), openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=_life
    )
    app.state.onemap = OneMap(made, store or opened(made.store), importer)
    app.state.pulse = Pulse(app.state.onemap)
    app.state.tiles = TileCache(app.state.onemap, made.tile_cache)
    problem.install(app)
    for room in ROOMS:
        app.include_router(room.router)
    pages.mount(app)
    _wrap(app)
    return app


def _wrap(app: FastAPI) -> None:
    """Put the middleware round the app, the innermost first."""
    for kind in COMPRESSED:
        add_compress_type(kind)
    # a compressor for each watcher costs more memory than their small events would save
    remove_compress_type("text/event-stream")
    # compressed once and kept
    remove_compress_type(MVT)
    app.add_middleware(Swift, service=app.state.onemap)
    app.add_middleware(CompressMiddleware, minimum_size=1000)
    methods = ["GET", "HEAD", "OPTIONS"]
    app.add_middleware(
        CORSMiddleware, allow_origins=["*"], allow_methods=methods, allow_headers=["*"], expose_headers=EXPOSED
    )
    app.add_middleware(Head)
    app.add_middleware(ProperHeaders)
    app.add_middleware(TileShelf, cache=app.state.tiles)


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncGenerator[None]:
    pulse, loop = cast("Pulse", app.state.pulse), asyncio.get_running_loop()
    with told_of_shutdown(lambda: loop.call_soon_threadsafe(pulse.end)):
        yield
    pulse.stop()
    cast("TileCache", app.state.tiles).stop()
    service = cast("OneMap", app.state.onemap)
    if isinstance(service.store, PromptStore):
        await service.store.rest()
    service.store.close()

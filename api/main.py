"""The app: one factory, every route."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette_compress import CompressMiddleware

from api import codes, collections, export, items, live, manage, pages, problem
from api.context import OneMap
from api.headers import ProperHeaders
from api.live import Pulse
from api.settings import Settings
from layers.store.geopackage import GeoPackageStore
from layers.store.protocol import Store

ROUTERS = (items.router, live.router, collections.router, manage.router, codes.router, export.router, pages.router)
EXPOSED = ["Content-Crs", "Link", "Location", "ETag", "OGC-NumberReturned", "OGC-NumberMatched"]


def create_app(settings: Settings | None = None, store: Store | None = None) -> FastAPI:
    """Return the service over a store (by default the one that the settings name)."""
    made = settings or Settings()
    app = FastAPI(title=str(made.title), openapi_url=None, docs_url=None, redoc_url=None, lifespan=_life)
    app.state.onemap = OneMap(made, store or GeoPackageStore(made.store_path))
    app.state.pulse = Pulse(app.state.onemap.store)
    problem.install(app)
    for router in ROUTERS:
        app.include_router(router)
    pages.mount(app)
    app.add_middleware(CompressMiddleware, minimum_size=1000)
    app.add_middleware(
        CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "HEAD", "OPTIONS"], allow_headers=["*"], expose_headers=EXPOSED
    )
    app.add_middleware(ProperHeaders)
    return app


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.pulse.stop()
    app.state.onemap.store.close()

"""pygeoapi as a library: it describes the service and its collections, told by the layers; no file, no environment.

What it is asked for depends on the layers alone, so it is asked once for each state of theirs; what changes with
every row (extents) and with every reader (addresses) is put in by whoever answers.
"""

import logging
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import orjson
from starlette.requests import Request

from api.address import NOWHERE
from api.context import OneMap
from layers.feature import Layer
from layers.lazy import lazily
from layers.schema import described
from spatial.crs import ADVERTISED, CRS84

Document = dict[str, Any]

_api = lazily("pygeoapi.api:API")
_asked = lazily("pygeoapi.api:APIRequest")
_landing_page = lazily("pygeoapi.api:landing_page")
_collection = lazily("pygeoapi.api.collection:gen_collection")
_lock = threading.Lock()


def landing(service: OneMap) -> Document:
    """Return the landing page that pygeoapi makes (OGC API Common Part 1)."""
    return service.once("pygeoapi.landing", service.layers(), lambda: _landed(*_library(service)))


def collections(service: OneMap) -> dict[str, Document]:
    """Return all collections, by name, as pygeoapi describes them (OGC API Common Part 2)."""
    return service.once("pygeoapi.collections", service.layers(), lambda: _collected(service, *_library(service)))


def config(service: OneMap) -> Document:
    """Return pygeoapi's configuration, written by the layers."""
    title = service.settings.title
    about = {
        "title": title.json(),
        "description": {
            "zh": "城市治理一张图：万物皆图层要素。One map for the city: everything is a feature of a layer.",
            "en": "One map for the city: everything is a feature of a layer.",
        },
        "keywords": {"zh": ["城市治理", "图层"], "en": ["urban management", "layers"]},
        "keywords_type": "theme",
        "terms_of_service": NOWHERE,
        "url": NOWHERE,
    }
    return {
        "server": dict(SERVER),
        "logging": {"level": "ERROR"},
        "metadata": {"identification": about, **METADATA},
        "resources": {name: resource(layer) for name, layer in service.layers().items()},
    }


def resource(layer: Layer) -> Document:
    """Return the layer as a pygeoapi resource."""
    return {
        "type": "collection",
        "title": layer.title.json(),
        "description": layer.description.json(),
        "keywords": {"zh": [*layer.title, *layer.group], "en": [layer.title.en, layer.group.en]},
        "links": [],
        "extents": {"spatial": {"bbox": [-180, -90, 180, 90], "crs": CRS84.uri}},
        "providers": [
            {
                "type": "feature",
                "name": "api.provider.LayerProvider",
                "data": layer.name,
                "id_field": layer.key.name,
                "fields": {c.name: described(c, n) for n, c in enumerate(layer.properties)},
                "crs": list(ADVERTISED),
                "storage_crs": CRS84.uri,
            }
        ],
    }


def _library(service: OneMap) -> tuple[Any, Any]:
    """Return pygeoapi's API and a request to it in Chinese, which all our texts begin with."""
    return service.once("pygeoapi", service.layers(), lambda: _made(config(service)))


def _made(written: Document) -> tuple[Any, Any]:
    with _lock, _own_logging():
        api = _api(written, {"openapi": "3.0.2", "paths": {}, "info": {}})
        scope: Document = {
            "type": "http",
            "method": "GET",
            "path": "/",
            "query_string": b"f=json&lang=zh",
            "headers": [],
        }
        return api, _asked(Request(scope), api.locales)


def _landed(api: Any, asked: Any) -> Document:
    _, _, body = _landing_page(api, asked)
    # pygeoapi 0.24 writes < and > of every JSON answer as entities (its issue 2310); here no answer is HTML
    return orjson.loads(cast("str", body).replace("&lt;", "<").replace("&gt;", ">"))


def _collected(service: OneMap, api: Any, asked: Any) -> dict[str, Document]:
    return {name: _collection(api, asked, name, asked.locale) for name in service.layers()}


@contextmanager
def _own_logging() -> Generator[None]:
    # pygeoapi configures the root logger of whatever process it is in
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    try:
        yield
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers


SERVER: Mapping[str, Any] = {
    "bind": {"host": "127.0.0.1", "port": 1},
    "url": NOWHERE,
    "mimetype": "application/json; charset=UTF-8",
    "encoding": "utf-8",
    "languages": ["zh", "en"],
    "limits": {"default_items": 10, "max_items": 10000},
    "map": {"url": NOWHERE, "attribution": "OneMap"},
}
METADATA: Mapping[str, Any] = {
    "license": {"name": "MIT", "url": "https://opensource.org/license/mit"},
    "provider": {"name": "OneMap", "url": NOWHERE},
    "contact": {"name": "OneMap"},
}

"""pygeoapi as a library: it describes the service and its collections, told by the layers; no file, no environment."""

import threading
from collections.abc import Mapping
from typing import Any, cast

import orjson
from starlette.requests import Request

from api.context import OneMap
from layers.feature import Layer
from layers.store.protocol import Extent
from spatial.crs import ADVERTISED, CRS84

NOWHERE = "http://onemap.invalid"
"""Stands for the public address in documents that are made once for all addresses."""

WORLD = (-180.0, -90.0, 180.0, 90.0)
_lock = threading.Lock()
Document = dict[str, Any]


def landing(service: OneMap) -> Document:
    """Return the landing page that pygeoapi makes (OGC API Common Part 1)."""
    from pygeoapi.api import landing_page  # noqa: PLC0415 - a second of imports that most processes can put off

    return _called(service, landing_page)


def collections(service: OneMap) -> Document:
    """Return all collections that pygeoapi describes (OGC API Common Part 2)."""
    from pygeoapi.api import describe_collections  # noqa: PLC0415

    return _called(service, describe_collections)


def config(service: OneMap) -> Document:
    """Return pygeoapi's configuration, written by the layers."""
    title = service.settings.title
    about = {
        "title": {"zh": title.zh, "en": title.en},
        "description": {"zh": "城市治理一张图：万物皆图层要素", "en": "One map for the city: everything is a feature of a layer"},
        "keywords": {"zh": ["城市治理", "图层"], "en": ["urban management", "layers"]},
        "keywords_type": "theme",
        "terms_of_service": NOWHERE,
        "url": NOWHERE,
    }
    return {
        "server": SERVER,
        "logging": {"level": "ERROR"},
        "metadata": {"identification": about, **METADATA},
        "resources": {n: resource(layer, service.store.extent(layer)) for n, layer in service.layers().items()},
    }


def resource(layer: Layer, extent: Extent) -> Document:
    """Return the layer as a pygeoapi resource."""
    start, end = extent.span or (None, None)
    provider = {
        "type": "feature",
        "name": "api.provider.LayerProvider",
        "data": layer.name,
        "id_field": layer.key.name,
        "crs": list(ADVERTISED),
        "storage_crs": CRS84.uri,
    }
    return {
        "type": "collection",
        "title": {"zh": layer.title.zh, "en": layer.title.en},
        "description": {"zh": layer.description.zh, "en": layer.description.en},
        "keywords": {"zh": [layer.title.zh, layer.group.zh], "en": [layer.title.en, layer.group.en]},
        "links": [],
        "extents": {
            "spatial": {"bbox": list(extent.box or WORLD), "crs": CRS84.uri},
            **({"temporal": {"begin": start, "end": end}} if layer.when else {}),
        },
        "providers": [provider],
    }


def _called(service: OneMap, function: Any) -> Document:
    """Return the JSON that a pygeoapi function answers."""
    from pygeoapi.api import API, APIRequest  # noqa: PLC0415

    with _lock:  # pygeoapi reads its configuration into module state while an API is made
        api = cast("Any", API(config(service), {"openapi": "3.0.2", "paths": {}, "info": {}}))
    request = cast("Any", APIRequest(_request(), api.locales))
    _, _, body = function(api, request)
    text = cast("str", body)
    return orjson.loads(_unescaped(text))


def _request() -> Request:
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"f=json&lang=zh", "headers": []}
    return Request(scope)


def _unescaped(text: str) -> str:
    # pygeoapi 0.24 writes < and > of every JSON answer as entities (its issue 2310); here no answer is HTML
    return text.replace("&lt;", "<").replace("&gt;", ">")


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

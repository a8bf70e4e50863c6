"""pygeoapi as a library: it describes the service and its collections, told by the layers; no file, no environment.

What it is asked for depends on the layers alone, so it is asked once for each state of theirs; what changes with
every row (extents) and with every reader (addresses) is put in by whoever answers.
"""

import logging
import threading
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any

from starlette.requests import Request

from api.about import ABOUT, KEYWORDS
from api.address import NOWHERE
from api.context import OneMap
from layers.feature import Layer
from layers.lazy import lazily
from layers.schema import described
from spatial.crs import ADVERTISED, CRS84

Document = dict[str, Any]

_api = lazily("pygeoapi.api:API")
_asked = lazily("pygeoapi.api:APIRequest")
_collection = lazily("pygeoapi.api.collection:gen_collection")
SCOPE: Document = {"type": "http", "method": "GET", "path": "/", "query_string": b"f=json&lang=zh", "headers": []}
"""A request in Chinese, which all our texts begin with."""

_lock = threading.Lock()


def collections(service: OneMap) -> dict[str, Document]:
    """Return all collections, by name, as pygeoapi describes them (OGC API Common Part 2)."""
    layers = service.layers()
    return service.once("pygeoapi", layers, lambda: _collected(config(service), list(layers)))


def config(service: OneMap) -> Document:
    """Return pygeoapi's configuration, written by the layers."""
    return configured(service, {name: resource(layer) for name, layer in service.layers().items()})


def configured(service: OneMap, resources: Document) -> Document:
    """Return pygeoapi's configuration for its resources."""
    about = {
        "title": service.settings.title.json(),
        "description": ABOUT.json(),
        "keywords": {"zh": [KEYWORDS.zh], "en": [KEYWORDS.en]},
        "keywords_type": "theme",
        "terms_of_service": NOWHERE,
        "url": NOWHERE,
    }
    return {
        "server": dict(SERVER),
        "logging": {"level": "ERROR"},
        "metadata": {"identification": about, **METADATA},
        "resources": resources,
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


def bare(written: Document) -> Any:
    """Return pygeoapi's API for a configuration, without a document of its own."""
    # one at a time: while an API is made, pygeoapi writes into the state of its modules
    with _lock, _own_logging():
        return _api(written, {"openapi": "3.0.2", "paths": {}, "info": {}})


def _collected(written: Document, names: Iterable[str]) -> dict[str, Document]:
    api = bare(written)
    asked = _asked(Request({**SCOPE}), api.locales)
    return {name: _collection(api, asked, name, asked.locale) for name in names}


_PLAIN = (logging.StreamHandler, logging.FileHandler, logging.NullHandler)
"""What pygeoapi puts into the root logger."""


@contextmanager
def _own_logging() -> Generator[None]:
    # pygeoapi configures the root logger of whatever process it is in
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    try:
        yield
    finally:
        root.setLevel(level)
        # others may have put theirs there meanwhile
        for handler in [one for one in root.handlers if one not in handlers]:
            if type(handler) in _PLAIN:
                root.removeHandler(handler)


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

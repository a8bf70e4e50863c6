"""What every request handler needs: the settings, the store, the layers as this reader sees them, and links."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, cast
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, Request

from api.settings import Settings
from layers.feature import Layer
from layers.store.protocol import Store
from spatial.errors import Forbidden, NotFound


@dataclass(frozen=True)
class OneMap:
    """The running service."""

    settings: Settings
    store: Store

    def layers(self) -> Mapping[str, Layer]:
        """Return the layers as anonymous readers see them."""
        return {n: layer.seen_by(self.settings.reader) for n, layer in self.store.layers().items()}

    def layer(self, name: str) -> Layer:
        """Return one layer; raise NotFound."""
        found = self.store.layers().get(name)
        if found is None:
            raise NotFound(f"there is no collection {name[:60]!r}; /collections lists them")
        return found.seen_by(self.settings.reader)


def onemap(request: Request) -> OneMap:
    """Return the running service."""
    return cast("OneMap", request.app.state.onemap)


def base(request: Request) -> str:
    """Return the service's public address, without a slash at its end."""
    return onemap(request).settings.base_url.rstrip("/") or str(request.base_url).rstrip("/")


def here(request: Request, **changed: str | None) -> str:
    """Return this request's public address with some parameters changed, or dropped where None."""
    kept = {k: v for k, v in request.query_params.items() if k not in changed}
    query = urlencode(kept | {k: v for k, v in changed.items() if v is not None})
    return base(request) + request.url.path.removeprefix(request.scope.get("root_path", "")) + (f"?{query}" if query else "")


def layer_of(request: Request, collection: str) -> Layer:
    """Return the layer that the path names; raise NotFound."""
    return onemap(request).layer(collection)


def may_write(request: Request) -> None:
    """Let a write pass that comes from where the settings allow, and not from another site's page; raise Forbidden."""
    writes = onemap(request).settings.writes
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden("a page of another site may not write here")
    if writes == "open" or (writes == "local" and _is_local(request)):
        return
    raise Forbidden("writing is allowed from this machine only; ONEMAP_WRITES decides")


def _is_local(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


Service = Annotated[OneMap, Depends(onemap)]
Named = Annotated[Layer, Depends(layer_of)]

"""Who may write: this machine, everybody or nobody; and never a page of another site."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import Request

from api.address import base
from api.context import onemap
from spatial.errors import Forbidden


async def may_write(request: Request) -> None:
    """Let a write pass that comes from where the settings allow; raise Forbidden."""
    writes = onemap(request).settings.writes
    if not _own_page(request):
        raise Forbidden("a page of another site may not write here")
    if writes == "open" or (writes == "local" and _here(request.client.host if request.client else "")):
        return
    raise Forbidden("writing is allowed from this machine only; ONEMAP_WRITES decides")


def _own_page(request: Request) -> bool:
    origin = request.headers.get("origin")
    if origin is None:
        return True
    service = onemap(request).settings
    own = urlsplit(base(request))
    # a name that somebody else points at this machine is a page of somebody else (DNS rebinding)
    trusted = bool(service.base_url) or service.writes == "open" or _here(own.hostname or "")
    return trusted and origin == f"{own.scheme}://{own.netloc}"


def _here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False

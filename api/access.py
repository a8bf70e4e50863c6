"""Who may write: this machine, everybody or nobody; and never a page of another site."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import Request

from api.address import base
from api.context import onemap
from spatial.errors import Forbidden

PASSED_ON = re.compile(r"forwarded|x-forwarded-.+|x-real-ip|via")
"""Headers by which a proxy says that it passes on what somebody else asked (RFC 7239; RFC 9110, 7.6.3)."""


async def may_write(request: Request) -> None:
    """Let a write pass that comes from where the settings allow; raise Forbidden."""
    writes = onemap(request).settings.writes
    if not _own_page(request):
        raise Forbidden("a page of another site may not write here")
    if writes == "off":
        raise Forbidden("writing over HTTP is switched off (ONEMAP_WRITES=off); use the command line")
    if writes == "local" and (why := _not_local(request)):
        raise Forbidden(f"writing is for this machine only (ONEMAP_WRITES=local), and {why}")


def _not_local(request: Request) -> str | None:
    """Return why a request cannot be taken for one of this machine itself; behind a proxy, all look as if they were."""
    public = urlsplit(onemap(request).settings.base_url).hostname
    if public and not _here(public):
        return (
            f"the service is public by ONEMAP_BASE_URL ({public}); use the command line, or let the proxy decide who \
may write and set ONEMAP_WRITES=open"
        )
    if header := next((name for name in request.headers if PASSED_ON.fullmatch(name)), None):
        return f"the header {header} says that a proxy passed this on; ask the service itself, or use the command line"
    return None if _here(request.client.host if request.client else "") else "the request comes from another one"


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

"""Where the service stands: its public address, and the addresses of what it answers with."""

import re
from urllib.parse import quote, urlencode

from fastapi import Request

from api.context import onemap
from api.query_string import given

HOST = re.compile(r"(?:[A-Za-z0-9._~-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?\Z")
"""What a Host header may hold to be repeated in an answer (RFC 3986, 3.2.2, without its rarer letters)."""

NOWHERE = "http://onemap.invalid"
"""Stands for the public address in documents that are made once for all addresses."""

IN_PATH, IN_QUERY = "/:@!$&'()*+,;=~", ",:/"


def base(request: Request) -> str:
    """Return the service's public address, without a slash at its end."""
    return onemap(request).settings.base_url.rstrip("/") or _seen(request)


def here(request: Request, **changed: str | None) -> str:
    """Return this request's public address with some parameters changed, or dropped where None."""
    params = given(request) | changed
    query = urlencode({name: value for name, value in params.items() if value is not None}, safe=IN_QUERY)
    return base(request) + path(request) + (f"?{query}" if query else "")


def path(request: Request) -> str:
    """Return the request's path below the service's address, percent-encoded."""
    return quote(str(request.scope["path"]).removeprefix(_root(request)), safe=IN_PATH)


def _seen(request: Request) -> str:
    host = request.headers.get("host", "")
    if not HOST.match(host):
        name, port = request.scope.get("server") or ("localhost", None)
        host = f"{name}:{port}" if port else name
    return f"{request.scope.get('scheme', 'http')}://{host}{quote(_root(request), safe=IN_PATH)}"


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", "")).rstrip("/")

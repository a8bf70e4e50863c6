"""The query of a request, read strictly: each parameter once, in UTF-8, and none that nobody asked for."""

import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from fastapi import Request

from spatial.errors import BadParameter

MOST = 200
"""Parameters that one request may have."""

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
Params = dict[str, str]


def given(request: Request) -> Params:
    """Return the parameters by name; raise BadParameter for one that is repeated or cannot be read."""
    known: Params | None = getattr(request.state, "params", None)
    if known is None:
        known = request.state.params = _read(request.scope.get("query_string", b""))
    return known


def only(request: Request, *names: str) -> Params:
    """Return the parameters; raise BadParameter if there are others than these (Features Part 1, 7.6.1)."""
    params = given(request)
    refuse_others(params, names)
    return params


def refuse_others(params: Iterable[str], names: Iterable[str], besides: str = "") -> None:
    """Raise BadParameter, telling the names there are, for a parameter that is none of them."""
    known = sorted(names)
    if unknown := [name for name in params if name not in known]:
        raise BadParameter(f"{unknown[0][:60]!r} is no parameter here; there are {', '.join(known) or 'none'}{besides}")


def _read(raw: bytes) -> Params:
    parts = [part for part in raw.split(b"&") if part]
    if len(parts) > MOST:
        raise BadParameter(f"{len(parts):,} parameters are too many; {MOST} are allowed")
    params: Params = {}
    for part in parts:
        name, _, value = part.partition(b"=")
        _put(params, _text(name), _text(value))
    return params


def _put(params: Params, name: str, value: str) -> None:
    if name in params:
        raise BadParameter(f"{name[:60]!r} is given twice; send it once")
    if CONTROL.search(name) or CONTROL.search(value):
        raise BadParameter(f"{name[:60]!r} holds a control character; leave it out")
    params[name] = value


def _text(raw: bytes) -> str:
    try:
        return unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError as bad:
        raise BadParameter(f"the query is not percent-encoded UTF-8 at {raw[:60]!r}") from bad

"""Which representation a client wants: by `f`, else by Accept (RFC 9110, 12.5.1)."""

import re
from collections.abc import Mapping

from fastapi import Request

from api.query_string import given
from spatial.errors import BadParameter, NotAcceptable

JSON, HTML, SCHEMA = "application/json", "text/html", "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json"
TWO = {JSON: "json", HTML: "html"}
LONGEST = 2000
_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\Z")

type Offered = Mapping[str, str]
"""Media types, and the key of each; the first one is for clients that do not say."""


def chosen(request: Request, offered: Offered = TWO, aliases: Mapping[str, str] | None = None) -> str:
    """Return the key of the wanted representation; raise BadParameter, NotAcceptable."""
    named = given(request).get("f")
    if named is None:
        return _accepted(request.headers.get("accept", "")[:LONGEST], offered)
    key = (aliases or {}).get(named, offered.get(named, named))
    if key not in offered.values():
        raise BadParameter(
            f"f={named[:40]!r} is not served here; there are {', '.join(dict.fromkeys(offered.values()))}"
        )
    return key


def _accepted(header: str, offered: Offered) -> str:
    for wanted in _by_quality(header):
        if found := _matching(wanted, offered):
            return found
    raise NotAcceptable(f"none of {header[:80]!r} is served here; there are {', '.join(offered)}")


def _matching(wanted: str, offered: Offered) -> str | None:
    if wanted == "*/*":
        return next(iter(offered.values()))
    if wanted.endswith("/*"):
        return next((key for media, key in offered.items() if media.startswith(wanted[:-1])), None)
    return offered.get(wanted)


def _by_quality(header: str) -> list[str]:
    kinds: list[tuple[float, str]] = []
    for part in header.split(","):
        kind, *params = (p.strip().lower() for p in part.split(";"))
        quality = next((p[2:] for p in params if p.startswith("q=")), "1")
        weight = float(quality) if _QUALITY.match(quality) else 0.0
        if kind and weight:
            kinds.append((-weight, kind))
    # stable: of equal wishes the first named wins
    return [kind for _, kind in sorted(kinds, key=lambda k: k[0])] or ([] if header.strip() else ["*/*"])

"""What a representation is made from, and what all of them say in headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import Request

from api.context import OneMap, here
from layers.feature import Layer
from layers.query import Cursor, Query
from layers.store.keyset import token
from spatial.time import written


@dataclass(frozen=True, slots=True)
class Answer:
    """One request for features, understood."""

    request: Request
    service: OneMap
    layer: Layer
    query: Query

    def headers(self, links: list[dict[str, str]]) -> dict[str, str]:
        """Return Content-Crs (Part 2, 6.2.3) and Link (RFC 8288)."""
        linked = ", ".join(f'<{k["href"]}>; rel="{k["rel"]}"; type="{k["type"]}"' for k in links)
        return {"Content-Crs": f"<{self.query.crs.uri}>", "Link": linked} if linked else {"Content-Crs": f"<{self.query.crs.uri}>"}

    def links(self, kind: str, after: Cursor | None, before: Cursor | None) -> list[dict[str, str]]:
        """Return self, and the pages after and before this one, in the same representation."""
        made = [{"rel": "self", "type": kind, "href": here(self.request)}]
        for rel, cursor in (("next", after), ("prev", before)):
            if cursor:
                made.append({"rel": rel, "type": kind, "href": here(self.request, cursor=token(cursor), offset=None)})
        return made

    def counts(self, returned: int) -> Mapping[str, Any]:
        """Return numberMatched, where it is known, and numberReturned, timeStamp (Part 1, 7.16)."""
        matched = self.service.store.count(self.layer, self.query) if self.query.count else None
        known = {"numberMatched": matched.rows} if matched and matched.exact else {}
        return {**known, "numberReturned": returned, "timeStamp": written(datetime.now(UTC))}

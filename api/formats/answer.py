"""What a representation is made from, and what all of them say in headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import Request

from api.address import base, here
from api.context import OneMap
from api.links import Link, header, link
from layers.feature import Layer
from layers.query import Cursor, Query
from layers.store.keyset import token
from layers.store.protocol import Features
from spatial.errors import NotFound
from spatial.time import written


@dataclass(frozen=True, slots=True)
class Answer:
    """One request for features, understood."""

    request: Request
    service: OneMap
    layer: Layer
    query: Query

    @property
    def home(self) -> str:
        """The address of the collection."""
        return f"{base(self.request)}/collections/{self.layer.name}"

    def features(self) -> Features:
        """Return the page of features."""
        return self.service.store.features(self.layer, self.query)

    def one(self) -> bytes:
        """Return the text of the one feature that is asked for; raise NotFound."""
        found = self.features()
        if not found.returned:
            raise NotFound(f"{self.layer.name} has no feature {self.query.ids[0][:80]!r}")
        return found.text

    def headers(self, links: list[Link]) -> dict[str, str]:
        """Return Content-Crs (Part 2, 6.2.3) and Link (RFC 8288)."""
        said = {"Content-Crs": f"<{self.query.crs.uri}>"}
        return {**said, "Link": header(links)} if links else said

    def paging(self, kind: str, after: Cursor | None, before: Cursor | None) -> list[Link]:
        """Return self, and the pages after and before this one, in the same representation."""
        made = [link("self", kind, here(self.request), "此页 This page")]
        for rel, title, cursor in (("next", "下一页 Next page", after), ("prev", "上一页 Previous page", before)):
            if cursor:
                made.append(link(rel, kind, here(self.request, cursor=token(cursor), offset=None), title))
        return made

    def others(self, kinds: Mapping[str, str]) -> list[Link]:
        """Return the collection, and the same features in other representations (key → media type)."""
        owner = link("collection", "application/json", self.home, str(self.layer.title))
        return [*(link("alternate", t, here(self.request, f=k), k) for k, t in kinds.items()), owner]

    def counts(self, page: Features) -> Mapping[str, Any]:
        """Return numberMatched, where it is known, and numberReturned, timeStamp (Part 1, 7.16)."""
        known = {"numberMatched": page.returned} if self._is_all(page) else self._counted(page)
        return {**known, "numberReturned": page.returned, "timeStamp": written(datetime.now(UTC))}

    def needs_count(self, page: Features) -> bool:
        """Tell whether the store has to count what matches: not if the page holds all, nor on pages after the first.

        Where counting a box costs more than the page, only who asks for one feature wants nothing but the number.
        """
        asked = self.query
        dear = self.service.is_prompt and (asked.box is not None or asked.region is not None) and asked.limit > 1
        return asked.count and asked.cursor is None and not dear and not self._is_all(page)

    def _is_all(self, page: Features) -> bool:
        return page.next is None and page.prev is None and not self.query.offset

    def _counted(self, page: Features) -> Mapping[str, Any]:
        matched = self.service.store.count(self.layer, self.query) if self.needs_count(page) else None
        return {"numberMatched": matched.rows} if matched and matched.exact else {}

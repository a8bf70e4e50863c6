"""Links, in documents and in headers."""

from collections.abc import Iterable

Link = dict[str, str]
REL = "http://www.opengis.net/def/rel/ogc/1.0/"
"""Where the relations are defined that OGC registered."""


def link(rel: str, kind: str, href: str, title: str) -> Link:
    """Return a link of a document (OGC API Common Part 1, 7.5)."""
    return {"rel": rel, "type": kind, "href": href, "title": title}


def header(links: Iterable[Link]) -> str:
    """Return links as a Link header (RFC 8288); titles, which are not ASCII, stay in the document."""
    return ", ".join(f'<{one["href"]}>; rel="{one["rel"]}"; type="{one["type"]}"' for one in links)

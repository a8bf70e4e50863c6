"""Common Query Language (CQL2, OGC 21-065r2): text or JSON in, one checked tree out."""

from layers.cql2.conformance import CONFORMANCE
from layers.cql2.reader import from_json, from_text
from layers.cql2.tree import checked
from layers.query import Filter
from spatial.crs import CRS84, Crs
from spatial.errors import BadFilter

__all__ = ["CONFORMANCE", "parse"]

_READERS = {"cql2-text": from_text, "cql2-json": from_json}


def parse(text: str, lang: str | None = None, crs: Crs = CRS84) -> Filter:
    """Return a filter as a tree whose coordinates are in `crs`; raise BadFilter, saying where and what is expected.

    Without a language, what starts with { is JSON. Hostile text is refused before it reaches the parser.
    """
    if (odd := _unpaired(text)) is not None:
        raise BadFilter(f"character {odd + 1} of the filter is half of a surrogate pair")
    if lang is not None and lang not in _READERS:
        raise BadFilter(f"{lang[:40]!r} is no language of filters; send {' or '.join(_READERS)}")
    guessed = lang or ("cql2-json" if text.lstrip().startswith("{") else "cql2-text")
    return Filter(checked(_READERS[guessed](text)), crs)


def _unpaired(text: str) -> int | None:
    try:
        text.encode()
    except UnicodeEncodeError as bad:
        return bad.start
    return None

"""Records as the quarantine keeps them: whole, as JSON, and never larger than a person could mend."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from etl.source.model import PLACE, Record
from layers.store.protocol import Refusal
from spatial.coordinates import Geometries

LARGEST = 1_000_000
"""Characters of one value that is kept; of a longer one only the beginning is, and it must be sent again."""

_CUT = "… "


def refused(records: Sequence[Record], places: Geometries | None, start: int, why: Mapping[int, str]) -> list[Refusal]:
    """Return the refusals of a chunk that begins after `start` records, in the order of the source."""
    return [
        Refusal(_kept(records[n], None if places is None else places[n]), why[n], start + n + 1) for n in sorted(why)
    ]


def _kept(record: Record, place: Any) -> Record:
    kept = {_text(name): plain(value) for name, value in record.items()}
    if place is not None:
        kept.setdefault(PLACE, _text(place.wkt))
    return kept


def plain(value: Any) -> Any:
    """Return a value as JSON holds it, cut where it is huge."""
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        # JSON has no number for it
        return value if value - value == 0 else str(value)
    if isinstance(value, list | tuple):
        return [plain(part) for part in cast("Sequence[Any]", value)]
    if isinstance(value, dict):
        return {_text(str(name)): plain(part) for name, part in cast("Mapping[Any, Any]", value).items()}
    return _text(value.hex() if isinstance(value, bytes) else str(value))


def _text(text: str) -> str:
    cut = text if len(text) <= LARGEST else f"{text[:1000]}{_CUT}({len(text):,} characters)"
    # bytes that were no text came through as half surrogates, which JSON cannot hold
    return cut.encode("utf-8", "backslashreplace").decode() if not cut.isascii() else cut

"""Instants and intervals: read as RFC 3339 writes them, kept in UTC, written one way."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from spatial.errors import BadTime

DAY = timedelta(days=1)
_OPEN = {"", ".."}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})?\Z")
_FIRST, _LAST = "0000-", "9999-12-31"
"""Years that clients send for an open end (QGIS does)."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time; None is an open end, `whole` says that `end` itself belongs to it."""

    start: datetime | None
    end: datetime | None
    whole: bool = True


def instant(text: str, zone: tzinfo = UTC) -> datetime:
    """Return an RFC 3339 date-time (or date: its midnight) in UTC; one without offset is in `zone`; raise BadTime."""
    text = text.strip()
    if not (_INSTANT.match(text) or _DATE.match(text)):
        raise BadTime(f"{text[:40]!r} is not a time; send 2026-01-31T08:00:00Z or 2026-01-31")
    try:
        read = datetime.fromisoformat(text.upper().replace(",", "."))
        return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as bad:
        raise BadTime(f"{text[:40]!r} is not a time: {bad}") from bad


def span(text: str) -> Span:
    """Return a `datetime` parameter (OGC API Features Part 1, 7.15.4) as a span; raise BadTime."""
    ends = text.split("/")
    if len(ends) == 1:
        start, end, whole = _edges(ends[0])
        return Span(start, end, whole)
    if len(ends) != 2:  # noqa: PLR2004 - an interval has two ends
        raise BadTime(f"{text[:60]!r} is no interval; send START/END, with .. for an open end")
    start, end, whole = _start(ends[0]), *_edges(ends[1])[1:]
    if start and end and start > end:
        raise BadTime(f"the interval {text[:60]!r} ends before it starts")
    return Span(start, end, whole)


def written(when: datetime) -> str:
    """Return the instant as it is stored and served: UTC, milliseconds, Z; such texts sort as time does."""
    return f"{when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def day_span(day: date) -> Span:
    """Return the day (UTC) as a span without its end."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Span(start, start + DAY, whole=False)


def _start(text: str) -> datetime | None:
    return None if text in _OPEN or text.startswith(_FIRST) else instant(text)


def _edges(text: str) -> tuple[datetime | None, datetime | None, bool]:
    """Return start, end and whether the end belongs: a date is its whole day."""
    if text in _OPEN or text.startswith(_LAST):
        return None, None, True
    at = instant(text)
    return (at, at + DAY, False) if _DATE.match(text.strip()) else (at, at, True)

"""Times as records write them: with or without an offset, as numbers, as a workbook's dates, the Chinese way."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from spatial.errors import BadTime

_LOOSE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[T\s]*(\d{1,2})\s*[:：时]\s*(\d{1,2})\s*(?:[:：分]\s*(\d{1,2})?(?:[.,](\d{1,6}))?\s*秒?)?)?\Z"
)
_DIGITS: dict[int, Callable[[str], datetime]] = {
    8: lambda text: datetime.strptime(text, "%Y%m%d"),
    14: lambda text: datetime.strptime(text, "%Y%m%d%H%M%S"),
    10: lambda text: datetime.fromtimestamp(int(text), UTC),
    13: lambda text: datetime.fromtimestamp(int(text) / 1000, UTC),
}
"""What a run of digits is, by its length: a day, a day and a time, seconds or milliseconds since 1970."""

_HINT = "send 2026-01-31T08:00:00+08:00, or without the offset, or seconds since 1970"


def moment(value: Any, zone: tzinfo) -> datetime | None:
    """Return a time in UTC, None for an empty value; one without an offset is in `zone`; raise BadTime."""
    try:
        read = _read(value)
        if read is None:
            return None
        return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as bad:
        raise BadTime(f"{str(value)[:40]!r} is not a time: {bad}; {_HINT}") from bad


def moments(values: Sequence[Any], zone: tzinfo) -> list[datetime] | None:
    """Return times (n,) all written as ISO 8601 says as `moment` reads them, None where any is written otherwise."""
    if set(map(type, values)) != {str} or any(map(str.isdecimal, values)):
        return None
    try:
        read = map(datetime.fromisoformat, values)
        return [(at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC) for at in read]
    except (ValueError, OverflowError):
        return None


def day(value: Any, zone: tzinfo) -> date | None:
    """Return a day, None for an empty value; raise BadTime."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        read = _read(value)
    except (ValueError, OverflowError, OSError) as bad:
        raise BadTime(f"{str(value)[:40]!r} is not a date; send 2026-01-31") from bad
    return read and (read.astimezone(zone) if read.tzinfo else read).date()


def _read(value: Any) -> datetime | None:
    if isinstance(value, str):
        return _text(value.strip())
    if isinstance(value, datetime) or value is None:
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value)
    raise ValueError(f"it is of type {type(value).__name__}")


def _text(text: str) -> datetime | None:
    if not text:
        return None
    if text.isdecimal() and text.isascii():
        return _digits(text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _loose(text)


def _number(value: float) -> datetime:
    if value == int(value):
        return _digits(str(int(value)))
    return datetime.fromtimestamp(value if abs(value) < 1e11 else value / 1000, UTC)  # noqa: PLR2004 - year 5138


def _digits(text: str) -> datetime:
    if len(text) not in _DIGITS:
        raise ValueError("so many digits are neither a day nor a time")
    return _DIGITS[len(text)](text)


def _loose(text: str) -> datetime:
    found = _LOOSE.match(text)
    if found is None:
        raise ValueError("it is not written as times are")
    year, month, of_month, hour, minute, second, part = found.groups()
    micro = int((part or "0").ljust(6, "0"))
    at = time(int(hour or 0), int(minute or 0), int(second or 0), micro)
    return datetime.combine(date(int(year), int(month), int(of_month)), at)

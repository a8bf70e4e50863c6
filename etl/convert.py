"""Values as a layer's columns hold them, made from values as sources write them."""

import json
from collections.abc import Callable, Sequence
from datetime import date, tzinfo
from functools import partial
from typing import Any, cast

from etl.moment import day, moment, moments
from layers.column import Column, ColumnKind
from spatial.errors import BadTime

type Convert = Callable[[Any], Any]

_FLAGS = {
    **dict.fromkeys(("true", "t", "yes", "y", "1", "是", "有", "真", "on"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0", "否", "无", "假", "off"), False),
}
_COMMAS = str.maketrans("；，、;|\n", ",,,,,,")


_WRITTEN: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (bool, lambda value: str(value).lower()),
    (int, str),
    # a workbook keeps the code 500103 as 500103.0
    (float, lambda value: str(int(value)) if value.is_integer() else repr(value)),
    (date, lambda value: value.isoformat()),
)


class Unfit(ValueError):
    """A value cannot be what its column holds; the message says why."""


def converted(column: Column, values: Sequence[Any], zone: tzinfo) -> tuple[list[Any], dict[int, str]]:
    """Return a column's values (n,) converted, None where there is none, and why some cannot be."""
    if column.kind is ColumnKind.TEXT and _all_text(values):
        return [value or None for value in values], {}
    if column.kind is ColumnKind.INSTANT and (times := moments(values, zone)) is not None:
        return cast("list[Any]", times), {}
    convert = _CONVERT[column.kind](zone)
    try:
        return [convert(value) for value in values], {}
    except (Unfit, BadTime):
        return _one_by_one(column, values, convert)


def _all_text(values: Sequence[Any]) -> bool:
    return set(map(type, values)) == {str} and "\x00" not in "".join(values)


def _one_by_one(column: Column, values: Sequence[Any], convert: Convert) -> tuple[list[Any], dict[int, str]]:
    out: list[Any] = [None] * len(values)
    why: dict[int, str] = {}
    for n, value in enumerate(values):
        try:
            out[n] = convert(value)
        except (Unfit, BadTime) as bad:
            why[n] = f"{column.name}: {bad}"
    return out, why


def _text(value: Any) -> Any:
    if isinstance(value, str):
        if "\x00" in value:
            raise Unfit("the text holds a NUL character")
        return value or None
    if value is None:
        return None
    write = next((write for kind, write in _WRITTEN if isinstance(value, kind)), None)
    if write is None:
        raise Unfit(f"a {type(value).__name__} is no text")
    return write(value)


def _number(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) else value


def _flag(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip().casefold()
    if text and text not in _FLAGS:
        raise Unfit(f"{value[:40]!r} is neither true nor false; send true or false, yes or no, 是 or 否")
    return _FLAGS[text] if text else None


def _texts(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return cast("object", json.loads(value))
        except (ValueError, RecursionError) as bad:
            raise Unfit(f"{value[:40]!r} is no list: {bad}") from bad
    return [part for part in (part.strip() for part in value.translate(_COMMAS).split(",")) if part] or None


_CONVERT: dict[ColumnKind, Callable[[tzinfo], Convert]] = {
    ColumnKind.TEXT: lambda _: _text,
    ColumnKind.INTEGER: lambda _: _number,
    ColumnKind.NUMBER: lambda _: _number,
    ColumnKind.BOOLEAN: lambda _: _flag,
    ColumnKind.INSTANT: lambda zone: partial(moment, zone=zone),
    ColumnKind.DATE: lambda zone: partial(day, zone=zone),
    ColumnKind.TEXTS: lambda _: _texts,
}

"""A frame's rows as people read them: times in the layer's zone, lists as text, and names for codes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypedDict, cast

import pandas as pd

import geopandas as gpd

from layers.codes import code_list
from layers.column import Column, ColumnKind
from layers.feature import Layer
from layers.text import Text
from styles.color import spelled
from styles.legend import TRUTH
from styles.unit import symbol

type Values = Any
"""A pandas Series (n,), whose methods pandas leaves half typed."""


class Field(TypedDict):
    """One column as the browser shows it; `names` are the titles of the codes that occur."""

    key: str
    zh: str
    en: str
    unit: str
    names: dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Readable:
    """Columns for people, and a table (n rows) with a short key a column; a missing value is null."""

    fields: list[Field]
    table: pd.DataFrame


def readable(layer: Layer, frame: gpd.GeoDataFrame) -> Readable:
    """Return what the frame says of the layer's columns; columns of one but not the other are left out."""
    kept = {str(n): column for n, column in enumerate(layer.properties) if column.name in frame.columns}
    rows: Any = frame
    table: Any = pd.DataFrame(
        {key: WRITE[column.kind](rows[column.name], layer.sync.zone) for key, column in kept.items()},
        index=rows.index,
    )
    return Readable([_field(key, column, table[key]) for key, column in kept.items()], table)


def _field(key: str, column: Column, values: Values) -> Field:
    return {
        "key": key,
        "zh": column.title.zh,
        "en": column.title.en,
        "unit": symbol(column.about.unit),
        "names": {code: (title.zh, title.en) for code, title in _names(column, values).items()},
    }


def _names(column: Column, values: Values) -> dict[str, Text]:
    if column.kind is ColumnKind.BOOLEAN:
        return TRUTH
    if not column.about.codes:
        return {}
    known = code_list(column.about.codes)
    return {code: known.title_of(code) for code in values.dropna().unique() if code in known}


def _as_is(values: Values, zone: str) -> Values:
    return values


def _numbers(values: Values, zone: str) -> Values:
    return cast("Values", pd.to_numeric(values)).round(6)


def _truths(values: Values, zone: str) -> Values:
    return values.map(spelled, na_action="ignore")


def _texts(values: Values, zone: str) -> Values:
    return values.map(_joined, na_action="ignore")


def _joined(texts: Any) -> str | None:
    return texts if isinstance(texts, str) else "；".join(map(str, cast("Iterable[Any]", texts))) or None


def _days(values: Values, zone: str) -> Values:
    return values.map(_day, na_action="ignore")


def _day(day: Any) -> str:
    return str(day)[:10]


def _instants(values: Values, zone: str) -> Values:
    utc = cast("Values", pd.to_datetime(values, utc=True, format="ISO8601"))
    local = utc.dt.tz_convert(zone)
    to_the_minute = local.dropna().dt.second.eq(0).all()
    return local.dt.strftime("%Y-%m-%d %H:%M" if to_the_minute else "%Y-%m-%d %H:%M:%S")


WRITE: dict[ColumnKind, Callable[[Values, str], Values]] = {
    ColumnKind.TEXT: _as_is,
    ColumnKind.INTEGER: _numbers,
    ColumnKind.NUMBER: _numbers,
    ColumnKind.BOOLEAN: _truths,
    ColumnKind.INSTANT: _instants,
    ColumnKind.DATE: _days,
    ColumnKind.TEXTS: _texts,
}
"""How each kind of column is written: values and an IANA zone → values."""

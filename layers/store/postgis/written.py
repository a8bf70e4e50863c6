"""A page of features as one GeoJSON text that the database writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from layers.column import Column, ColumnKind
from layers.table import FID

AS_JSON: Mapping[ColumnKind, str] = {
    ColumnKind.INTEGER: "{0}::text",
    ColumnKind.BOOLEAN: "{0}::text",
    # with a decimal point even where there is nothing behind it: clients take the type of a column from its values
    ColumnKind.NUMBER: "CASE WHEN abs({0}) < 1e15 AND {0} = trunc({0}) THEN {0}::text || '.0' ELSE {0}::text END",
    ColumnKind.INSTANT: """to_char({0} AT TIME ZONE 'UTC', '"\\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\\""')""",
}
"""A column as JSON text; kinds that are not here are written by to_json."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the text of a page depends on, besides its rows; sorts: the SQL that writes each sort value as JSON."""

    key: str
    columns: tuple[Column, ...]
    place: str | None
    decimals: int
    sorts: tuple[str, ...]
    back: bool


@lru_cache(maxsize=512)
def outer(shape: Written) -> str:
    """Return the statement round that of a page's rows, `{inner}`; `{limit}` is the page's size.

    Each row is written out piece by piece: json_build_object costs more, jsonb four times as much, and a NULL
    anywhere would drop the feature without a word.
    """
    place = f"coalesce(ST_AsGeoJSON(\"{shape.place}\", {shape.decimals}), 'null')" if shape.place else "'null'"
    properties = " || ',' || ".join(f"""'"{c.name}":' || {as_json(c)}""" for c in shape.columns) or "''"
    feature = (
        f"""'{{{{"type":"Feature","id":' || to_json("{shape.key}")::text || ',"geometry":' || {place}"""
        f""" || ',"properties":{{{{' || {properties} || '}}}}}}}}'"""
    )
    cursor = " || ',' || ".join((f"'[' || {FID}::text", *shape.sorts)) + " || ']'"
    order = " ORDER BY n DESC" if shape.back else ""
    # column names are checked where layers are made
    return (
        f"SELECT string_agg({feature}, ','{order}) FILTER (WHERE n <= {{limit}}), count(*),"  # noqa: S608
        f" max({cursor}) FILTER (WHERE n = 1), max({cursor}) FILTER (WHERE n = {{limit}})"
        " FROM (SELECT row_number() OVER () AS n, * FROM ({inner}) AS page) AS numbered"
    )


def as_json(column: Column) -> str:
    """Return the SQL that writes a column as JSON."""
    said = AS_JSON.get(column.kind, "to_json({0})::text").format(f'"{column.name}"')
    return f"({said})" if column.required else f"coalesce({said}, 'null')"

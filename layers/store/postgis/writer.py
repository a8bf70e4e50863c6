"""One write transaction on PostGIS: rows in, as one JSON text a batch; the tables' triggers do the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import batched
from typing import Any

import orjson

import shapely

from layers.column import Column, ColumnKind
from layers.feature import Layer
from layers.store.postgis.connection import Connection, fetched, run
from layers.store.postgis.ledger import Ledger
from layers.store.postgis.tables import unique
from layers.store.protocol import Row, Tally, places_of
from layers.table import REVISION
from spatial.shape import SRID
from spatial.time import instant

BATCH = 5000
"""Rows of one statement."""

DAY = timedelta(days=1)
FIRST_DAY, AHEAD = date(2000, 1, 1), 7 * DAY
"""Rows older than the first, or farther in the future, lie together in one part of the table."""

PATIENCE = "200ms"
"""How long what can be done later waits for those who read or write."""

NOW = "pg_current_xact_id()::text::bigint"
OPTIONS = orjson.OPT_SERIALIZE_NUMPY
TYPES: Mapping[ColumnKind, str] = {
    ColumnKind.TEXT: "text",
    ColumnKind.INTEGER: "bigint",
    ColumnKind.NUMBER: "float8",
    ColumnKind.BOOLEAN: "boolean",
    ColumnKind.INSTANT: "timestamptz",
    ColumnKind.DATE: "date",
    ColumnKind.TEXTS: "text[]",
    ColumnKind.PLACE: "text",
}


class PostgisWriter(Ledger):
    """Writes rows inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        """Hold the connection whose transaction is open."""
        super().__init__(connection)
        self._days: set[date] = set()

    @cached_property
    def revision(self) -> int:
        """The transaction's number, which every row that it writes bears."""
        return int(fetched(self.connection, f"SELECT {NOW}")[0][0])

    def upsert(self, layer: Layer, rows: Sequence[Row]) -> Tally:
        """Write the rows by key; rows that say nothing new are left alone, of repeated keys the last one counts."""
        return self._write(layer, rows, _upserting(layer), "unchanged")

    def append(self, layer: Layer, rows: Sequence[Row]) -> Tally:
        """Add the rows whose keys are new; a known key is a repeat."""
        return self._write(layer, rows, _appending(layer), "repeated")

    def delete(self, layer: Layer, keys: Sequence[str]) -> Tally:
        """Delete the rows; the table's own trigger leaves tombstones, which other writers need too."""
        gone = f'DELETE FROM "{layer.name}" WHERE "{layer.key.name}" = ANY($1::text[])'  # noqa: S608 - checked names
        return Tally(deleted=run(self.connection, gone, (list(keys),)))

    def expire(self, layer: Layer, before: datetime, most: int) -> Tally:
        """Delete the oldest rows whose instant lies before, up to `most`, without tombstones; never the newest row.

        Of a layer kept apart by day, whole days go, however many rows they have, once all of a day lies before.
        """
        if layer.when is None:
            return Tally()
        if layer.by_day:
            asked = (layer.name, layer.by_day, before, most, PATIENCE)
            return Tally(deleted=fetched(self.connection, "SELECT om_drop_days($1, $2, $3, $4, $5)", asked)[0][0])
        gone = fetched(self.connection, _expiring(layer, layer.when[0].name), (before, most))
        forgotten = "DELETE FROM om_tombstones WHERE layer = $1 AND fid = ANY($2::bigint[])"
        run(self.connection, forgotten, (layer.name, [fid for (fid,) in gone]))
        return Tally(deleted=len(gone))

    def _write(self, layer: Layer, rows: Sequence[Row], sql: str, left: str) -> Tally:
        last = {row[layer.key.name]: row for row in rows}
        # in one order whoever writes, so that two writers never wait for each other
        ordered = [last[key] for key in sorted(last)]
        if layer.by_day:
            self._make_room(layer, ordered)
        tally = Tally(repeated=len(rows) - len(last))
        for part in batched(ordered, BATCH):
            fresh, changed = fetched(self.connection, sql, (encoded(layer, part),))[0]
            tally += replace(Tally(fresh, changed), **{left: len(part) - fresh - changed})
        return tally

    def _make_room(self, layer: Layer, rows: Sequence[Row]) -> None:
        days = {_day(row[layer.by_day or ""]) for row in rows} - self._days
        self._days |= days
        today = datetime.now(UTC).date()
        asked: dict[date, str | None] = {d: None for d in days if FIRST_DAY <= d <= today + AHEAD}
        # made before it is needed, and only while nobody is in the way
        if today in asked:
            asked.setdefault(today + DAY, PATIENCE)
        for day in sorted(asked):
            run(self.connection, "SELECT om_make_day($1, $2, $3, $4)", (layer.name, layer.by_day, day, asked[day]))


def encoded(layer: Layer, rows: Sequence[Row]) -> str:
    """Return rows as a JSON array of objects, places as hexadecimal EWKB."""
    filled = {column.name: _filled(column, rows) for column in layer.columns}
    made = [dict(zip(filled, values, strict=True)) for values in zip(*filled.values(), strict=True)]
    return orjson.dumps(made, option=OPTIONS).decode()


def _filled(column: Column, rows: Sequence[Row]) -> Sequence[Any]:
    if column.kind is ColumnKind.PLACE:
        places = shapely.set_srid(places_of(rows, column.name), SRID)
        return shapely.to_wkb(places, hex=True, include_srid=True).tolist()
    values = [row.get(column.name) for row in rows]
    return [_whole(v) for v in values] if column.kind is ColumnKind.INSTANT else values


def _whole(value: Any) -> Any:
    # every store keeps milliseconds
    if isinstance(value, datetime) and value.microsecond % 1000:
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    return value


def _day(value: Any) -> date:
    at = instant(value) if isinstance(value, str) else value
    return at.astimezone(UTC).date()


@lru_cache(maxsize=256)
def _upserting(layer: Layer) -> str:
    key, named = f'"{layer.key.name}"', [f'"{c.name}"' for c in layer.columns]
    ours, theirs = (", ".join(f"{of}.{n}" for n in named) for of in (f'"{layer.name}"', "excluded"))
    taken = ", ".join(f"{n} = excluded.{n}" for n in (*named, REVISION))
    looked = f'SELECT {key} FROM "{layer.name}" WHERE {key} IN (SELECT {key} FROM given)'  # noqa: S608 - checked names
    if layer.by_day:
        # the days of what is given, not all there are
        ends = (f'(SELECT {end}("{layer.by_day}") FROM given)' for end in ("min", "max"))  # noqa: S608
        looked += f' AND "{layer.by_day}" BETWEEN {" AND ".join(ends)}'
    return _writing(layer, f"DO UPDATE SET {taken} WHERE ({ours}) IS DISTINCT FROM ({theirs})", looked)


@lru_cache(maxsize=256)
def _appending(layer: Layer) -> str:
    # what is known already is not among what was written
    return _writing(layer, "DO NOTHING", looked=f'SELECT "{layer.key.name}" FROM given WHERE false')  # noqa: S608


def _writing(layer: Layer, known: str, looked: str) -> str:
    """Return the statement that takes rows as JSON, and tells how many were new and how many were changed.

    known: what is done to a row that is there. looked: what finds the keys of such rows.
    """
    key, columns = f'"{layer.key.name}"', layer.columns
    given = ", ".join(f'"{c.name}" {TYPES[c.kind]}' for c in columns)
    names = ", ".join(f'"{c.name}"' for c in columns)
    values = ", ".join(_value(c) for c in columns)
    same = ", ".join(f'"{name}"' for name in unique(layer))
    return (  # names are checked where layers are made; values come as one parameter
        f"WITH given AS MATERIALIZED (SELECT * FROM json_to_recordset($1) AS x ({given})),"  # noqa: S608
        f" known AS ({looked}),"
        f' written AS (INSERT INTO "{layer.name}" ({names}, {REVISION}) SELECT {values}, {NOW} FROM given'
        f" ON CONFLICT ({same}) {known} RETURNING {key}),"
        f" told AS (SELECT count(*) AS rows, count(*) FILTER (WHERE {key} IN (SELECT {key} FROM known)) AS old"
        " FROM written) SELECT rows - old, old FROM told"
    )


def _value(column: Column) -> str:
    return f'"{column.name}"::geometry' if column.kind is ColumnKind.PLACE else f'"{column.name}"'


def _expiring(layer: Layer, when: str) -> str:
    old = (
        f'SELECT fid FROM "{layer.name}" WHERE "{when}" < $1 AND fid < (SELECT max(fid) FROM "{layer.name}")'  # noqa: S608
        f' ORDER BY "{when}" LIMIT $2'
    )
    return f'DELETE FROM "{layer.name}" WHERE fid IN ({old}) RETURNING fid'  # noqa: S608 - checked names

"""Tiles that the database writes itself: of features as they are, where none is too small to be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import select

import shapely

from layers.column import Column, ColumnKind
from layers.feature import Layer
from layers.query import Query
from layers.store.box_hit import box_touch
from layers.store.postgis.connection import compiled
from layers.store.postgis.written import AS_JSON
from layers.store.select import conditions
from layers.store.state import State
from layers.table import FID, raw, table
from layers.tile import BUFFER, EXTENT, REACH, Drawn, Part, Room
from spatial.shape import SRID
from spatial.tms import Tile

METRIC = 3857
SNAPSHOT = (
    "pg_snapshot_xmin(pg_current_snapshot())::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint,"
    " ARRAY(SELECT pg_snapshot_xip(pg_current_snapshot())::text::bigint)"
)
"""What a statement sees, as a State's numbers."""

AS_VALUE = {
    ColumnKind.INSTANT: f"trim('\"' FROM {AS_JSON[ColumnKind.INSTANT]})",
    ColumnKind.DATE: "{0}::text",
    ColumnKind.TEXTS: "to_json({0})::text",
}
"""A column as a tile holds it, where that is not as it is."""


def asked(tile: Tile, part: Part, room: Room) -> tuple[str, tuple[Any, ...]]:
    """Return the statement for a tile's features, and what it is bound to."""
    around, most = tile.degrees(REACH), room.features + 1
    plain = part.query == Query()
    inner, bound = (_plain(part.layer, part.properties), (*around, most)) if plain else _filtered(part, around, most)
    west, south, east, north = tile.box
    cell = (east - west) / (part.grids[0] or EXTENT)
    sql = _written(part.layer, part.properties, part.grids[0] is None, tile.tms.metric).format(
        inner=inner, **{f"p{n}": f"${len(bound) + n}" for n in range(1, 6)}
    )
    return sql, (*bound, west, south, east, north, cell)


def drawn(row: Sequence[Any], room: Room) -> Drawn | None:
    """Return the tile that a row holds; None where features have to be gathered."""
    low, high, running, count, small, data = row
    if small or count > room.features or len(data or b"") > room.bytes:
        return None
    # a layer without features is no layer of the tile
    return Drawn(bytes(data) if count and data else b"", thinned=False, state=State(low, high, frozenset(running)))


@lru_cache(maxsize=512)
def _plain(layer: Layer, properties: tuple[str, ...]) -> str:
    place = f'"{layer.place.name if layer.place else ""}"'
    names = "".join(f', "{name}"' for name in properties)
    box = f"ST_MakeEnvelope($1, $2, $3, $4, {SRID})"
    return f'SELECT {FID}, {place}{names} FROM "{layer.name}" WHERE {place} && {box} LIMIT $5'  # noqa: S608 - checked names


def _filtered(part: Part, around: tuple[float, float, float, float], most: int) -> tuple[str, tuple[Any, ...]]:
    rows = table(part.layer)
    place = rows.c[part.layer.place.name if part.layer.place else ""]
    wanted = select(rows.c[FID], raw(place), *(rows.c[name] for name in part.properties))
    found = wanted.where(box_touch(rows, place, shapely.box(*around)), *conditions(part.layer, part.query))
    return compiled(found.limit(most))


@lru_cache(maxsize=512)
def _written(layer: Layer, properties: tuple[str, ...], points: bool, metric: bool) -> str:
    """Return the statement round that of the rows, `{inner}`; `{p1}` to `{p5}` are the tile's box and a cell's side."""
    place = f'"{layer.place.name if layer.place else ""}"'
    at = f"ST_Transform({place}, {METRIC})" if metric else place
    box = f"ST_MakeEnvelope({{p1}}, {{p2}}, {{p3}}, {{p4}}, {METRIC if metric else SRID})"
    names = "".join(f", {_value(layer.by_name[name])}" for name in properties)
    own = "".join(f', "{name}"' for name in properties)
    mvt = f"ST_AsMVT(drawn.*, '{layer.name}', {EXTENT}, 'om_place', '{FID}')"
    return (_points if points else _shapes)(Pieces(at, box, names, own, mvt))


@dataclass(frozen=True, slots=True)
class Pieces:
    """Of a tile's statement: a row's place in its CRS, its box, the properties made and by name, the tile."""

    at: str
    box: str
    made: str
    names: str
    mvt: str


def _points(said: Pieces) -> str:
    # in one go: keeping the rows, to look at them twice, costs a fifth of the tile
    shape = f"ST_AsMVTGeom({said.at}, {said.box}, {EXTENT}, {BUFFER}, true)"
    return (  # names are checked where layers are made
        f"SELECT {SNAPSHOT}, count(*), {{p5}}::float8 IS NULL, {said.mvt}"  # noqa: S608
        f" FROM (SELECT {FID}{said.made}, {shape} AS om_place FROM ({{inner}}) AS near) AS drawn"
    )


def _shapes(said: Pieces) -> str:
    # no larger than a cell, or so thin that nothing is left of it
    small = (
        "(ST_XMax(at) - ST_XMin(at) <= {p5}::float8 AND ST_YMax(at) - ST_YMin(at) <= {p5}::float8)"
        f" OR (om_place IS NULL AND ST_Intersects(at, {said.box}))"
    )
    shape = f"ST_AsMVTGeom(ST_Simplify(at, {{p5}}::float8 / 2, true), {said.box}, {EXTENT}, {BUFFER}, true)"
    return (  # names are checked where layers are made
        f"WITH found AS (SELECT {FID}, {said.at} AS at{said.made} FROM ({{inner}}) AS near),"  # noqa: S608
        f" kept AS MATERIALIZED (SELECT {FID}{said.names}, at, {shape} AS om_place FROM found)"
        f" SELECT {SNAPSHOT}, (SELECT count(*) FROM kept), (SELECT bool_or({small}) FROM kept), (SELECT {said.mvt}"
        f" FROM (SELECT {FID}{said.names}, om_place FROM kept WHERE om_place IS NOT NULL) AS drawn)"
    )


def _value(column: Column) -> str:
    return f'{AS_VALUE.get(column.kind, "{0}").format(f'"{column.name}"')} AS "{column.name}"'

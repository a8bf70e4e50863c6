"""The tables of a PostGIS store's layers as SQLAlchemy has them: columns of PostgreSQL's own types, and indexes."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, Column, Computed, Index, MetaData, Table
from sqlalchemy.types import TypeDecorator, TypeEngine

from geoalchemy2 import Geometry

from layers.feature import Layer
from layers.store.postgis.connection import DIALECT
from layers.table import FID, REVISION, table
from spatial.shape import Kind

CURVE = "om_curve"
"""The column that says where on the curve a row is."""


def unique(layer: Layer) -> tuple[str, ...]:
    """Return the columns that together no two rows share: of rows kept apart by day, the instant is one."""
    return (layer.key.name, layer.by_day) if layer.by_day else (layer.key.name,)


def is_curved(layer: Layer) -> bool:
    """Tell whether the rows are points that also lie in order on a curve, which pages by box follow."""
    kind = layer.place.place.kind if layer.place and layer.place.place else None
    return kind is Kind.POINT and not layer.by_day


def made_of(layer: Layer, metadata: MetaData | None = None) -> Table:
    """Return the table as this database makes it: the layer's, with what only PostgreSQL needs."""
    columns = [column._copy() for column in table(layer).c]  # pyright: ignore[reportPrivateUsage] - how to_metadata does it
    for column in columns:
        column.primary_key = column.name in (FID, layer.by_day)
        column.type = _plain(column.type)
    if is_curved(layer) and layer.place:
        place = f'"{layer.place.name}"'
        columns.append(Column(CURVE, BigInteger, Computed(f"om_curve(ST_X({place}), ST_Y({place}))", persisted=True)))
    apart = f'RANGE ("{layer.by_day}")' if layer.by_day else None
    made = MetaData() if metadata is None else metadata
    return Table(layer.name, made, *columns, *_indexes(layer), postgresql_partition_by=apart)


def key_of(rows: Table) -> str:
    """Return the column of a layer's table whose value is a feature's id."""
    return _key(rows)[0]


def day_of(rows: Table) -> str | None:
    """Return the instant by whose day a layer's table keeps rows apart; None for other tables."""
    return _key(rows)[1] if len(_key(rows)) > 1 else None


def place_of(rows: Table) -> str | None:
    """Return the column of a layer's table that holds the places."""
    return next((c.name for c in rows.c if isinstance(c.type, Geometry)), None)


def _key(rows: Table) -> list[str]:
    return next([c.name for c in index.columns] for index in rows.indexes if index.name == f"{rows.name}_key")


def _indexes(layer: Layer) -> Iterator[Index]:
    name, day = layer.name, layer.by_day
    yield Index(f"{name}_key", *unique(layer), unique=True)
    yield Index(f"{name}_revision", REVISION, FID)
    if layer.place and not day:
        yield Index(f"{name}_{layer.place.name}", layer.place.name, postgresql_using="gist")
    if is_curved(layer):
        yield Index(f"{name}_{CURVE}", CURVE, FID)
    for column in filter(None, layer.when or ()):
        yield Index(f"{name}_{column.name}", column.name, postgresql_using="brin" if day else None)
    for column in layer.columns if day else ():
        if column.about.ref:
            yield Index(f"{name}_{column.name}", column.name, str(day))


def _plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return what a column's type is to PostgreSQL."""
    if isinstance(kind, TypeDecorator):
        return kind.load_dialect_impl(DIALECT)
    return kind.dialect_impl(DIALECT)

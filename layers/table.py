"""A layer as a table, the same on PostGIS and on GeoPackage: the column types know the difference."""

import json
import struct
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Double,
    Integer,
    MetaData,
    Table,
    Text,
    type_coerce,
    types,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

import shapely
from shapely.geometry.base import BaseGeometry

from layers.column import Column as Field
from layers.column import ColumnKind
from layers.feature import Layer
from layers.lazy import lazily
from spatial.shape import SRID, Kind
from spatial.time import instant, written

FID, REVISION = "fid", "om_rev"
HEADER = b"GP\x00\x01" + struct.pack("<i", SRID)
"""GeoPackage binary header without an envelope (OGC 12-128r18, 2.1.3): little-endian, not empty."""

_ENVELOPE = (0, 32, 48, 48, 64)


def blob(shape: BaseGeometry) -> bytes:
    """Return the shape as a GeoPackage binary."""
    return HEADER + shapely.to_wkb(shape)


def wkb_offset(head: bytes) -> int:
    """Return where the WKB starts in a GeoPackage binary."""
    return 8 + _ENVELOPE[(head[3] >> 1) & 7]


def shape_of(value: bytes) -> BaseGeometry:
    """Return a GeoPackage binary as a geometry."""
    return shapely.from_wkb(value[wkb_offset(value) :])


class Named(UserDefinedType[Any]):
    """A type that SQLite knows by name only; values pass as the driver gives and takes them."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        """Hold the name that GeoPackage gives the type (OGC 12-128r18, table 1)."""
        self.name = name

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name."""
        return self.name


def raw(column: Column[Any]) -> ColumnElement[Any]:
    """Return a geometry's column as the database holds it, for functions of the database around it."""
    return type_coerce(column, Named("")).label(column.name)


_postgis = lazily("geoalchemy2:Geometry")


class PlaceType(TypeDecorator[BaseGeometry]):
    """A geometry column: shapely in, shapely out; geoalchemy2 on PostgreSQL, a GeoPackage binary on SQLite."""

    impl = Named
    cache_ok = True

    def __init__(self, kind: str = Kind.ANY, srid: int = SRID) -> None:
        """Hold the geometry type and the SRID."""
        super().__init__(kind.upper())
        self.kind, self.srid = str(kind), srid

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database knows."""
        if cast("Any", dialect) is None or dialect.name == "sqlite":  # geoalchemy2 asks with no dialect too
            return Named(self.kind.upper())
        return dialect.type_descriptor(_postgis(self.kind.upper(), srid=self.srid, spatial_index=False))

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> Any:
        """Return what the driver takes."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return blob(value)
        return shapely.to_wkb(shapely.set_srid(value, self.srid), include_srid=True, hex=True)

    def process_result_value(self, value: Any, dialect: Dialect) -> BaseGeometry | None:
        """Return what the driver gave as a geometry."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return shape_of(value)
        # geoalchemy2 wraps what it fetches
        raw: Any = getattr(value, "data", value)
        return cast("BaseGeometry", shapely.from_wkb(raw))


class InstantType(TypeDecorator[datetime]):
    """An instant: timestamptz on PostgreSQL, UTC text in one fixed width on SQLite (it sorts as time does)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database knows."""
        return dialect.type_descriptor(Named("DATETIME") if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | str | None, dialect: Dialect) -> Any:
        """Return what the driver takes."""
        if value is None:
            return None
        at = instant(value) if isinstance(value, str) else value
        return written(at) if dialect.name == "sqlite" else at

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return what the driver gave as an instant."""
        return instant(value) if isinstance(value, str) else value


class DateType(TypeDecorator[date]):
    """A day: date on PostgreSQL, ISO text on SQLite."""

    impl = types.Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database knows."""
        return dialect.type_descriptor(Named("DATE") if dialect.name == "sqlite" else types.Date())

    def process_bind_param(self, value: date | str | None, dialect: Dialect) -> Any:
        """Return what the driver takes."""
        if value is None:
            return None
        day = date.fromisoformat(value) if isinstance(value, str) else value
        return day.isoformat() if dialect.name == "sqlite" else day

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        """Return what the driver gave as a day."""
        return date.fromisoformat(value[:10]) if isinstance(value, str) else value


class TextsType(TypeDecorator[list[str]]):
    """Several texts: text[] on PostgreSQL, a JSON array on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database knows."""
        return dialect.type_descriptor(cast("Any", Text() if dialect.name == "sqlite" else ARRAY(Text())))

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> Any:
        """Return what the driver takes."""
        return json.dumps(value, ensure_ascii=False) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> list[str] | None:
        """Return what the driver gave as texts."""
        return json.loads(value) if isinstance(value, str) else value


class NumbersType(TextsType):
    """Several whole numbers, in statements only: bigint[] on PostgreSQL, a JSON array on SQLite."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database knows."""
        return dialect.type_descriptor(cast("Any", Text() if dialect.name == "sqlite" else ARRAY(BigInteger())))


PLAIN: dict[ColumnKind, TypeEngine[Any]] = {
    # sorted by code point on every database, whatever language that was set up for
    ColumnKind.TEXT: Text().with_variant(Text(collation="C"), "postgresql"),
    ColumnKind.INTEGER: BigInteger().with_variant(Integer(), "sqlite"),
    ColumnKind.NUMBER: Double(),
    ColumnKind.BOOLEAN: Boolean(create_constraint=False),
    ColumnKind.INSTANT: InstantType(),
    ColumnKind.DATE: DateType(),
    ColumnKind.TEXTS: TextsType(),
}


@lru_cache(maxsize=512)
def table(layer: Layer) -> Table:
    """Return the table that holds the layer's rows: fid, its columns, and the revision of each row.

    A layer narrowed to a reader has a table without what the reader may not see.
    """
    fid = Column(FID, BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True)
    # may be null for as long as an insert takes: whoever leaves it out or empties it gets it from a trigger
    revision = Column(REVISION, BigInteger().with_variant(Integer(), "sqlite"), server_default="0")
    return Table(layer.name, MetaData(), fid, *(_column(c) for c in layer.columns), revision)


def _column(field: Field) -> Column[Any]:
    kind = PlaceType(field.place.kind) if field.place else PLAIN[field.kind]
    return Column(field.name, kind, nullable=not field.required, comment=str(field.title))

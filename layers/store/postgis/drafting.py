"""Steps of a migration as Python text: what alembic compares, written the way our own steps are."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import (
    AddColumnOp,
    CreateIndexOp,
    CreateTableOp,
    DropTableOp,
    MigrateOperation,
    ModifyTableOps,
)
from sqlalchemy import Column, Index, Table
from sqlalchemy.types import TypeEngine

from geoalchemy2 import Geometry

from layers.store.postgis.connection import DIALECT
from layers.store.postgis.tables import day_of
from layers.table import FID, REVISION
from spatial.errors import BadLayer

TYPES: Mapping[str, str] = {
    "BIGINT": "BigInteger()",
    "BOOLEAN": "Boolean()",
    "DATE": "Date()",
    "DOUBLE PRECISION": "Double()",
    "TEXT": "Text()",
    'TEXT COLLATE "C"': 'Text(collation="C")',
    "TEXT[]": "ARRAY(Text())",
    "TIMESTAMP WITH TIME ZONE": "DateTime(timezone=True)",
}
"""PostgreSQL's types, and what makes them."""


class Created(MigrateOperation):
    """A layer that is new."""

    def __init__(self, rows: Table) -> None:
        """Hold the layer's table."""
        self.rows = rows


class Dropped(MigrateOperation):
    """A layer that is no more."""

    def __init__(self, name: str) -> None:
        """Hold the layer's name."""
        self.name = name


@renderers.dispatch_for(Created)
def _created(_: AutogenContext, step: Created) -> str:
    return f"created({drafted(step.rows)})"


@renderers.dispatch_for(Dropped)
def _dropped(_: AutogenContext, step: Dropped) -> str:
    return f"dropped({_quoted(step.name)})"


def ours(steps: Sequence[MigrateOperation]) -> Iterator[MigrateOperation]:
    """Yield alembic's steps, those that make or drop whole tables in our words; their indexes come and go with them."""
    inside = {step.table_name: step.ops for step in steps if isinstance(step, ModifyTableOps)}
    whole = {step.table_name for step in steps if isinstance(step, CreateTableOp | DropTableOp)}
    for step in steps:
        if isinstance(step, CreateTableOp):
            yield Created(_table(step, inside.get(step.table_name, ())))
        elif isinstance(step, DropTableOp):
            yield Dropped(step.table_name)
        elif not isinstance(step, ModifyTableOps) or step.table_name not in whole:
            _check(step)
            yield step


def _check(step: MigrateOperation) -> None:
    """Raise BadLayer for a layer whose key or place is another column: its triggers know the old one."""
    name = step.table_name if isinstance(step, ModifyTableOps) else ""
    for one in step.ops if isinstance(step, ModifyTableOps) else ():
        another_key = isinstance(one, CreateIndexOp) and one.index_name == f"{name}_key"
        if another_key or (isinstance(one, AddColumnOp) and isinstance(one.column.type, Geometry)):
            raise BadLayer(f"{name} has another key or place than before: declare it as a layer of another name")


def _table(step: CreateTableOp, inside: Iterable[MigrateOperation]) -> Table:
    rows = step.to_table()
    for one in inside:
        if isinstance(one, CreateIndexOp):
            columns = [rows.c[getattr(column, "name", str(column))] for column in one.columns]
            Index(one.index_name, *columns, unique=bool(one.unique), **one.kw)
    return rows


def rendered(kind: str, thing: Any, _: AutogenContext) -> str | bool:
    """Return a type as Python text; leave everything else to alembic."""
    return kind == "type" and typed(cast("TypeEngine[Any]", thing))


def typed(kind: TypeEngine[Any]) -> str:
    """Return what makes a type."""
    if isinstance(kind, Geometry):
        shape, srid = cast("tuple[str, int]", (kind.geometry_type, kind.srid))  # pyright: ignore[reportUnknownMemberType]
        return f"Geometry({_quoted(shape)}, srid={srid}, spatial_index=False)"
    return TYPES.get(named(kind)) or f"sa.{kind!r}"


def named(kind: TypeEngine[Any]) -> str:
    """Return what PostgreSQL calls a type."""
    return str(kind.compile(dialect=DIALECT))


def drafted(rows: Table) -> str:
    """Return a layer's table as Python text."""
    day = day_of(rows)
    apart = [f"postgresql_partition_by={_quoted(f'RANGE ("{day}")')}"] if day else []
    columns, indexes = map(_column, rows.c), map(_index, sorted(rows.indexes, key=lambda index: str(index.name)))
    inside = [_quoted(rows.name), "MetaData()", *columns, *indexes, *apart]
    return "Table(\n    " + ",\n    ".join(inside) + ",\n)"


def _column(column: Column[Any]) -> str:
    return f"Column({', '.join((_quoted(column.name), typed(column.type), *_said(column)))})"


def _said(column: Column[Any]) -> Iterator[str]:
    """Yield what is said of a column beside its name and type."""
    if column.computed is not None:
        yield f"Computed({_quoted(str(column.computed.sqltext))}, persisted=True)"
    if column.name == FID:
        yield "autoincrement=True"
    elif column.name == REVISION:
        yield 'server_default="0"'
    if column.primary_key or not column.nullable:
        yield "primary_key=True" if column.primary_key else "nullable=False"
    if column.comment:
        yield f"comment={_quoted(column.comment)}"


def _index(index: Index) -> str:
    how = cast("str | None", index.dialect_options["postgresql"]["using"])
    more = [*(["unique=True"] if index.unique else []), *([f"postgresql_using={_quoted(how)}"] if how else [])]
    return f"Index({', '.join((*map(_quoted, (str(index.name), *(c.name for c in index.columns))), *more))})"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)

"""The schema of a PostGIS store from one version to the next, by alembic."""

from argparse import Namespace
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import psycopg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeEngine

from layers.feature import Layer
from layers.store.postgis import schema
from layers.store.postgis.connection import told
from layers.store.postgis.drafting import named, ours, rendered
from layers.store.postgis.roles import OWN
from layers.store.postgis.tables import made_of
from layers.store.postgis.version import TABLE, VERSIONS
from layers.table import REVISION

OURS = f"""SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = '{REVISION}'
  WHERE c.relnamespace = 'onemap'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND NOT a.attisdropped AND c.relname NOT IN (SELECT name FROM om_layers)"""  # noqa: S608 - our own name
"""Tables of declared layers: not what was added at run time, not the days of a layer, not what others put there."""

HOME = Path(__file__).with_name("migrations")


def upgrade(address: str, to: str = "head", folders: Sequence[Path] = ()) -> str | None:
    """Bring a database to a version of the schema; return the one it had; raise BadSource, Forbidden.

    address: as `addressed` gives it. folders: where there are more versions than OneMap's own.
    """
    with _connected(address) as connection:
        before = MigrationContext.configure(connection, opts={"version_table": TABLE}).get_current_revision()
        command.upgrade(_config(connection, folders), to)
        return before


def downgrade(address: str, to: str, folders: Sequence[Path] = ()) -> None:
    """Bring a database back to an earlier version, or to "base": an empty schema."""
    with _connected(address) as connection:
        command.downgrade(_config(connection, folders), to)


def drift(address: str, layers: Mapping[str, Layer]) -> list[Any]:
    """Return how the tables of a database differ from those of the layers, as alembic tells it."""
    with _connected(address) as connection:
        options = _options(connection, layers)
        return compare_metadata(MigrationContext.configure(connection, opts=options), options["target_metadata"])


def draft(address: str, message: str, layers: Mapping[str, Layer], folder: Path = VERSIONS) -> Path | None:
    """Write the module that brings a database at the newest version to the layers; None if nothing changed."""
    made: list[Path] = []
    with _connected(address) as connection:
        options = {**_options(connection, layers), "process_revision_directives": _ours, "render_item": rendered}
        config = _config(connection, [folder], options)
        number = f"{int(ScriptDirectory.from_config(config).get_current_head() or 0) + 1:04}"
        said = command.revision(config, message, autogenerate=True, rev_id=number, version_path=folder)
        made += [Path(one.path) for one in (said if isinstance(said, list) else [said]) if one]
    return made[0] if made else None


def _ours(_: object, __: object, scripts: list[MigrationScript]) -> None:
    """Write the steps in our words; no module at all for no steps."""
    if not all(script.upgrade_ops and script.upgrade_ops.ops for script in scripts):
        scripts.clear()
    for script in scripts:
        for side in (script.upgrade_ops, script.downgrade_ops):
            if side is not None:
                side.ops[:] = ours(side.ops)


@contextmanager
def _connected(address: str) -> Generator[Connection]:
    """Lend a connection in a transaction in which nobody else changes the schema."""
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(address), poolclass=NullPool)
    with told():
        try:
            with engine.begin() as connection:
                connection.execute(
                    text(f"SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock({schema.LOCK})")
                )
                schema.prepare(cast("Any", connection.connection.driver_connection))
                connection.execute(text(OWN))
                yield connection
        except DBAPIError as bad:
            # what the driver said, in the words of `told`
            raise (bad.orig or bad) from bad


def _config(connection: Connection, folders: Sequence[Path], options: Mapping[str, Any] | None = None) -> Config:
    config = Config(
        cmd_opts=Namespace(quiet=True),
        attributes={"options": options or {"connection": connection, "version_table": TABLE}},
    )
    config.set_main_option("script_location", str(HOME))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(map(str, dict.fromkeys((VERSIONS, *folders)))))
    config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    return config


def _options(connection: Connection, layers: Mapping[str, Layer]) -> dict[str, Any]:
    target = MetaData()
    for layer in layers.values():
        made_of(layer, target)
    known = {name for (name,) in connection.execute(text(OURS))} | layers.keys()

    def is_ours(_: object, name: str | None, kind: str, *__: object) -> bool:
        return kind != "table" or name in known

    options = {"connection": connection, "version_table": TABLE, "target_metadata": target}
    return {**options, "include_object": is_ours, "compare_type": _differ}


def _differ(_: object, __: object, ___: object, found: TypeEngine[Any], wanted: TypeEngine[Any]) -> bool:
    """Tell whether two types of a column are different ones to PostgreSQL."""
    return named(found) != named(wanted)

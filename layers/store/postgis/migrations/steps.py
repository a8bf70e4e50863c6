"""What the steps do that alembic has no word for: layers' tables come with triggers, and go with what tells of them."""

from typing import cast

from alembic import op
from sqlalchemy import Table

from layers.store.postgis import schema
from layers.store.postgis.connection import Connection


def founded() -> None:
    """Make what every store has."""
    schema.found(_driver())


def razed() -> None:
    """Drop what every store has."""
    schema.raze(_driver())


def created(rows: Table) -> None:
    """Create a layer's table, its indexes and triggers."""
    schema.create(_driver(), rows)


def dropped(name: str) -> None:
    """Drop a layer's table and all that tells of it."""
    schema.drop(_driver(), name)


def _driver() -> Connection:
    # statements without parameters, in alembic's own transaction
    return cast("Connection", op.get_bind().connection.driver_connection)

"""${message}."""

# the types of columns have parameters that nobody writes
# pyright: reportUnknownArgumentType=false

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Computed, Date, DateTime, Double, Index, MetaData, Table, Text, text

from layers.store.postgis.migrations.steps import created, dropped

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Go to this version."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Go back to the version before."""
    ${downgrades if downgrades else "pass"}

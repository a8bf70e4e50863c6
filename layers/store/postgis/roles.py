"""Who may do what in a PostGIS store: the roles, and acting as the one that owns it."""

from layers.store.postgis.connection import Connection, Connections, run
from layers.store.postgis.schema import LOCK, script

OWNER, WRITER, READER = "onemap_owner", "onemap_writer", "onemap_reader"
ROLES = {
    OWNER: ("管理图层", "adds and changes layers"),
    WRITER: ("导入数据", "imports"),
    READER: ("提供服务", "serves"),
}
"""The roles and what their members do; an owner may do what a writer may, and a writer what a reader may."""

OWN = """SELECT set_config('role', rolname, true) FROM pg_namespace JOIN pg_roles ON pg_roles.oid = nspowner
  WHERE nspname = 'onemap' AND rolname = 'onemap_owner' AND pg_has_role(nspowner, 'MEMBER')"""
"""Has one of the owners act as the role that owns the schema; others, and where there are no roles, as themselves."""


def grant(connections: Connections) -> None:
    """Make the roles, the owners' all that is there, and grant what each may do; raise Forbidden."""
    with connections.writing() as connection:
        run(connection, "SELECT pg_advisory_xact_lock($1)", (LOCK,))
        script(connection, "postgis_roles.sql", {})


def own(connection: Connection) -> None:
    """Act as the role that owns the schema, if one of ours does, until the transaction ends: what is made is theirs."""
    run(connection, OWN)

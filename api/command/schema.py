"""`onemap store upgrade`, `revision` and `roles`: what whoever runs a PostgreSQL store does to its tables."""

from contextlib import closing
from typing import Annotated

import typer

from layers.catalogue import declared
from layers.store.open import LOCAL, located

KINDS = f"postgresql://user@host/database, or {LOCAL}"
Url = Annotated[str, typer.Argument(help=f"数据库 which database: {KINDS}", metavar="URL")]
Message = Annotated[str, typer.Argument(help="说明 what changed, in a few words", metavar="MESSAGE")]


def upgrade(url: Url) -> None:
    """升级 Bring a database to the tables that this release works with, or make them in an empty one.

    Nothing else changes them: a store of another version is not opened. Make a backup before (pg_dump).
    """
    from layers.store.postgis import migrate
    from layers.store.postgis.connection import addressed
    from layers.store.postgis.version import head

    with located(url) as found:
        before = migrate.upgrade(addressed(found))
    done = "已是最新 newest already" if before == head() else f"已升级 upgraded from {before or '空 empty'}"
    typer.echo(f"✓ {head()} {done}")


def revision(url: Url, message: Message) -> None:
    """修订 Write the step that brings a database at the newest version to the layers as they are declared now.

    Read what it writes, format it, and commit it with the change of the layers; `onemap store upgrade` then takes it.
    """
    from layers.store.postgis import migrate
    from layers.store.postgis.connection import addressed

    with located(url) as found:
        made = migrate.draft(addressed(found), message, declared())
    typer.echo(f"✓ {made}" if made else "✓ 无变化 the tables are what the layers say; nothing written")


def roles(url: Url) -> None:
    """角色 Make the roles of who owns, who writes and who reads the store, and grant what each may do.

    Nobody logs in as one of them; `GRANT onemap_reader TO somebody` makes somebody a reader.
    """
    from layers.store.postgis.connection import Connections
    from layers.store.postgis.roles import ROLES, grant
    from layers.store.postgis.version import settle

    with located(url) as found, closing(Connections(found)) as connections:
        connections.open()
        settle(connections, declared())
        grant(connections)
    for name, (zh, en) in ROLES.items():
        typer.echo(f"✓ {name:<14} {zh} {en}")

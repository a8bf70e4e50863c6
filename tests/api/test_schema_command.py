"""`onemap store upgrade`, `revision` and `roles`, as whoever runs a database uses them."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from api.command.app import app
from layers.store.open import opened
from layers.store.postgis.version import VERSIONS, head
from spatial.errors import BadSource, OneMapError, Unavailable


def onemap(*said: object) -> Result:
    result = CliRunner().invoke(app, ["store", *(str(part) for part in said)])
    if isinstance(result.exception, OneMapError):
        raise result.exception
    return result


def test_an_empty_database_is_upgraded_and_then_newest(database: Callable[[], str]) -> None:
    url = database()
    assert onemap("upgrade", url).output == f"✓ {head()} 已升级 upgraded from 空 empty\n"
    assert onemap("upgrade", url).output == f"✓ {head()} 已是最新 newest already\n"
    store = opened(url)
    assert "fixes" in store.layers()
    store.close()


def test_layers_that_did_not_change_need_no_version(database: Callable[[], str]) -> None:
    url, before = database(), sorted(VERSIONS.iterdir())
    onemap("upgrade", url)
    assert "nothing written" in onemap("revision", url, "Nothing").output
    assert sorted(VERSIONS.iterdir()) == before


def test_roles_are_made(database: Callable[[], str]) -> None:
    url = database()
    said = onemap("roles", url).output
    assert [line.split()[1] for line in said.splitlines()] == ["onemap_owner", "onemap_writer", "onemap_reader"]
    with psycopg.connect(url) as connection:
        asked = "SELECT has_table_privilege('onemap_reader', 'onemap.greens', %s)"
        assert [connection.execute(asked, [what]).fetchone() for what in ("SELECT", "DELETE")] == [(True,), (False,)]


@pytest.mark.parametrize("command", [("upgrade",), ("revision", "x"), ("roles",)])
def test_only_databases_have_a_schema(command: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="is no database: send postgresql://"):
        onemap(command[0], tmp_path / "city.gpkg", *command[1:])
    with pytest.raises(Unavailable) as told:
        onemap(command[0], f"postgresql://me:geheim@/city?host={tmp_path}", *command[1:])
    assert "geheim" not in str(told.value)

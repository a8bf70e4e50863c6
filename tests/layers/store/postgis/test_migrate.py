"""The schema goes from version to version: what the layers say is what the database has, forwards and backwards."""

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

import shapely

from layers.catalogue import declared
from layers.column import About, Column, ColumnKind, Role
from layers.feature import Layer
from layers.query import Query
from layers.runtime import from_schema
from layers.store.postgis import migrate
from layers.store.postgis.connection import addressed
from layers.store.postgis.store import PostgisStore
from layers.store.postgis.version import VERSIONS, head
from layers.text import Text
from spatial.errors import BadLayer, BadParameter, BadSource

WELLS = {
    "x-onemap-title": {"zh": "井", "en": "Wells"},
    "required": ["code", "place"],
    "properties": {
        "code": {"type": "string", "x-ogc-role": "id"},
        "depth": {"type": "number"},
        "deep": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "dug": {"type": "string", "format": "date"},
        "seen": {"type": "string", "format": "date-time", "x-ogc-role": "primary-instant"},
        "place": {"format": "geometry-point"},
    },
}
PARK = shapely.box(106.5, 29.5, 106.6, 29.6)
GREEN = {
    "code": "G1",
    "name": "鹅岭公园",
    "kind": "park",
    "place": shapely.MultiPolygon([shapely.box(106.5, 29.5, 106.6, 29.6)]),
}
WELL = {"code": "W1", "depth": 3.5, "seen": datetime(2026, 3, 1, tzinfo=UTC), "place": shapely.Point(106, 29)}


@pytest.fixture
def url(database: Callable[[], str]) -> str:
    return database()


@pytest.fixture
def address(url: str) -> str:
    """The address of a database at the newest version."""
    made = addressed(url)
    migrate.upgrade(made)
    return made


@pytest.fixture
def changed() -> Mapping[str, Layer]:
    """The layers as somebody changed them: a column more, one less, one of another type, a new layer, one less."""
    layers = declared()
    greens, waters, cameras = (layers[name] for name in ("greens", "waters", "cameras"))
    trees = Column("trees", ColumnKind.INTEGER, About(Text("树", "Trees")), required=False)
    layers["greens"] = replace(greens, columns=(*greens.columns, trees))
    layers["waters"] = replace(waters, columns=tuple(c for c in waters.columns if c.name != "name_en"))
    loose = [replace(c, required=False) if c.name == "name" else c for c in cameras.columns]
    layers["cameras"] = replace(cameras, columns=tuple(loose))
    layers["wells"] = replace(from_schema("wells", WELLS), declared=True)
    del layers["streets"], layers["fixes"]
    return layers


@pytest.fixture
def sql(address: str) -> Iterator[Callable[..., Any]]:
    with psycopg.connect(address, autocommit=True) as connection:
        yield lambda asked: connection.execute(asked).fetchall()


def tables(sql: Callable[..., Any]) -> set[str]:
    return {name for (name,) in sql("SELECT relname FROM pg_class WHERE relnamespace = 'onemap'::regnamespace")}


def test_the_newest_version_is_what_the_layers_say(address: str, tmp_path: Path) -> None:
    assert migrate.drift(address, declared()) == [], "run `onemap store revision` and commit what it writes"
    assert migrate.draft(address, "nothing", declared(), tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_is_made_when_it_is_opened(url: str) -> None:
    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(PostgisStore, [url, url]))
    assert both[0].layers().keys() == both[1].layers().keys() >= declared().keys()
    for store in both:
        store.close()
    assert migrate.drift(addressed(url), declared()) == []


def test_every_version_can_be_undone(address: str, sql: Any) -> None:
    before = tables(sql)
    migrate.downgrade(address, "base")
    assert tables(sql) == {"om_version", "om_version_pkc"}
    assert sql("SELECT proname FROM pg_proc WHERE pronamespace = 'onemap'::regnamespace") == []
    migrate.upgrade(address)
    assert tables(sql) == before


def test_a_changed_layer_yields_a_version(
    url: str, address: str, changed: Mapping[str, Layer], tmp_path: Path, sql: Any
) -> None:
    store = PostgisStore(url)
    with store.write() as writer:
        writer.upsert(store.layers()["greens"], [GREEN])
    folders = [tmp_path]
    made = migrate.draft(address, "Wells and trees", changed, tmp_path)
    assert made is not None
    assert made.name == f"v{int(head()) + 1:04}_wells_and_trees.py"
    migrate.upgrade(address, folders=folders)
    assert migrate.drift(address, changed) == []
    with store.write() as writer:
        writer.upsert(changed["wells"], [WELL])
        writer.upsert(changed["greens"], [GREEN | {"trees": 7}])
        writer.delete(changed["wells"], ["W1"])
    assert [gone.key for gone in store.changes(changed["wells"], 0)[1]] == ["W1"]
    assert sql("SELECT code, trees FROM greens") == [("G1", 7)]
    migrate.downgrade(address, head(), folders)
    assert migrate.drift(address, declared()) == []
    assert list(store.block(store.layers()["greens"], Query()).keys) == ["G1"]
    row = {"code": "F1", "vehicle": "渝A", "datum": "wgs84", "at": datetime.now(UTC), "place": shapely.Point(106, 29)}
    with store.write() as writer:
        assert writer.append(store.layers()["fixes"], [row]).inserted == 1
    store.close()
    assert sql("SELECT count(*) FROM om_tombstones WHERE layer = 'wells'") == [(0,)]


def test_what_is_written_is_a_module_of_steps(address: str, changed: Mapping[str, Layer], tmp_path: Path) -> None:
    made = migrate.draft(address, "Wells", changed, tmp_path)
    assert made is not None
    text = made.read_text(encoding="utf-8")
    spec = importlib.util.spec_from_file_location("written", made)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (module.revision, module.down_revision) == (f"{int(head()) + 1:04}", head())
    for step in (
        "created(Table(",
        '"wells"',
        'dropped("streets")',
        'op.add_column("greens"',
        'op.drop_column("waters"',
    ):
        assert step.replace('"', "'") in text.replace('"', "'")
    assert "rtree" not in text and "om_tombstones" not in text


def test_a_step_that_rows_do_not_allow_changes_nothing(url: str, address: str, tmp_path: Path, sql: Any) -> None:
    store, greens = PostgisStore(url), declared()["greens"]
    with store.write() as writer:
        writer.upsert(greens, [GREEN])
    store.close()
    needed = Column("trees", ColumnKind.INTEGER, About(Text("树", "Trees")), required=True)
    layers = declared() | {"greens": replace(greens, columns=(*greens.columns, needed))}
    assert migrate.draft(address, "trees", layers, tmp_path)
    with pytest.raises(BadParameter, match="lacks a value"):
        migrate.upgrade(address, folders=[tmp_path])
    assert sql("SELECT version_num FROM om_version") == [(head(),)]
    assert migrate.drift(address, declared()) == []


@pytest.mark.parametrize("role", [Role.ID, Role.PLACE])
def test_another_key_or_place_makes_another_layer(address: str, tmp_path: Path, role: Role) -> None:
    greens = declared()["greens"]
    renamed = [replace(c, name="other") if c.role is role else c for c in greens.columns]
    layers = declared() | {"greens": replace(greens, columns=tuple(renamed))}
    with pytest.raises(BadLayer, match="another key or place"):
        migrate.draft(address, "renamed", layers, tmp_path)
    assert list(tmp_path.glob("*.py")) == []


def test_what_was_added_at_run_time_is_nobody_elses_affair(url: str, address: str, tmp_path: Path) -> None:
    store = PostgisStore(url)
    store.add(from_schema("wells", WELLS), WELLS)
    row = {"code": "F1", "vehicle": "渝A", "datum": "wgs84", "at": datetime(2026, 3, 1, tzinfo=UTC)}
    with store.write() as writer:
        writer.append(store.layers()["fixes"], [row | {"place": shapely.Point(106, 29)}])
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE notes (text text)")
    store.close()
    assert migrate.drift(address, declared()) == []
    assert migrate.draft(address, "nothing", declared(), tmp_path) is None


STEPS = ("created(Table(", "'wells'", "dropped('streets')", "op.add_column('greens'", "op.drop_column('waters'")

DRIFTS = {
    "a column more": "ALTER TABLE greens ADD COLUMN extra text",
    "a column less": "ALTER TABLE greens DROP COLUMN name_en",
    "another type": "ALTER TABLE greens ALTER COLUMN name TYPE bigint USING 1",
    "another order of texts": 'ALTER TABLE greens ALTER COLUMN name TYPE text COLLATE "und-x-icu"',
    "a value that may be missing": "ALTER TABLE greens ALTER COLUMN name DROP NOT NULL",
    "an index less": "DROP INDEX cases_reported",
    "an index more": "CREATE INDEX mine ON greens (name)",
    "a comment": "COMMENT ON COLUMN greens.name IS 'x'",
    "a table less": "DROP TABLE greens",
    "another kind of shape": "ALTER TABLE greens ALTER COLUMN place TYPE geometry(Geometry, 4326)",
}


@pytest.mark.parametrize("what", DRIFTS)
def test_a_difference_is_seen(address: str, sql: Any, what: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(DRIFTS[what].encode())
    assert migrate.drift(address, declared())


@pytest.mark.parametrize(
    ("version", "told"), [("0000", "run `onemap store upgrade`"), ("9999", "made by a newer OneMap"), (None, "0000")]
)
def test_another_version_is_not_touched(url: str, address: str, version: str | None, told: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DELETE FROM om_version")
        connection.execute(
            "INSERT INTO om_version SELECT %(version)s::text WHERE %(version)s::text <> ''", {"version": version}
        )
        with pytest.raises(BadSource, match=told):
            PostgisStore(url)
        assert connection.execute("SELECT version_num FROM om_version").fetchall() == ([(version,)] if version else [])


def test_a_layer_without_a_version_is_named(url: str, address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP TABLE greens")
    with pytest.raises(BadSource, match="no table of the layer greens; `onemap store revision`"):
        PostgisStore(url)


def test_a_database_without_postgis_says_so(cluster: Any) -> None:
    with cluster.session("postgres") as session:
        session.execute("CREATE DATABASE plain")
        session.execute("CREATE ROLE nobody_much LOGIN")
        session.execute("GRANT CREATE ON DATABASE plain TO nobody_much")
    try:
        with pytest.raises(BadSource, match="CREATE EXTENSION postgis"):
            PostgisStore(cluster.url("plain").replace("//onemap@", "//nobody_much@"))
    finally:
        cluster.drop("plain")
        with cluster.session("postgres") as session:
            session.execute("DROP ROLE nobody_much")


def test_versions_follow_each_other() -> None:
    numbers = sorted(file.name[1:5] for file in VERSIONS.glob("v*.py"))
    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)]
    assert head() == numbers[-1]

"""Three roles: a reader serves, a writer imports, an owner changes the schema; none of them does more."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

import shapely

from layers.catalogue import declared
from layers.query import Count, Query
from layers.runtime import from_schema
from layers.store.postgis import migrate, roles
from layers.store.postgis.cluster import Cluster
from layers.store.postgis.connection import Connections, addressed
from layers.store.postgis.store import PostgisStore
from layers.store.protocol import Job, Refusal, Tally
from layers.store.state import State
from spatial.errors import Forbidden

MEMBERS = {"member_owner": roles.OWNER, "member_writer": roles.WRITER, "member_reader": roles.READER, "stranger": None}
WELLS = {
    "required": ["code", "place"],
    "properties": {"code": {"type": "string", "x-ogc-role": "id"}, "place": {"format": "geometry-point"}},
}
PARK = shapely.MultiPolygon([shapely.box(106.5, 29.5, 106.6, 29.6)])
GREEN = {"code": "G1", "name": "鹅岭公园", "kind": "park", "place": PARK}
MARCH = datetime(2026, 3, 1, tzinfo=UTC)

type As = Callable[[str], str]


@pytest.fixture(scope="module")
def url(cluster: Cluster) -> Iterator[As]:
    """The address, by who asks, of a database whose roles were granted twice."""
    cluster.copy("empty", "granted")
    PostgisStore(cluster.url("granted")).close()
    connections = Connections(cluster.url("granted"))
    connections.open()
    roles.grant(connections)
    roles.grant(connections)
    connections.close()
    with cluster.session("granted") as session:
        for member, role in MEMBERS.items():
            session.execute(f"CREATE ROLE {member} LOGIN".encode())
            if role:
                session.execute(f"GRANT {role} TO {member}".encode())
    yield lambda member: cluster.url("granted").replace("//onemap@", f"//{member}@")
    cluster.drop("granted")
    with cluster.session("postgres") as session:
        for member in MEMBERS:
            session.execute(f"DROP ROLE {member}".encode())


@pytest.fixture
def store(url: As) -> Iterator[Callable[[str], PostgisStore]]:
    opened: list[PostgisStore] = []

    def made(member: str) -> PostgisStore:
        opened.append(PostgisStore(url(member)))
        return opened[-1]

    yield made
    for one in opened:
        one.close()


def fix(day: int) -> dict[str, Any]:
    at = MARCH + timedelta(days=day)
    return {"code": f"F{day}", "vehicle": "渝A", "datum": "wgs84", "at": at, "place": shapely.Point(106, 29)}


def test_a_writer_imports(store: Any) -> None:
    ours = store("member_writer")
    layers, job = ours.layers(), Job("j1", "file.csv", "greens")
    with ours.write() as writer:
        writer.upsert(layers["greens"], [GREEN, GREEN | {"code": "G2"}])
        writer.delete(layers["greens"], ["G2"])
        writer.append(layers["fixes"], [fix(n) for n in range(4)])
        writer.note(job)
        writer.hold(job, [Refusal({"a": 1}, "why")])
    with ours.write() as writer:
        writer.settle([one.id for one in ours.held()], "dropped")
        assert writer.expire(layers["fixes"], MARCH + timedelta(days=2), 10) == Tally(deleted=2)
    assert [gone.key for gone in ours.changes(layers["greens"], 0)[1]] == ["G2"]


def test_a_reader_serves(store: Any) -> None:
    with store("member_writer").write() as writer:
        writer.upsert(declared()["greens"], [GREEN])
        writer.append(declared()["fixes"], [fix(9)])
    ours = store("member_reader")
    layer = ours.layers()["greens"]
    assert ours.features(layer, Query()).returned == 1
    assert ours.count(layer, Query()) == Count(1)
    assert ours.extent(layer).box == PARK.bounds
    assert ours.block(ours.layers()["fixes"], Query()).keys[-1] == "F9"
    assert ours.changes(layer, 0)[0]
    assert ours.dirt(ours.dirt(State(1, 1))[0])[1] == []
    assert list(ours.held("none")) == []


WRITES: dict[str, str] = {
    "a row": "INSERT INTO greens (code, name, kind, place) SELECT 'X', 'x', 'park', place FROM greens LIMIT 1",
    "a change": "UPDATE greens SET name = 'x'",
    "a deletion": "DELETE FROM greens",
    "what is told of rows": "DELETE FROM om_tombstones",
    "a new day": "SELECT om_make_day('fixes', 'at', '2030-01-01')",
    "days that go": "SELECT om_drop_days('fixes', 'at', '2030-01-01', 10, '1s')",
}
CHANGES: dict[str, str] = {
    "a table": "DROP TABLE greens",
    "a day": "DROP TABLE fixes_other",
    "all rows at once": "TRUNCATE greens",
    "a column": "ALTER TABLE greens ADD COLUMN x text",
    "a trigger": "ALTER TABLE greens DISABLE TRIGGER om_stamp",
    "a new table": "CREATE TABLE onemap.mine (x text)",
    "a function": "CREATE OR REPLACE FUNCTION onemap.om_stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
    "the version": "UPDATE om_version SET version_num = '9999'",
    "the catalogue": "INSERT INTO om_layers VALUES ('x', NULL)",
    "the owners' role": "SET ROLE onemap_owner",
}


def refused(url: str, sql: str) -> None:
    with psycopg.connect(addressed(url)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(sql.encode())


@pytest.mark.parametrize("what", WRITES | CHANGES)
def test_a_reader_changes_nothing(url: As, what: str) -> None:
    refused(url("member_reader"), (WRITES | CHANGES)[what])


@pytest.mark.parametrize("what", CHANGES)
def test_a_writer_changes_no_schema(url: As, what: str) -> None:
    refused(url("member_writer"), CHANGES[what])


def test_a_stranger_sees_nothing(url: As) -> None:
    for sql in ("SELECT * FROM onemap.greens", "SELECT onemap.om_stamp()", *WRITES.values()):
        with psycopg.connect(addressed(url("stranger"))) as connection, pytest.raises(psycopg.Error):
            connection.execute(sql.encode())


def test_layers_are_added_by_owners_alone_and_read_by_all(store: Any, url: As) -> None:
    wells, row = from_schema("wells", WELLS), {"code": "W1", "place": shapely.Point(106, 29)}
    for member in ("member_writer", "member_reader"):
        with pytest.raises(Forbidden):
            store(member).add(wells, WELLS)
    store("member_owner").add(wells, WELLS)
    with store("member_writer").write() as writer:
        assert writer.upsert(wells, [row]).inserted == 1
    reader = store("member_reader")
    assert reader.block(reader.layers()["wells"], Query()).keys == ["W1"]
    refused(url("member_writer"), "DROP TABLE wells")
    with pytest.raises(Forbidden):
        store("member_writer").drop("wells")
    # another owner than the one who made it
    store("onemap").drop("wells")
    assert "wells" not in store("member_reader").layers()


def test_an_owner_upgrades_and_nobody_else(url: As) -> None:
    for member in ("member_writer", "member_reader"):
        with pytest.raises(Forbidden):
            migrate.downgrade(addressed(url(member)), "base")
    assert migrate.drift(addressed(url("member_owner")), declared()) == []
    migrate.upgrade(addressed(url("member_owner")))


def test_what_a_later_version_makes_is_the_owners_too(cluster: Cluster, store: Any) -> None:
    store("member_owner").add(from_schema("later", WELLS), WELLS)
    with cluster.session("granted") as session:
        owned = "SELECT count(*) FROM pg_class WHERE relnamespace = 'onemap'::regnamespace AND relowner <> $1::regrole"
        found = session.execute(owned.replace("$1", "'onemap_owner'").encode()).fetchone()
    store("member_owner").drop("later")
    assert found == (0,)


def test_a_database_of_its_own_needs_no_roles(database: Callable[[], str]) -> None:
    """The roles are there for the whole cluster; a store in which they own nothing does not ask for them."""
    ours = PostgisStore(database())
    ours.add(from_schema("wells", WELLS), WELLS)
    ours.drop("wells")
    ours.close()

"""A city copied between stores of every kind holds the same rows, and what does not is named."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from layers.feature import Layer
from layers.query import Query
from layers.store import copy
from layers.store.copy import Copied, add_layers, copy_layer, differences
from layers.store.copy_ledger import copy_jobs, copy_quarantine
from layers.store.open import opened
from layers.store.protocol import Job, Refusal, Store, Tally
from spatial.errors import Conflict

WHEN = datetime(2026, 3, 1, 8, 30, 15, 123_000, tzinfo=UTC)
JOB = Job("j1", "a.csv", "works", 90, "done", WHEN, None, Tally(7, 1, refused=5), '{"datum": "wgs84"}')
STATES = ("held", "mended", "replayed", "dropped", "superseded")

type Target = Callable[[], Store]


@pytest.fixture(params=["geopackage", pytest.param("postgis", marks=pytest.mark.postgis)])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Another store, empty, of each kind."""
    place = (
        str(tmp_path / "other.gpkg")
        if request.param == "geopackage"
        else request.getfixturevalue("database")(tables=True)
    )
    made = opened(place)
    yield made
    made.close()


def copied(source: Store, target: Store, name: str = "works") -> Copied:
    add_layers(source, target)
    return copy_layer(source, target, name, silent)


def silent(layer: Layer, doing: str, rows: int) -> None:
    """Tell nobody."""


def test_every_value_arrives(store: Store, target: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    done = copied(store, target)
    assert (done.same, done.read.rows, done.tally) == (True, 300, Tally(inserted=300))
    assert target.documents() == store.documents()
    asked = Query(limit=300)
    ours, theirs = store.frame(works, asked), target.frame(target.layers()["works"], asked)
    assert ours.sort_index().equals(theirs.sort_index())
    assert list(ours["cost"]) == [row["cost"] for row in many]


def test_again_changes_nothing(store: Store, target: Store, many: list[dict[str, Any]]) -> None:
    copied(store, target)
    again = copied(store, target)
    assert (again.same, again.tally) == (True, Tally(unchanged=len(many)))


@pytest.mark.usefixtures("many")
def test_an_interrupted_copy_goes_on(store: Store, target: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copy, "BATCH", 100)

    def breaks(layer: Layer, doing: str, rows: int) -> None:
        if rows == 200:
            raise KeyboardInterrupt

    add_layers(store, target)
    with pytest.raises(KeyboardInterrupt):
        copy_layer(store, target, "works", breaks)
    done = copied(store, target)
    assert (done.same, done.tally) == (True, Tally(inserted=100, unchanged=200))


def test_progress_is_told(store: Store, target: Store, many: list[dict[str, Any]]) -> None:
    told: list[tuple[str, str, int]] = []
    add_layers(store, target)
    copy_layer(store, target, "works", lambda layer, doing, rows: told.append((layer.name, doing, rows)))
    assert told == [("works", "copy", len(many)), ("works", "check", len(many))]


@pytest.mark.usefixtures("many")
def test_what_differs_is_named(store: Store, target: Store, works: Layer, make_work: Any) -> None:
    copied(store, target)
    there = target.layers()["works"]
    with target.write() as writer:
        writer.upsert(there, [make_work(5, lanes=9), make_work(777)])
        writer.delete(there, ["W00009"])
    found = differences(store, target, works)
    assert (found.missing, found.changed, found.extra) == (("W00009",), ("W00005",), ("W00777",))
    # what is missing or other is mended by copying again; what nobody copied there stays, and is told
    again = copied(store, target)
    assert (again.same, again.tally) == (False, Tally(inserted=1, updated=1, unchanged=298))
    assert (again.differences.missing, again.differences.changed) == ((), ())
    assert again.differences.extra == ("W00777",)


@pytest.mark.usefixtures("works")
def test_another_layer_of_that_name_is_not_overwritten(store: Store, target: Store) -> None:
    from layers.runtime import from_schema

    other = {"properties": {"nr": {"type": "string", "x-ogc-role": "id"}}}
    target.add(from_schema("works", other), other)
    with pytest.raises(Conflict, match="another layer works"):
        add_layers(store, target)


def test_declared_layers_come_along(store: Store, target: Store, make_district: Any) -> None:
    with store.write() as writer:
        writer.upsert(store.layers()["districts"], [make_district("500103"), make_district("500105")])
    done = copied(store, target, "districts")
    assert (done.same, done.tally.inserted) == (True, 2)


@pytest.fixture
def make_district() -> Callable[[str], dict[str, Any]]:
    import shapely

    place = shapely.MultiPolygon([shapely.box(106.1, 29.1, 106.7, 29.9), shapely.box(107, 29, 107.3, 29.1)])
    return lambda code: {"code": code, "name": f"区 {code}", "place": place}


def test_imports_and_what_they_refused_come_along(store: Store, target: Store) -> None:
    bare = replace(JOB, id="j2", started=None, tally=Tally(), contract="{}")
    refusals = [Refusal({"code": f"x{n}", "n": n}, f"why {n}", n) for n in range(len(STATES))]
    with store.write() as writer:
        writer.note(JOB)
        writer.note(bare)
        writer.hold(JOB, refusals)
    for held, state in zip(list(store.held()), STATES, strict=True):
        with store.write() as writer:
            writer.settle([held.id], state)
    for _ in range(2):
        assert copy_jobs(store, target) == 0
        assert copy_quarantine(store, target) == (len(STATES), 0)
    assert [job.id for job in target.jobs()] == [job.id for job in store.jobs()]
    assert target.job("j1") == JOB
    for n, state in enumerate(STATES):
        (one,) = target.held(state=state)
        assert (one.job, one.layer, one.record, one.reason, one.position) == (
            "j1",
            "works",
            refusals[n].record,
            f"why {n}",
            n,
        )

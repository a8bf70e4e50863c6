"""The whole service against its own OpenAPI document: no failure of ours, no answer that the document does not tell."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from api.main import create_app
from api.settings import Settings
from layers.store.geopackage import GeoPackageStore

OTHERS = r"/collections/(?!cases)[a-z_]+"
ENDLESS = r"/live$"


@pytest.fixture
def writable(empty: GeoPackageStore, fill: Callable[[GeoPackageStore], None]) -> Iterator[FastAPI]:
    """A service that everybody may write to, over a store of the test's own."""
    fill(empty)
    made = create_app(Settings(writes="open"), empty)
    yield made
    made.state.tiles.stop()


def config(examples: int) -> SchemathesisConfig:
    said: dict[str, Any] = {
        "generation": {"max-examples": examples, "deterministic": True},
        "phases": {"stateful": {"enabled": False}},
        # a filter, a cursor or an id is right or wrong in ways that no schema tells
        "checks": {"positive_data_acceptance": {"enabled": False}},
    }
    return SchemathesisConfig.from_dict(said)


def failures(app: FastAPI, path: str, examples: int, *besides: str) -> Iterator[str]:
    """Yield what was wrong with each operation's answers, and what keeps the engine from asking."""
    schema = schemathesis.openapi.from_asgi(path, app, config=config(examples))
    for pattern in (ENDLESS, *besides):
        schema = schema.exclude(path_regex=pattern)
    asked = 0
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            yield repr(event)
        if isinstance(event, events.ScenarioFinished):
            asked += len(event.recorder.cases)
            yield from _failed(event.recorder)
    assert asked > 300


def _failed(recorder: Any) -> Iterator[str]:
    for id, checks in recorder.checks.items():
        case = recorder.cases[id].value
        for check in checks:
            if check.failure_info and not _allowed(check.name, case):
                yield f"{check.name}: {check.failure_info.code_sample}\n{check.failure_info.failure}"


def _allowed(check: str, case: Any) -> bool:
    """A limit above the maximum is no error (Features Part 1, 7.15.2), whatever a schema's maximum means elsewhere."""
    limit = str(case.query.get("limit", ""))
    return check == "negative_data_rejection" and limit.isdigit() and int(limit) > 10_000


def test_one_collection_answers_as_it_says(writable: FastAPI) -> None:
    assert list(failures(writable, "/api", 5, OTHERS)) == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_newer_document_says_the_same(writable: FastAPI) -> None:
    assert list(failures(writable, "/api/3.1", 20, OTHERS)) == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_everything_answers_as_it_says(writable: FastAPI) -> None:
    assert list(failures(writable, "/api", 50)) == []

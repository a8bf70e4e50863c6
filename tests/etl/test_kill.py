"""An import killed at any moment: the store opens, what was acknowledged is there, the same import goes on."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from etl.report import Report
from layers.store.geopackage import GeoPackageStore
from layers.store.protocol import Tally

RECORDS = 60_000

RUN = """
import sys
from pathlib import Path
from etl.contract import agreed
from etl.job import Asked, run
from etl.source import open_source
from etl.terms import Terms
from layers.store.geopackage import GeoPackageStore

def told(report, part):
    print(report.position, report.tally.inserted, report.tally.refused, flush=True)
    return True

store = GeoPackageStore(Path(sys.argv[1]))
print("open", flush=True)
with open_source(sys.argv[2]) as source:
    run(store, source, agreed(store.layers()["components"], source, Terms()), Asked(watch=told))
print("done", flush=True)
"""


def killed(store: Path, source: Path, seconds: float) -> list[str]:
    """Start the import, kill it some time after the store is open, and return what it had told."""
    run = subprocess.Popen([sys.executable, "-c", RUN, str(store), str(source)], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    with run.stdout as said:
        assert said.readline() == "open\n"
        time.sleep(seconds)
        run.kill()
        lines = said.read().splitlines()
    run.wait()
    return [line for line in lines if len(line.split()) == 3]


def survives(imported: Callable[..., Report], store: GeoPackageStore, path: Path, moments: list[float]) -> None:
    layer, complete = store.layers()["components"], False
    for seconds in moments:
        lines = killed(store.path, path, seconds)
        job = store.jobs()[0] if store.jobs() else None
        kept = 0 if job is None else job.position
        if lines:
            assert job is not None
            position, inserted, refused = map(int, lines[-1].split())
            assert kept >= position
            assert job.tally.inserted >= inserted
            assert job.tally.refused >= refused
        rows = len(store.changes(layer, 0, limit=RECORDS)[0])
        held = len(list(store.held()))
        # a run that came to its end before it was killed is followed by one that begins again
        complete = complete or (job is not None and job.state == "done")
        assert rows + held == (RECORDS if complete else kept)
    report = imported(path, "components")
    assert report.state == "done"
    assert report.position == RECORDS
    refused = RECORDS // 1000
    # a run that had come to its end is repeated and finds nothing to do
    assert report.tally in (
        Tally(inserted=RECORDS - refused, refused=refused),
        Tally(unchanged=RECORDS - refused, refused=refused),
    )
    assert len(store.changes(layer, 0, limit=RECORDS)[0]) == RECORDS - refused
    assert len(list(store.held())) == refused


@pytest.fixture
def many(lamps: Callable[..., Path]) -> Path:
    """A large file, one record in a thousand of which is refused."""
    bad = "L{n},99999,500103,Light Ltd,2026-01-01 08:00,106.5,29.5"
    return lamps(RECORDS, {n: bad.format(n=n) for n in range(0, RECORDS, 1000)})


def test_three_kills(imported: Any, store: GeoPackageStore, many: Path) -> None:
    survives(imported, store, many, [0.05, 0.6, 1.2])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_twenty_kills(imported: Any, store: GeoPackageStore, many: Path) -> None:
    chance = random.Random(20)
    survives(imported, store, many, [chance.uniform(0, 0.7) for _ in range(20)])

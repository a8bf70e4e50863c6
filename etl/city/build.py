"""Building the city into a store: layer by layer, each whole or not at all."""

from datetime import UTC, datetime

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from etl.city.city import LAYERS, City
from layers.store.protocol import Job, Store, Tally

DONE = "done"

_SIZES = {
    "streets": 6300,
    "grid_cells": 2000,
    "components": 8000,
    "risk_points": 5000,
    "cases": 154_000,
    "fixes": 60_000,
}
"""About how many rows the large layers have, for the meter to start from."""


def meter() -> Progress:
    """Return the meter on which building shows how far it is."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns)


def build(store: Store, city: City, progress: Progress) -> Tally:
    """Write the city into the store, and return what that did.

    A layer that an earlier run finished is left alone, so building goes on where it was interrupted, and building
    again changes nothing.
    """
    return sum((_layer(store, city, name, progress) for name in LAYERS), Tally())


def built(store: Store, seed: int) -> bool:
    """Tell whether the store holds the whole city of a seed."""
    return all(_done(store, seed, name) for name in LAYERS)


def cases_until(store: Store, seed: int) -> int | None:
    """Return the instant (s) up to which building told the cases' lives, None if it has not."""
    job = store.job(_id(seed, "cases"))
    return job.position if job else None


def _layer(store: Store, city: City, name: str, progress: Progress) -> Tally:
    layer = store.layers()[name]
    task = progress.add_task(str(layer.title), total=_SIZES.get(name))
    tally = Tally()
    if not _done(store, city.seed, name):
        started = datetime.now(UTC)
        with store.write() as writer:
            for block in city.rows(name):
                tally += writer.upsert(layer, block)
                progress.advance(task, len(block))
            finished = datetime.now(UTC)
            source = f"city:{city.seed}"
            writer.note(Job(_id(city.seed, name), source, name, city.instant, DONE, started, finished, tally))
    rows = progress.tasks[task].completed
    progress.update(task, total=max(rows, 1), completed=max(rows, 1))
    return tally


def _done(store: Store, seed: int, name: str) -> bool:
    job = store.job(_id(seed, name))
    return job is not None and job.state == DONE


def _id(seed: int, name: str) -> str:
    return f"city-{seed}-{name}"

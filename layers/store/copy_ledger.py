"""What imports left beside their rows, moved from one store to another: jobs, and what the quarantine holds."""

from collections.abc import Iterator, Mapping
from itertools import batched, groupby

import orjson

from layers.store.protocol import Held, Job, Refusal, Store
from spatial.time import written

STATES = ("mended", "replayed", "dropped", "superseded", "held")
BATCH = 1000

type Place = tuple[str, int]
"""A job, and a record's position in its source."""


def copy_jobs(source: Store, target: Store) -> int:
    """Copy what the source knows of imports, oldest first; return how many the target then lacks or has otherwise."""
    jobs = list(source.jobs())
    for some in batched(reversed(jobs), BATCH):
        with target.write() as writer:
            for job in some:
                writer.note(job)
    known = {job.id: _said(job) for job in target.jobs()}
    return sum(known.get(job.id) != _said(job) for job in jobs)


def copy_quarantine(source: Store, target: Store) -> tuple[int, int]:
    """Copy what the source's quarantine holds and how each record was decided on.

    Returns how many records there are, and how many of them the target then lacks or has otherwise.
    """
    jobs = {job.id: job for job in source.jobs()}
    for state in STATES:
        _copy_state(source, target, state, jobs)
    ours, theirs = _all(source), _all(target)
    return len(ours), sum(theirs.get(place) != held for place, held in ours.items())


def _copy_state(source: Store, target: Store, state: str, jobs: Mapping[str, Job]) -> None:
    for some in batched(source.held(state=state), BATCH):
        with target.write() as writer:
            for (id, layer), records in groupby(sorted(some, key=_place), key=lambda held: (held.job, held.layer)):
                job = jobs.get(id) or Job(id, "", layer)
                writer.hold(job, [Refusal(r.record, r.reason, r.position) for r in records])
        if state != "held":
            _settle(target, {_place(held) for held in some}, state)


def _settle(target: Store, places: set[Place], state: str) -> None:
    ids = [held.id for held in target.held() if _place(held) in places]
    with target.write() as writer:
        writer.settle(ids, state)


def _said(job: Job) -> tuple[object, ...]:
    """Return a job as every store can keep it: instants to the millisecond, the contract whatever its spaces."""
    times = [written(time) if time else None for time in (job.started, job.finished)]
    return job.source, job.layer, job.position, job.state, *times, job.tally, orjson.loads(job.contract)


def _all(store: Store) -> dict[Place, tuple[object, ...]]:
    return {_place(held): (held.layer, held.record, held.reason, held.state) for held in _every(store)}


def _every(store: Store) -> Iterator[Held]:
    return (held for state in STATES for held in store.held(state=state))


def _place(held: Held) -> Place:
    return held.job, held.position

"""What imports refused: looked through, mended, read again under the same contract, or dropped."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from etl.contract import Contract, of_document
from etl.read import Reader
from etl.refusal import plain
from etl.source.model import Chunk
from etl.terms import Terms
from layers.store.protocol import Held, Job, Refusal, Store, Tally
from spatial.errors import NotFound

OPEN = ("held", "mended")
"""States of a record that is still to be decided on."""

AT_ONCE = 5_000


@dataclass(slots=True)
class Replayed:
    """What became of records read again."""

    tally: Tally = field(default_factory=Tally)
    refused: list[Held] = field(default_factory=list[Held])


def held(
    store: Store, layer: str | None = None, job: str | None = None, states: Iterable[str] = OPEN
) -> Iterator[Held]:
    """Yield what the quarantine holds, in these states."""
    return (one for state in states for one in store.held(layer, job, state))


def chosen(store: Store, ids: Sequence[int]) -> list[Held]:
    """Return the open records of these ids, in their order; raise NotFound."""
    found = {one.id: one for one in held(store) if one.id in set(ids)}
    if missing := [str(n) for n in ids if n not in found]:
        raise NotFound(f"the quarantine holds no {', '.join(missing)} to be decided on")
    return [found[n] for n in ids]


def mend(store: Store, id: int, values: Mapping[str, Any]) -> Held:
    """Change values of a held record (None takes one away); return it as it is then; raise NotFound."""
    one = chosen(store, [id])[0]
    record = {name: value for name, value in {**one.record, **plain(dict(values))}.items() if value is not None}
    job = _job(store, one.job)
    with store.write() as writer:
        writer.hold(job, [Refusal(record, one.reason, one.position)])
        writer.settle([id], "mended")
    return chosen(store, [id])[0]


def drop(store: Store, records: Sequence[Held]) -> int:
    """Decide that these records are not wanted; the same import will not hold them again."""
    with store.write() as writer:
        writer.settle([one.id for one in records], "dropped")
    return len(records)


def replay(store: Store, records: Iterable[Held], said: Terms | None = None) -> Replayed:
    """Read held records again under their contract, completed by what is said now; those that fit become rows."""
    by_job: dict[str, list[Held]] = defaultdict(list)
    for one in records:
        by_job[one.job].append(one)
    out = Replayed()
    for name, of_job in by_job.items():
        reader = Reader(_contract(store, _job(store, name), said))
        for start in range(0, len(of_job), AT_ONCE):
            _replay(store, reader, start, of_job[start : start + AT_ONCE], out)
    return out


def _replay(store: Store, reader: Reader, start: int, records: Sequence[Held], out: Replayed) -> None:
    contract = reader.contract
    read = reader.read(Chunk(start, [dict(one.record) for one in records]))
    again = {refusal.position - start - 1: refusal.reason for refusal in read.refusals}
    with store.write() as writer:
        tally = (writer.append if contract.appends else writer.upsert)(contract.layer, read.rows)
        job = _job(store, records[0].job)
        for state in {one.state for one in records}:
            still = [(one, why) for n, why in again.items() if (one := records[n]).state == state]
            writer.hold(job, [Refusal(one.record, why, one.position) for one, why in still])
            writer.settle([one.id for one, _ in still], state)
        writer.settle([one.id for n, one in enumerate(records) if n not in again], "replayed")
    out.tally += tally + Tally(refused=len(again), repeated=read.repeated)
    out.refused += [replace(records[n], reason=why) for n, why in again.items()]


def _contract(store: Store, job: Job, said: Terms | None) -> Contract:
    contract = of_document(store.layers(), job.contract)
    return Contract(contract.layer, said.over(contract.terms)) if said else contract


def _job(store: Store, name: str) -> Job:
    job = store.job(name)
    if job is None:
        raise NotFound(f"the import {name} is gone")
    return job

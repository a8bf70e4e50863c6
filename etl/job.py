"""One import: chunk by chunk, each in one transaction with how far it came; nothing is lost, nothing done twice."""

import gc
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b

from etl.changes import sampled
from etl.contract import Contract, ignored
from etl.ground import looks_projected
from etl.missing import vanished
from etl.place import raw
from etl.read import Read, Reader
from etl.report import SAMPLES, Report
from etl.source import Chunk, Source
from etl.source.model import after, before
from layers.store.protocol import Job, Store, Tally
from spatial.errors import BadCrs, BadSource, Unavailable

type Watch = Callable[[Report, float | None], bool]
"""Told of the report so far, and how much of the source is read (0 to 1); it answers whether to go on."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How an import is run.

    dry: tell what it would do, and write nothing. sure: delete even most of a layer. limit: records after which to
    stop. watch: who is told of progress.
    """

    dry: bool = False
    sure: bool = False
    limit: int | None = None
    watch: Watch = field(default=lambda _report, _part: True)
    notes: tuple[str, ...] = ()


GOING = frozenset({"running", "stopped", "broken"})
"""States of an import that goes on where it was left."""

SETTLED = ("mended", "replayed", "dropped")
"""States of a held record that a person has decided on: the same import does not hold it again."""


class _Undo(Exception):
    """Leaves a transaction without a trace."""


def run(store: Store, source: Source, contract: Contract, asked: Asked | None = None) -> Report:
    """Import a source under a contract; return what became of it; raise BadCrs, Conflict, Unavailable (the store).

    A source that breaks off leaves what was read before: the report says `broken`, and the next run goes on from there.
    """
    return _Run(store, source, contract, asked or Asked()).whole()


class _Run:
    """One run of one import."""

    def __init__(self, store: Store, source: Source, contract: Contract, asked: Asked) -> None:
        self.store, self.source, self.contract, self.asked = store, source, contract, asked
        self.reader = Reader(contract)
        self.job = _job(store, source, contract, asked)
        self.first, self.state, self.keyless = self.job.position, "done", 0
        self.report = Report(self.job.id, source.where, contract.layer.name, "running", self.first, self.first)
        self.report.tally, self.report.ignored = self.job.tally, ignored(contract, source.fields)
        self.report.notes += [source.format, *source.notes, *asked.notes]
        self.settled = {held.position for state in SETTLED for held in store.held(job=self.job.id, state=state)}

    def whole(self) -> Report:
        """Run to the end, to where it is stopped, or to where the source breaks off."""
        started = time.monotonic()
        for chunk in self._chunks():
            with _uncollected():
                self._one(chunk)
            self.report.seconds = time.monotonic() - started
            if not self.asked.watch(self.report, chunk.part):
                self.state = "stopped"
                break
        self._end()
        self.report.seconds = time.monotonic() - started
        return self.report

    def _chunks(self) -> Iterator[Chunk]:
        """Yield what is to be read, cut where the last run ended and where this one shall."""
        records = self.source.records(self.first if self.contract.appends else 0)
        try:
            for chunk in _limited(records, self.asked.limit):
                for part in (before(chunk, self.first), after(chunk, self.first)):
                    if part.records:
                        yield part
        except (BadSource, Unavailable) as bad:
            if not self.report.position:
                raise
            self.state = "broken"
            self.report.notes.append(f"after record {self.report.position:,}: {bad}")

    def _one(self, chunk: Chunk) -> None:
        if chunk.start == 0:
            _check_degrees(self.contract, chunk)
        read = self.reader.read(chunk)
        self.keyless += read.keyless
        if read.position > self.first:
            if self.asked.dry and len(self.report.changes) < SAMPLES:
                self.report.changes += sampled(self.store, self.contract.layer, read.rows, SAMPLES)
            self.report.add(read, self._written(read))

    def _written(self, read: Read) -> Tally:
        """Write what a chunk became, and that it has been read, in one transaction; return what that did."""
        tally = Tally(refused=len(read.refusals), repeated=read.repeated)
        job = self.job
        with suppress(_Undo), self.store.write() as writer:
            write = writer.append if self.contract.appends else writer.upsert
            tally += write(self.contract.layer, read.rows)
            job = replace(job, position=read.position, tally=job.tally + tally)
            writer.hold(job, [refusal for refusal in read.refusals if refusal.position not in self.settled])
            writer.note(job)
            if self.asked.dry:
                raise _Undo
        self.job = job
        return tally

    def _end(self) -> None:
        """Delete what vanished, where the contract says so, and remember how the import ended."""
        if self.asked.limit is not None and self.report.position >= self.asked.limit:
            self.state = "stopped"
        gone: list[str] = []
        if self.state == "done" and self.contract.tombstones:
            gone, doubt = vanished(self.store, self.contract.layer, self.reader.mentioned, self.keyless)
            if doubt and not self.asked.sure:
                gone, self.state = [], "unsure"
                self.report.notes.append(doubt)
        self._close(gone)
        self.report.tally += Tally(deleted=len(gone))
        self.report.state = "dry" if self.asked.dry and self.state == "done" else self.state

    def _close(self, gone: list[str]) -> None:
        job = replace(
            self.job, state=self.state, finished=datetime.now(UTC), tally=self.job.tally + Tally(deleted=len(gone))
        )
        old = older(self.store, job) if self.state == "done" else []
        with suppress(_Undo), self.store.write() as writer:
            writer.delete(self.contract.layer, gone)
            writer.settle(old, "superseded")
            writer.note(job)
            if self.asked.dry:
                raise _Undo


def older(store: Store, job: Job) -> list[int]:
    """Return what the quarantine holds of earlier imports of the same source: this one has judged it again."""
    before = (
        known for known in store.jobs() if (known.source, known.layer) == (job.source, job.layer) and known.id != job.id
    )
    return [held.id for known in before for held in store.held(job=known.id)]


def _check_degrees(contract: Contract, chunk: Chunk) -> None:
    """Raise BadCrs if the first records of a source lie in a CRS that neither it nor anybody has named."""
    unnamed = contract.layer.place is not None and contract.ground.crs is None
    if unnamed and looks_projected(raw(chunk, contract.place_columns)[0]):
        raise BadCrs("the coordinates are no degrees and the source does not say what they are: say --crs EPSG:…")


def _job(store: Store, source: Source, contract: Contract, asked: Asked) -> Job:
    """Return the import as it was left, or a new one."""
    document = contract.document()
    name = blake2b("\0".join((source.fingerprint, source.where, document)).encode(), digest_size=8).hexdigest()
    known = None if asked.dry else store.job(name)
    if known and known.state in GOING and source.resumable:
        return replace(known, state="running", finished=None)
    return Job(name, source.where, contract.layer.name, started=datetime.now(UTC), contract=document)


def _limited(chunks: Iterator[Chunk], limit: int | None) -> Iterator[Chunk]:
    """Yield the first `limit` records."""
    for chunk in chunks:
        yield chunk if limit is None else before(chunk, limit)
        if limit is not None and chunk.start + len(chunk.records) >= limit:
            return


@contextmanager
def _uncollected() -> Generator[None]:
    """Keep the collector of cycles from walking over the rows of a chunk again and again: they hold none."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()

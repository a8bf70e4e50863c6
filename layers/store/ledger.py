"""What imports leave beside their rows: how far each came, and what it refused; in the same transaction."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime

import orjson

from layers.store.protocol import Held, Job, Refusal, Tally
from spatial.time import instant, written

_NOTE = """INSERT INTO om_jobs (id, source, layer, position, state, started, finished, tally, contract)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET position = excluded.position,
  state = excluded.state, started = excluded.started, finished = excluded.finished, tally = excluded.tally"""
_HOLD = """INSERT INTO om_refusals (job, layer, record, reason, position) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (job, position) DO UPDATE SET record = excluded.record, reason = excluded.reason, state = 'held'"""
_JOB = "SELECT id, source, layer, position, state, started, finished, tally, contract FROM om_jobs"
_HELD = """SELECT id, job, layer, record, reason, position, state FROM om_refusals
  WHERE (?1 IS NULL OR layer = ?1) AND (?2 IS NULL OR job = ?2) AND state = ?3 AND id > ?4 ORDER BY id LIMIT 1000"""


class Ledger:
    """Writes jobs and refusals inside one open transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Hold the connection whose transaction is open."""
        self.connection = connection

    def hold(self, job: Job, refusals: Sequence[Refusal]) -> None:
        """Put refusals into quarantine."""
        held = [(job.id, job.layer, as_json(r.record), r.reason, r.position) for r in refusals]
        self.connection.executemany(_HOLD, held)

    def settle(self, ids: Sequence[int], state: str) -> None:
        """Mark held records as mended, replayed or dropped."""
        self.connection.executemany("UPDATE om_refusals SET state = ? WHERE id = ?", [(state, n) for n in ids])

    def note(self, job: Job) -> None:
        """Remember how far the job has come."""
        times = (written(t) if t else None for t in (job.started, job.finished))
        said = (
            job.id,
            job.source,
            job.layer,
            job.position,
            job.state,
            *times,
            as_json(asdict(job.tally)),
            job.contract,
        )
        self.connection.execute(_NOTE, said)


def job(connection: sqlite3.Connection, id: str) -> Job | None:
    """Return the job of that id."""
    row = connection.execute(f"{_JOB} WHERE id = ?", (id,)).fetchone()
    return _job(row) if row else None


def jobs(connection: sqlite3.Connection) -> list[Job]:
    """Return every job, newest first."""
    return [_job(row) for row in connection.execute(f"{_JOB} ORDER BY started DESC")]


def held(connection: sqlite3.Connection, layer: str | None, job: str | None, state: str) -> Iterator[Held]:
    """Yield what the quarantine holds, a thousand at a time, so that a writer is never kept waiting."""
    last = 0
    while page := connection.execute(_HELD, (layer, job, state, last)).fetchall():
        for id, of, name, record, reason, position, now in page:
            yield Held(id, of, name, orjson.loads(record), reason, position, now)
        last = page[-1][0]


def _job(row: tuple[str, str, str, int, str, str | None, str | None, str, str]) -> Job:
    id, source, layer, position, state, started, finished, tally, contract = row
    counts = Tally(**orjson.loads(tally))
    return Job(id, source, layer, position, state, _when(started), _when(finished), counts, contract)


def _when(text: str | None) -> datetime | None:
    return instant(text) if text else None


def as_json(value: object) -> str:
    """Return a value as JSON text; what JSON does not know, as its own text."""
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY).decode()

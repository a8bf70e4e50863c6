"""What imports leave beside their rows: how far each came, and what it refused; in the same transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from layers.store.ledger import as_json
from layers.store.postgis.connection import Connection, Connections, run
from layers.store.protocol import Held, Job, Refusal, Tally

_NOTE = """INSERT INTO om_jobs (id, source, layer, position, state, started, finished, tally, contract)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET position = excluded.position,
  state = excluded.state, started = excluded.started, finished = excluded.finished, tally = excluded.tally"""
_HOLD = """INSERT INTO om_refusals (job, layer, record, reason, position)
  SELECT job, layer, record, reason, position
  FROM json_to_recordset($1) AS x (job text, layer text, record json, reason text, position bigint)
  ON CONFLICT (job, position) DO UPDATE SET record = excluded.record, reason = excluded.reason, state = 'held'"""
_JOB = "SELECT id, source, layer, position, state, started, finished, tally, contract FROM om_jobs"
_HELD = """SELECT id, job, layer, record, reason, position, state FROM om_refusals
  WHERE ($1::text IS NULL OR layer = $1) AND ($2::text IS NULL OR job = $2) AND state = $3 AND id > $4
  ORDER BY id LIMIT 1000"""


class Ledger:
    """Writes jobs and refusals inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        """Hold the connection whose transaction is open."""
        self.connection = connection

    def hold(self, job: Job, refusals: Sequence[Refusal]) -> None:
        """Put refusals into quarantine."""
        last = {r.position: r for r in refusals}
        held = [
            {"job": job.id, "layer": job.layer, "record": r.record, "reason": r.reason, "position": r.position}
            for r in last.values()
        ]
        run(self.connection, _HOLD, (as_json(held),))

    def settle(self, ids: Sequence[int], state: str) -> None:
        """Mark held records as mended, replayed or dropped."""
        run(self.connection, "UPDATE om_refusals SET state = $1 WHERE id = ANY($2::bigint[])", (state, list(ids)))

    def note(self, job: Job) -> None:
        """Remember how far the job has come."""
        said = (job.id, job.source, job.layer, job.position, job.state, job.started, job.finished)
        run(self.connection, _NOTE, (*said, as_json(asdict(job.tally)), job.contract))


def job(connections: Connections, id: str) -> Job | None:
    """Return the job of that id."""
    found = connections.rows(f"{_JOB} WHERE id = $1", (id,))
    return _job(found[0]) if found else None


def jobs(connections: Connections) -> list[Job]:
    """Return every job, newest first."""
    return [_job(row) for row in connections.rows(f"{_JOB} ORDER BY started DESC NULLS LAST")]


def held(connections: Connections, layer: str | None, job: str | None, state: str) -> Iterator[Held]:
    """Yield what the quarantine holds, a thousand at a time."""
    last = 0
    while page := connections.rows(_HELD, (layer, job, state, last)):
        yield from (Held(*row) for row in page)
        last = page[-1][0]


def _job(row: Sequence[object]) -> Job:
    id, source, layer, position, state, started, finished, tally, contract = row
    return Job(id, source, layer, position, state, started, finished, Tally(**tally), contract)  # pyright: ignore[reportArgumentType, reportCallIssue] - as the table declares them

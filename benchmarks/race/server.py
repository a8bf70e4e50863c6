"""Servers as running programs: started, waited for, pinned, asked, and ended."""

import http.client
import os
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from benchmarks.race import machine
from benchmarks.race.database import Database
from benchmarks.race.peers import Peer, Start
from benchmarks.race.place import folder, logs

PATIENCE = 60.0


@dataclass(slots=True)
class Server:
    """A peer that runs."""

    peer: Peer
    pid: int

    def asked(self, path: str, encoding: str = "identity") -> tuple[int, bytes, dict[str, str]]:
        """Ask once; return status, body and headers (their names in lower case)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.peer.port, timeout=60)
        try:
            connection.request("GET", path, headers={"Accept-Encoding": encoding})
            answer = connection.getresponse()
            return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
        finally:
            connection.close()


@contextmanager
def started(peer: Peer, database: Database, pinned: bool) -> Generator[Server | None]:
    """Run a peer while inside; None if it is not installed."""
    start = peer.start(database, peer.port)
    if start.words is None:
        yield None
        return
    program = _spawned(peer, start)
    try:
        server = Server(peer, program.pid)
        _wait(server, program)
        if pinned:
            machine.pin(program.pid, machine.SERVER)
        yield server
    finally:
        program.terminate()
        with suppress(subprocess.TimeoutExpired):
            program.wait(10)
        program.kill()


def _spawned(peer: Peer, start: Start) -> subprocess.Popen[bytes]:
    with logs(peer.name.lower().replace(", ", "-")).open("wb") as said:
        return subprocess.Popen(
            start.words or (),
            # a folder without settings files of anybody's
            cwd=folder() / "logs",
            env={**os.environ, **start.env},
            stdout=said,
            stderr=subprocess.STDOUT,
        )


def _wait(server: Server, program: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and program.poll() is None:
        with suppress(OSError, http.client.HTTPException):
            if server.asked(server.peer.ready)[0] == 200:
                return
        time.sleep(0.2)
    raise SystemExit(f"{server.peer.name} does not start; see {logs(server.peer.name.lower())}")

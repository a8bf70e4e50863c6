"""The programs of a PostgreSQL server on this machine."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from layers.store.postgis.account import Account
from spatial.errors import Unavailable

ADVICE = "install it with `apt-get install postgresql-postgis`, or name its folder of programs in ONEMAP_PG_BIN"
PLACES = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
)
SECONDS = 120


@dataclass(frozen=True, slots=True)
class Programs:
    """The server programs of one major version."""

    folder: Path
    major: int
    spatial: bool
    """Whether PostGIS is there too."""

    @property
    def mark(self) -> str:
        """What tells this very server from one that an upgrade put in its place."""
        try:
            file = (self.folder / "postgres").stat()
        except FileNotFoundError as gone:
            raise Unavailable(f"the programs of PostgreSQL are gone from {self.folder}; {ADVICE}") from gone
        return f"{self.folder} {file.st_ino} {file.st_size} {file.st_mtime_ns}"

    def run(self, name: str, *options: str | Path, account: Account) -> None:
        """Run a program as that account; raise Unavailable with its last words if it fails."""
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program, and no shell
                [self.folder / name, *options],
                cwd="/",
                user=account.uid,
                group=account.gid,
                extra_groups=None if account.uid is None else [],
                umask=0o077,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as slow:
            raise Unavailable(f"{name} did not finish within {SECONDS} seconds") from slow
        if done.returncode:
            raise Unavailable(f"{name} failed: {' '.join(done.stderr.split())[-500:] or done.returncode}")


def programs(major: int | None = None) -> Programs:
    """Return the newest server, one with PostGIS if there is one, or that of a major version; raise Unavailable."""
    found = sorted(_all(), key=lambda p: (p.spatial, p.major), reverse=True)
    fitting = [p for p in found if major in (None, p.major)]
    if fitting:
        return fitting[0]
    if major and found:
        raise Unavailable(
            f"the database was made by PostgreSQL {major}, and this machine has {found[0].major}: install "
            f"postgresql-{major}-postgis-3, then `onemap store copy` takes the city to wherever you like"
        )
    raise Unavailable(f"this machine has no PostgreSQL server; {ADVICE}")


def _all() -> Iterator[Programs]:
    """Yield what is installed; ONEMAP_PG_BIN leaves no choice."""
    named = os.environ.get("ONEMAP_PG_BIN")
    for folder in [Path(named)] if named else _folders():
        if all((folder / name).is_file() for name in ("initdb", "pg_ctl", "postgres")):
            version = re.search(r"\) (\d+)", _said(folder / "postgres", "--version"))
            if version:
                extensions = Path(_said(folder / "pg_config", "--sharedir")) / "extension"
                yield Programs(folder, int(version[1]), (extensions / "postgis.control").is_file())


def _folders() -> Iterator[Path]:
    for place in PLACES:
        yield from Path("/").glob(place)
    beside = shutil.which("initdb")
    if beside:
        yield Path(beside).resolve().parent


@cache
def _said(program: Path, option: str) -> str:
    """Return what a program prints, nothing if it is not there or does not run."""
    try:
        return subprocess.run(  # noqa: S603 - found by us, and no shell
            [program, option], capture_output=True, text=True, timeout=SECONDS, check=True
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""

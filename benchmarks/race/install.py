"""How each peer is installed, at its newest version when this was written, outside the project."""

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.race.place import folder, logs

MARTIN = "1.14.0"
"""The newest release (2.0 is in beta); of its features only PostgreSQL, with the release profile that it comes with."""

PYTHON = {
    "tipg": ("tipg==1.6.1", "uvicorn==0.54.0", "uvloop", "httptools"),
    "pygeoapi": ("pygeoapi==0.24.0", "psycopg2-binary", "geoalchemy2", "uvicorn==0.54.0", "uvloop", "httptools"),
}
"""What pip installs for each Python server, in an environment of its own."""

GO = {
    "pg_featureserv": "1.3.1 (v1.3.1-18-gcd3ae95)",
    "pg_tileserv": "1.0.11 (v1.0.11-62-gcc7f57f)",
}
"""Programs that are looked for, not made: the versions that the figures are of."""


def program(name: str) -> Path | None:
    """Return a program that the race's own folder or the machine has."""
    own = folder() / "bin" / name
    found = str(own) if own.is_file() else shutil.which(name)
    return Path(found) if found else None


def martin() -> Path | None:
    """Return Martin, compiled with cargo if need be (20 minutes on two cores)."""
    found = folder() / "martin" / "bin" / "martin"
    if found.is_file():
        return found
    if not shutil.which("cargo"):
        return program("martin")
    words = ["cargo", "install", "martin", "--version", MARTIN, "--locked", "--root", str(folder() / "martin")]
    _run([*words, "--no-default-features", "--features", "postgres"], "martin-install")
    return found


def python(name: str) -> Path:
    """Return the interpreter of a Python server's environment, which is made if need be."""
    found = folder() / name / "bin" / "python"
    if not (folder() / name / "installed").is_file():
        _run([sys.executable, "-m", "venv", str(folder() / name)], f"{name}-install")
        _run([str(found), "-m", "pip", "install", "--quiet", *PYTHON[name]], f"{name}-install")
        (folder() / name / "installed").touch()
    return found


def _run(words: list[str], log: str) -> None:
    with logs(log).open("ab") as said:
        subprocess.run(words, check=True, stdout=said, stderr=subprocess.STDOUT)

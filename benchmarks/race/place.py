"""Where the race keeps what it builds, and the ports it takes."""

import os
from pathlib import Path


def folder() -> Path:
    """Return ONEMAP_RACE, or a folder in the user's cache; root's where the database's own account can enter it."""
    usual = Path("/var/cache/onemap-race") if os.geteuid() == 0 else Path.home() / ".cache" / "onemap-race"
    found = Path(os.environ.get("ONEMAP_RACE") or usual)
    found.mkdir(parents=True, exist_ok=True)
    return found


def logs(name: str) -> Path:
    """Return the file that a program's words go to."""
    path = folder() / "logs" / f"{name}.log"
    path.parent.mkdir(exist_ok=True)
    return path

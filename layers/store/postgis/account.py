"""Who runs a PostgreSQL server that this process starts."""

import os
import pwd
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from spatial.errors import BadSource, Unavailable


@dataclass(frozen=True, slots=True)
class Account:
    """This process's own user; or for root, whom PostgreSQL refuses, another user of the machine."""

    name: str = ""
    uid: int | None = None
    gid: int | None = None

    def own(self, folder: Path) -> None:
        """Make a folder that this account alone enters; raise BadSource if somebody else's stands there."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), self.uid):
            raise BadSource(f"{folder} belongs to another user; remove it, or name another folder in ONEMAP_PG_LOCAL")
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)

    def reach(self, folder: Path) -> None:
        """Raise BadSource if this account cannot walk down to a folder."""
        closed = [p for p in folder.resolve().parents if self.uid is not None and not self._enters(p)]
        if closed:
            raise BadSource(
                f"the user {self.name}, who runs PostgreSQL in root's stead, cannot enter {closed[-1]}; "
                "name another folder, as in ONEMAP_PG_LOCAL=/var/lib/onemap/pg"
            )

    def _enters(self, folder: Path) -> bool:
        try:
            found = folder.stat()
        except FileNotFoundError:
            return True
        bit = 0o100 if found.st_uid == self.uid else 0o010 if found.st_gid == self.gid else 0o001
        return bool(found.st_mode & bit)


@cache
def account() -> Account:
    """Return who is to run the server; raise Unavailable for root on a machine without such a user."""
    if os.geteuid() != 0:
        return Account()
    for found in pwd.getpwall():
        if found.pw_name == "postgres":
            return Account(found.pw_name, found.pw_uid, found.pw_gid)
    raise Unavailable("PostgreSQL does not run as root, and there is no user postgres; run OneMap as another user")

"""Where rasters are kept: a folder of GeoTIFFs, each with what is to be said of it; the same for all processes."""

import logging
import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from layers.raster import Raster
from spatial.errors import BadInput, Conflict, NotFound

log = logging.getLogger("onemap")

FRESH = 0.2
"""Seconds for which a look into the folder counts."""

KEPT = 2
"""Files of one raster that stay when it is made anew: its own, and the one that somebody may just be reading."""

NONE: Mapping[str, Raster] = MappingProxyType({})
type Seen = tuple[tuple[str, int, int], ...]


class Rasters:
    """The rasters of one folder; None: this deployment has no place for them."""

    def __init__(self, folder: Path | None) -> None:
        """Look into the folder at first use; it is made when the first raster comes."""
        self.folder = folder
        self._lock = threading.Lock()
        self._looked = float("-inf")
        self._seen: Seen = ()
        self._rasters = NONE

    def all(self) -> Mapping[str, Raster]:
        """Return the rasters by name, at most FRESH seconds old; the same object for as long as none changes."""
        if self.folder is not None and time.monotonic() - self._looked > FRESH:
            with self._lock:
                self._look(self.folder)
        return self._rasters

    def get(self, name: str) -> Raster:
        """Return one raster; raise NotFound."""
        found = self.all().get(name)
        if found is None:
            raise NotFound(f"there is no raster {name[:60]!r}; onemap raster list lists them")
        return found

    def path(self, raster: Raster) -> Path:
        """Return the file of the raster's values."""
        return self.room() / raster.file

    def room(self) -> Path:
        """Return the folder, made where it is missing; raise BadInput where there is no place for rasters."""
        folder = self.place()
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def place(self) -> Path:
        """Return where the folder is or would be; raise BadInput where there is no place for rasters."""
        if self.folder is None:
            raise BadInput("this store is no file; ONEMAP_RASTERS names a folder for its rasters")
        return self.folder

    def put(self, raster: Raster, values: Path, *, anew: bool = False) -> Raster:
        """Keep the raster, moving its values from a file of the same folder; raise Conflict if its name is taken.

        anew: take the place of the one that there is. Either all of it happens, or nothing.
        """
        folder = self.room()
        kept = raster.model_copy(update={"file": f"{raster.name}-{time.time_ns():x}.tif"})
        values.replace(folder / kept.file)
        try:
            _say(kept, folder / f"{kept.name}.json", anew=anew)
        except FileExistsError as bad:
            (folder / kept.file).unlink()
            raise Conflict(f"a raster {raster.name} exists already; choose another name") from bad
        self._sweep(kept.name)
        self._looked = float("-inf")
        return kept

    def touch(self, raster: Raster, revision: int) -> None:
        """Remember that a derived raster was looked after at a revision of the store and stays as it is."""
        recipe = raster.recipe.model_copy(update={"revision": revision}) if raster.recipe else None
        _say(raster.model_copy(update={"recipe": recipe}), self.room() / f"{raster.name}.json", anew=True)
        self._looked = float("-inf")

    def remove(self, name: str) -> None:
        """Remove a raster and its values; raise NotFound."""
        self.get(name)
        folder = self.room()
        (folder / f"{name}.json").unlink(missing_ok=True)
        for file in self._files(name):
            file.unlink(missing_ok=True)
        self._looked = float("-inf")

    def _look(self, folder: Path) -> None:
        seen = _seen(folder)
        if seen != self._seen:
            read = (_read(folder / name) for name, _, _ in seen)
            self._rasters = MappingProxyType({one.name: one for one in read if one})
            self._seen = seen
        self._looked = time.monotonic()

    def _files(self, name: str) -> list[Path]:
        # a raster's own name may begin another's, but no name holds a hyphen
        return sorted(self.room().glob(f"{name}-*.tif"), reverse=True)

    def _sweep(self, name: str) -> None:
        for file in self._files(name)[KEPT:]:
            file.unlink(missing_ok=True)


def _say(raster: Raster, path: Path, *, anew: bool) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    draft.write_text(raster.model_dump_json(indent=2), encoding="utf-8")
    try:
        if anew:
            draft.replace(path)
        else:
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _seen(folder: Path) -> Seen:
    try:
        with os.scandir(folder) as entries:
            told = [e for e in entries if e.name.endswith(".json") and not e.name.startswith(".")]
            return tuple(sorted((e.name, e.stat().st_mtime_ns, e.stat().st_ino) for e in told))
    except FileNotFoundError:
        # not made yet, or a raster was removed between two looks
        return ()


def _read(path: Path) -> Raster | None:
    try:
        found = Raster.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as bad:
        # one that is broken must not hide all the others
        log.warning("the raster %s is left out: %s", path.name, bad)
        return None
    if path.stem != found.name or Path(found.file).name != found.file or not (path.parent / found.file).is_file():
        log.warning("the raster %s is left out: its values are not beside it", path.name)
        return None
    return found

"""Rasters made of rows follow the rows: one that is asked for and too old is made anew, beside the answer."""

import logging
import os
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from api.context import OneMap
from api.parameters import Asked, query
from layers.lazy import lazily
from layers.query import Query
from layers.raster import Raster, Recipe
from spatial.errors import NotFound, OneMapError

if TYPE_CHECKING:
    from layers.raster_density import Derived

log = logging.getLogger("onemap")

ABANDONED = 600.0
"""Seconds after which a lock counts as left behind by a process that ended."""

_derived = lazily("layers.raster_density:derived")
_wish = lazily("layers.raster_density:Derived")


def fresh(service: OneMap, name: str) -> Raster:
    """Return a raster; one that is due is made anew behind the answer, by one process alone; raise NotFound."""
    raster = service.rasters.all().get(name)
    if raster is None:
        raise NotFound(f"{name[:60]!r} is no raster; /collections tells which collections are coverages")
    if raster.recipe is not None and due(service, raster, raster.recipe):
        threading.Thread(target=renew, args=(service, raster), name=f"renew-{name}", daemon=True).start()
    return raster


def due(service: OneMap, raster: Raster, recipe: Recipe) -> bool:
    """Tell whether rows were written since the raster was made, and that is long enough ago."""
    old = raster.age(datetime.now(UTC)) >= recipe.minutes
    return old and not _held(_lock(service, raster.name)) and service.store.revision() != recipe.revision


def renew(service: OneMap, raster: Raster) -> None:
    """Make the raster anew by its recipe; one that cannot be made stays as it is."""
    recipe = raster.recipe
    if recipe is None:
        return
    with _alone(_lock(service, raster.name)) as mine:
        try:
            if mine:
                made = wish(service, raster, recipe)
                _derived(service.store, service.rasters, made, anew=True)
        except OneMapError as bad:
            log.warning("the raster %s stays as it was: %s", raster.name, bad)
            service.rasters.touch(raster, service.store.revision())


def wish(service: OneMap, raster: Raster, recipe: Recipe) -> "Derived":
    """Return what is to be derived; raise NotFound, BadInput."""
    layer = service.layer(recipe.layer)
    return _wish(layer, asked(service, recipe), recipe, raster.name, raster.title, raster.visible)


def asked(service: OneMap, recipe: Recipe) -> Query:
    """Return the query of a recipe, as anonymous readers may ask it; raise BadFilter, BadTime, NotFound."""
    said = {"filter": recipe.filter, "datetime": recipe.datetime}
    return query(Asked(service.layer(recipe.layer), {name: text for name, text in said.items() if text}))


def _lock(service: OneMap, name: str) -> Path:
    return service.rasters.room() / f".{name}.lock"


def _held(lock: Path) -> bool:
    """Tell whether somebody holds the lock who may still be alive."""
    try:
        return time.time() - lock.stat().st_mtime <= ABANDONED
    except FileNotFoundError:
        return False


@contextmanager
def _alone(lock: Path) -> Generator[bool]:
    """Tell whether this is the only process at work, and be it until the end."""
    if not _held(lock):
        lock.unlink(missing_ok=True)
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        yield False
        return
    try:
        yield True
    finally:
        lock.unlink(missing_ok=True)

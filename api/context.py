"""What every request handler needs: the settings, the store, and the layers as this reader sees them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Protocol, cast

from fastapi import Depends, Request

from api.extents import Extents
from api.settings import Settings
from layers.feature import Layer
from layers.rasters import Rasters
from layers.store.protocol import Extent, PromptStore, Store
from spatial.errors import NotFound


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody sent: where it lies, its media type, and what the layer made of it is to be called.

    options: what else was said of it by name, such as `datum` and `encoding`.
    """

    path: Path
    media_type: str
    name: str
    title: str = ""
    options: Mapping[str, str] = field(default_factory=dict[str, str])


class Importer(Protocol):
    """What makes layers of uploaded files; the floor that reads files is not known here."""

    def __call__(self, store: Store, upload: Upload) -> Mapping[str, Any]:
        """Add a layer with the file's rows; return a report that JSON can hold; raise BadSource, BadLayer, Conflict.

        The report's `layer` is the name of the new layer.
        """
        ...


@dataclass(frozen=True)
class OneMap:
    """The running service."""

    settings: Settings
    store: Store
    importer: Importer | None = None
    _made: dict[str, tuple[object, Any]] = field(default_factory=dict[str, tuple[object, Any]], init=False, repr=False)
    _extents: Extents = field(default_factory=Extents, init=False, repr=False)
    rasters: Rasters = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Find the folder of the rasters."""
        object.__setattr__(self, "rasters", Rasters(_beside(self.settings, self.store)))

    @property
    def is_prompt(self) -> bool:
        """Whether the store is asked on the event loop."""
        return isinstance(self.store, PromptStore)

    def layers(self) -> Mapping[str, Layer]:
        """Return the layers as anonymous readers see them: the same object for as long as they are the same."""
        held, reader = self.store.layers(), self.settings.reader
        return self.once("layers", held, lambda: {name: layer.seen_by(reader) for name, layer in held.items()})

    def layer(self, name: str) -> Layer:
        """Return one layer; raise NotFound."""
        found = self.store.layers().get(name)
        if found is None:
            raise NotFound(f"there is no collection {name[:60]!r}; /collections lists them")
        return found.seen_by(self.settings.reader)

    def extents(self) -> Mapping[str, Extent]:
        """Return where and when each layer's rows are: the same object for as long as they stay there."""
        return self._extents.of(self.store, self.layers())

    def once[T](self, name: str, of: object, make: Callable[[], T]) -> T:
        """Return what `make` returns, made again only when it is made of another object than the last time.

        of: one object, or a tuple of several.
        """
        known = self._made.get(name)
        if known is None or not _same(known[0], of):
            known = self._made[name] = (of, make())
        return cast("T", known[1])


def _same(one: object, other: object) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        pairs = zip(cast("tuple[object, ...]", one), cast("tuple[object, ...]", other), strict=True)
        return all(a is b for a, b in pairs)
    return one is other


def _beside(settings: Settings, store: Store) -> Path | None:
    """Return the folder for rasters: the one that the settings name, or `<store>.rasters` beside a store in a file."""
    if settings.rasters:
        return Path(settings.rasters).expanduser()
    file = getattr(store, "path", None)
    return file.with_name(f"{file.name}.rasters") if isinstance(file, Path) else None


def onemap(request: Request) -> OneMap:
    """Return the running service."""
    return cast("OneMap", request.app.state.onemap)


async def _service(request: Request) -> OneMap:
    # a coroutine, because FastAPI sends plain functions through a thread
    return onemap(request)


Service = Annotated[OneMap, Depends(_service)]

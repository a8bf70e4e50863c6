"""Tiles kept for as long as they are true: a look at the store's changes, ten times a second, drops what they touch."""

import logging
import threading
import time
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from api.context import OneMap
from layers.store.state import State
from layers.tile import REACH, Dirt
from spatial.errors import OneMapError
from spatial.tms import Tile, TileMatrixSet

PERIOD = 0.1
"""Seconds between two looks."""

LATE = 1.0
"""Seconds after the last look from which on nothing kept is trusted."""

REMEMBERED = 100
"""Looks whose changes are remembered, for tiles that were read before them and come to be kept after."""

HEAD = 600
"""Bytes that a kept tile costs beside its own."""

type Key = tuple[str, bytes]
type Level = dict[tuple[int, int], set[Key]]
log = logging.getLogger("onemap")


@dataclass(frozen=True, slots=True)
class Kept:
    """A tile as it is sent: its entity tag without quotes, its bodies by content coding ("" for none)."""

    tag: str
    bodies: dict[str, bytes]

    @property
    def size(self) -> int:
        """Bytes of memory that it takes."""
        return HEAD + sum(map(len, self.bodies.values()))


@dataclass(frozen=True, slots=True)
class Read:
    """What a tile was read from: its place, its layers' names, the state it saw, and the layers as they were then."""

    tile: Tile
    names: frozenset[str]
    state: State
    layers: object


@dataclass(slots=True)
class _Look:
    state: State
    found: Sequence[Dirt]


@dataclass(slots=True)
class _Shelf:
    """Tiles by key, the least recently used first, and by where they are."""

    kept: OrderedDict[Key, tuple[Kept, Read]] = field(default_factory=OrderedDict[Key, tuple[Kept, Read]])
    levels: dict[tuple[TileMatrixSet, int], Level] = field(default_factory=dict[tuple[TileMatrixSet, int], Level])
    bytes: int = 0

    def put(self, key: Key, kept: Kept, read: Read) -> None:
        self.drop(key)
        self.kept[key] = (kept, read)
        self.bytes += kept.size
        at = read.tile
        self.levels.setdefault((at.tms, at.z), {}).setdefault((at.x, at.y), set()).add(key)

    def drop(self, key: Key) -> None:
        if (found := self.kept.pop(key, None)) is None:
            return
        kept, read = found
        self.bytes -= kept.size
        level = self.levels[read.tile.tms, read.tile.z]
        place = (read.tile.x, read.tile.y)
        level[place].discard(key)
        if not level[place]:
            del level[place]
        if not level:
            del self.levels[read.tile.tms, read.tile.z]

    def clear(self) -> None:
        self.kept.clear()
        self.levels.clear()
        self.bytes = 0

    def touched(self, found: Iterable[Dirt]) -> set[Key]:
        """Return the tiles in which changes are seen."""
        boxes: dict[str, list[Dirt]] = defaultdict(list)
        for one in found:
            boxes[one.layer].append(one)
        return {
            key
            for (tms, z), level in self.levels.items()
            for name, dirt in boxes.items()
            for place in _places(tms, z, dirt, level)
            for key in level[place]
            if name in self.kept[key][1].names
        }


class TileCache:
    """Tiles of one process, at most `most` bytes of them."""

    def __init__(self, service: OneMap, most: int) -> None:
        """Keep nothing yet, and look at nothing for as long as nothing is kept."""
        self._service, self._most = service, most
        self._shelf = _Shelf()
        self._lock = threading.Lock()
        self._looks: deque[_Look] = deque(maxlen=REMEMBERED)
        self._looked = float("-inf")
        self._layers: object = None
        self._looking: threading.Thread | None = None
        self._stop = threading.Event()

    def get(self, key: Key) -> Kept | None:
        """Return the tile kept under a key, if there is one that can be trusted."""
        with self._lock:
            found = self._shelf.kept.get(key)
            if found is None or time.monotonic() - self._looked > LATE:
                return None
            self._shelf.kept.move_to_end(key)
            return found[0]

    def put(self, key: Key, kept: Kept, read: Read) -> None:
        """Keep a tile, unless something in it has changed since it was read."""
        if kept.size > self._most or self._stop.is_set():
            return
        with self._lock:
            if self._looking is None:
                self._start(read)
            if not self._current(read):
                return
            self._shelf.put(key, kept, read)
            while self._shelf.bytes > self._most:
                self._shelf.drop(next(iter(self._shelf.kept)))

    def stop(self) -> None:
        """Look no more, and keep nothing."""
        self._stop.set()
        with self._lock:
            self._shelf.clear()
            looking = self._looking
        if looking is not None:
            looking.join(5)

    def look(self) -> None:
        """Drop what was changed since the last look; raise Unavailable if the store cannot tell."""
        with self._lock:
            known = self._looks[-1].state
        begun = time.monotonic()
        layers = self._service.store.layers()
        state, found = self._service.store.dirt(known)
        with self._lock:
            if found is None or layers is not self._layers:
                self._shelf.clear()
                self._looks.clear()
                self._layers = layers
            for key in self._shelf.touched(found or ()):
                self._shelf.drop(key)
            self._looks.append(_Look(state, found or ()))
            self._looked = begun

    def _start(self, read: Read) -> None:
        self._layers = read.layers
        self._looks.clear()
        self._looks.append(_Look(read.state, ()))
        self._looked = time.monotonic()
        self._looking = threading.Thread(target=self._keep_looking, name="tiles", daemon=True)
        self._looking.start()

    def _keep_looking(self) -> None:
        while not self._stop.wait(PERIOD):
            try:
                self.look()
            except OneMapError as bad:
                log.warning("tiles are forgotten, as their changes could not be looked up: %s", bad)
                with self._lock:
                    self._shelf.clear()
            with self._lock:
                if not self._shelf.kept:
                    self._looking = None
                    return

    def _current(self, read: Read) -> bool:
        """Tell whether no change is known that the tile shows and was read without."""
        if read.layers is not self._layers or not within(self._looks[0].state, read.state):
            return False
        place = {(read.tile.x, read.tile.y): set[Key]()}
        for one in reversed(self._looks):
            if within(one.state, read.state):
                break
            unseen = [d for d in one.found if d.layer in read.names and not read.state.sees(d.mark)]
            if unseen and _places(read.tile.tms, read.tile.z, unseen, place):
                return False
        return True


def within(one: State, other: State) -> bool:
    """Tell whether a state sees all that `one` sees."""
    return one.high <= other.high and not any(one.sees(mark) for mark in other.running)


def _places(tms: TileMatrixSet, z: int, found: Sequence[Dirt], level: Level) -> set[tuple[int, int]]:
    """Return the tiles of a level that boxes of changes touch."""
    if any(one.box is None for one in found):
        return set(level)
    boxes = np.array([one.box for one in found], np.float64)
    places: set[tuple[int, int]] = set()
    for first_x, first_y, last_x, last_y in {tuple(row) for row in tms.touched(boxes, z, REACH).tolist()}:
        if (last_x - first_x + 1) * (last_y - first_y + 1) > len(level):
            places |= {(x, y) for x, y in level if first_x <= x <= last_x and first_y <= y <= last_y}
        else:
            ways = ((x, y) for x in range(first_x, last_x + 1) for y in range(first_y, last_y + 1))
            places |= {place for place in ways if place in level}
    return places

"""The works of the race: what is asked, of which layer, and where the load runs meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.race import load, machine, requests
from benchmarks.race.requests import Asked

ZOOMS, LOW = (10, 11, 12, 13, 14, 15, 16), 12
"""Zooms raced; up to the low one a tile holds tens of thousands of points."""

SMALL = 40
"""Tiles of the small set that stays in every cache."""


@dataclass(frozen=True, slots=True)
class Work:
    """One work: kind names the servers' path, asked the fields it is filled in with, more those that stay.

    beside: the core that the load shares. With the database where it has little to do, else with the server.
    connections: fewer where an answer takes so long that a turn would see none.
    """

    name: str
    title: str
    kind: str
    asked: Callable[[], Sequence[Asked]]
    more: Mapping[str, str | int] = field(default_factory=dict[str, str | int])
    layer: str = "race_points"
    beside: int = machine.SERVER
    connections: int = load.CONNECTIONS

    def paths(self, template: str) -> list[str]:
        """Return what a server is asked for."""
        return [template.format(layer=self.layer, **{**self.more, **asked}) for asked in self.asked()]


def _page(limit: int) -> Work:
    return Work(f"items{limit}", f"items by bbox, limit {limit:,}", "items", requests.boxes, {"limit": limit})


def _tiles(zoom: int, layer: str = "race_points") -> Work:
    what = layer.removeprefix("race_")
    few = 2 if zoom <= LOW else load.CONNECTIONS
    title = f"tile of {what}, z{zoom}, cold"
    return Work(f"{what}{zoom}", title, "tile", lambda: requests.tiles((zoom,)), layer=layer, connections=few)


def _small() -> Sequence[Asked]:
    return list({str(sorted(t.items())): t for t in requests.tiles((14, 15, 16), 2 * SMALL)}.values())[:SMALL]


WORKS = (
    *(_page(limit) for limit in (10, 100, 1000)),
    Work("cells1000", "polygons by bbox, limit 1,000", "items", requests.wide, {"limit": 1000}, "race_cells"),
    Work("item", "one item by id", "item", requests.ids, beside=machine.DATABASE),
    Work("deep", "page of 100 at 400,000", "deep", requests.pages),
    *(_tiles(zoom) for zoom in ZOOMS),
    *(_tiles(zoom, "race_cells") for zoom in (12, 14)),
    Work("warm", "tile, warm: a small set, again and again", "warm", _small, beside=machine.DATABASE),
)

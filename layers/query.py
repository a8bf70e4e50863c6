"""What is asked of a layer, as one value that every store and every format understands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shapely.geometry.base import BaseGeometry

from spatial.box import Box
from spatial.crs import CRS84, Crs
from spatial.time import Span

MAX_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Filter:
    """A CQL2 filter: its JSON tree (OGC 21-065r2), and the CRS of its coordinates."""

    tree: Mapping[str, Any]
    crs: Crs = CRS84


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort key."""

    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ends: the sort values and the row number of its last row; `back` asks for what comes before."""

    values: tuple[Any, ...]
    fid: int
    back: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Around a place (degrees): all within some metres, the `k` nearest, or the `k` nearest of those within."""

    place: BaseGeometry
    k: int | None = None
    within: float | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """Which features, in what order, how many, and what of them; what is near is found by `layers.near`."""

    box: Box | None = None
    region: BaseGeometry | None = None
    span: Span | None = None
    filters: tuple[Filter, ...] = ()
    text: str | None = None
    ids: tuple[str, ...] = ()
    equals: tuple[tuple[str, str], ...] = ()
    near: Near | None = None
    sort: tuple[Sort, ...] = ()
    limit: int = 10
    offset: int = 0
    cursor: Cursor | None = None
    properties: tuple[str, ...] | None = None
    skip_geometry: bool = False
    crs: Crs = CRS84
    count: bool = True


@dataclass(frozen=True, slots=True)
class Count:
    """How many features match; not exact when counting would cost more than the budget."""

    rows: int
    exact: bool = True

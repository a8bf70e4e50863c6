"""How a layer wishes to look, said once: MapLibre, Folium and legends follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

OTHER = "#8a94a3"
"""The colour of what a style does not name."""


@dataclass(frozen=True, slots=True)
class By:
    """A colour chosen by a field: one a case, or a ramp when the cases are numbers (linear between them)."""

    field: str
    cases: Mapping[Any, str]
    other: str = OTHER


@dataclass(frozen=True, slots=True)
class Style:
    """How a feature looks; sizes in CSS pixels (radius of a point, width of a line)."""

    color: str | By = "#2f6fde"
    size: float = 5
    opacity: float = 0.9
    outline: str = "#ffffff"
    label: str | None = None
    zooms: tuple[int, int] = (0, 22)
    order: int = 50
    visible: bool = True
    cluster_from: int | None = None
    label_zoom: int = 15
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Sync:
    """The contract under which records of other systems become rows.

    names: our field → theirs. mode: merge by key, append (a known key is a repeat), replace the whole layer.
    key_from: the fields whose values together name a record that has no id.
    zone: IANA zone of times without an offset.
    """

    names: Mapping[str, str] = field(default_factory=dict[str, str])
    mode: Literal["merge", "append", "replace"] = "merge"
    key_from: tuple[str, ...] = ()
    zone: str = "Asia/Shanghai"

"""How a layer wishes to look, said once: MapLibre, Folium and legends follow from it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from spatial.errors import BadLayer

OTHER = "#8a94a3"
"""The colour of what a style does not name."""

HEX = re.compile(r"#[0-9a-fA-F]{6}\Z")


@dataclass(frozen=True, slots=True)
class By:
    """A colour chosen by a field: one a case, or a ramp when the cases are numbers (linear between them)."""

    field: str
    cases: Mapping[Any, str]
    other: str = OTHER

    def __post_init__(self) -> None:
        """Refuse what is no colour; raise BadLayer."""
        _check(*self.cases.values(), self.other)


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

    def __post_init__(self) -> None:
        """Refuse what is no colour; raise BadLayer."""
        _check(self.outline, *([self.color] if isinstance(self.color, str) else []))


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


def _check(*colors: str) -> None:
    # one wrong colour makes MapLibre refuse the whole map
    if wrong := [color for color in colors if not HEX.match(color)]:
        raise BadLayer(f"{wrong[0][:40]!r} is no colour; send six hexadecimal digits such as #2f6fde")

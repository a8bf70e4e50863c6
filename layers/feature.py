"""What a layer is: one class. Its table, collection, schema, style and import all follow from it."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import Any, ClassVar, Unpack, cast

from pydantic import BaseModel, ConfigDict, model_validator
from typing_extensions import TypedDict

from layers.access import Reader
from layers.codes import code_list
from layers.column import Column, ColumnKind, Role, column
from layers.look import By, Style, Sync
from layers.text import Text
from spatial.errors import BadLayer

NAME = re.compile(r"[a-z][a-z0-9_]{0,47}\Z")
RESERVED = frozenset({"fid", "id", "om_rev", "geometry", "type", "properties", "links", "layer", *dir(BaseModel)})
"""Names that no field can have: a store, GeoJSON, a query parameter or a row itself needs them."""

TAKEN = re.compile(r"(?:gpkg|om|rtree|sqlite|pg|idx)_")
"""How the names of tables begin that are a store's own."""


class Feature(BaseModel):
    """One row of a layer."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False, arbitrary_types_allowed=True
    )
    layer: ClassVar["Layer"]

    @model_validator(mode="before")
    @classmethod
    def _identify(cls, record: Any) -> Any:
        # the layer may be absent while the class itself is being made
        layer = cls.__dict__.get("layer")
        if layer is None or not layer.sync.key_from or not isinstance(record, dict):
            return record
        return identified(layer, cast("dict[str, Any]", record))

    @model_validator(mode="after")
    def _know_codes(self) -> "Feature":
        for name, scheme in type(self).layer.coded:
            value = getattr(self, name)
            if value is not None and value not in code_list(scheme):
                raise ValueError(f"{name}: {value!r} is no code of {scheme}")
        return self


@dataclass(frozen=True, eq=False)
class Layer:
    """A feature class and what is said of it as a whole; `keep` is how long a row lives after its instant."""

    name: str
    title: Text
    row: type[Feature]
    columns: tuple[Column, ...]
    description: Text
    group: Text
    style: Style = Style()
    sync: Sync = Sync()
    live: bool = False
    keep: timedelta | None = None
    declared: bool = True
    seen: Reader = Reader.ADMIN
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """The columns by their names."""
        return {c.name: c for c in self.columns}

    @cached_property
    def properties(self) -> tuple[Column, ...]:
        """The columns that are not the place."""
        return tuple(c for c in self.columns if c.kind is not ColumnKind.PLACE)

    @cached_property
    def key(self) -> Column:
        """The column whose value is a feature's id."""
        return next(self._playing(Role.ID))

    @cached_property
    def place(self) -> Column | None:
        """The geometry column."""
        return next(self._playing(Role.PLACE), None)

    @cached_property
    def by_day(self) -> str | None:
        """The instant by whose day a large store keeps rows apart that are only ever added; None for other layers."""
        return self.when[0].name if self.declared and self.sync.mode == "append" and self.when else None

    @cached_property
    def when(self) -> tuple[Column, Column | None] | None:
        """The instant (column, None), or the interval (start, end), of a feature."""
        start = next(self._playing(Role.INSTANT), None) or next(self._playing(Role.START), None)
        return (start, next(self._playing(Role.END), None)) if start else None

    @cached_property
    def coded(self) -> tuple[tuple[str, str], ...]:
        """Each field whose values are codes, with the scheme's name."""
        return tuple((c.name, c.about.codes) for c in self.columns if c.about.codes)

    @cached_property
    def searched(self) -> tuple[Column, ...]:
        """The columns that free text search looks at."""
        named = tuple(c for c in self.columns if c.about.search)
        return named or tuple(c for c in self.columns if c.kind is ColumnKind.TEXT and not c.about.codes)

    def seen_by(self, reader: Reader) -> "Layer":
        """Return the layer as the reader sees it: what is hidden from them does not exist."""
        return self if reader >= self.seen else self._views[reader]

    @cached_property
    def _views(self) -> Mapping[Reader, "Layer"]:
        # one object a reader, because tables and schemas are cached by the layer they belong to
        return {r: replace(self, columns=self._shown_to(r), seen=r) for r in Reader if r < self.seen}

    def _shown_to(self, reader: Reader) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.about.seen_by <= reader)

    def _playing(self, role: Role) -> Iterator[Column]:
        return (c for c in self.columns if c.role is role)


class Said(TypedDict, total=False):
    """What a declaration may say of a layer beside its name and titles."""

    description: Text
    group: Text
    style: Style
    sync: Sync
    live: bool
    keep: timedelta | None
    declared: bool
    extra: Mapping[str, Any]


DECLARED: dict[str, Layer] = {}
"""The layers that the code declares, by name."""


def layer[F: Feature](name: str, zh: str, en: str, **said: Unpack[Said]) -> Callable[[type[F]], type[F]]:
    """Declare the decorated class to be a layer on the one map; raise BadLayer if it contradicts itself."""

    def declare(row: type[F]) -> type[F]:
        if name in DECLARED:
            raise BadLayer(f"layer {name} is declared twice")
        DECLARED[name] = made(name, Text(zh, en), row, **said)
        return row

    return declare


def made(name: str, title: Text, row: type[Feature], **said: Unpack[Said]) -> Layer:
    """Return the layer that a row class and its declaration make; raise BadLayer."""
    columns = tuple(column(n, f) for n, f in row.model_fields.items())
    doc = (row.__doc__ or "").strip()
    said.setdefault("description", Text(title.zh, doc))
    said.setdefault("group", Text("其他", "Other"))
    whole = Layer(name, title, row, columns, **cast("Any", said))
    _check(whole)
    row.layer = whole
    return whole


def identified(layer: Layer, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record with the key that `sync.key_from` makes, where it has none of its own."""
    key = layer.key.name
    if record.get(key) not in (None, ""):
        return dict(record)
    parts = "\x1f".join(str(record.get(n, "")) for n in layer.sync.key_from)
    return {**record, key: hashlib.blake2b(parts.encode(), digest_size=10).hexdigest()}


def _check(layer: Layer) -> None:
    names = {c.name for c in layer.columns}
    wrong = {n for n in (layer.name, *names) if not NAME.match(n)} | (names & RESERVED)
    if TAKEN.match(layer.name):
        raise BadLayer(f"a store keeps names like {layer.name} for itself; choose another one")
    if wrong:
        raise BadLayer(f"layer {layer.name}: {', '.join(sorted(wrong))} cannot be a name here")
    roles = [c.role for c in layer.columns if c.role]
    if roles.count(Role.ID) != 1 or len(set(roles)) != len(roles):
        raise BadLayer(f"layer {layer.name} needs exactly one key, and each role at most once")
    if unknown := _mentioned(layer) - names:
        raise BadLayer(f"layer {layer.name} has no field {', '.join(sorted(unknown))}")
    if layer.keep is not None and (layer.keep <= timedelta() or layer.when is None or layer.when[1]):
        raise BadLayer(f"layer {layer.name}: rows that live {layer.keep} need an instant to count from, and some time")


def _mentioned(layer: Layer) -> set[str]:
    style, sync = layer.style, layer.sync
    shown = (style.label, style.color.field if isinstance(style.color, By) else None)
    return {*sync.names, *sync.key_from, *(name for name in shown if name)}

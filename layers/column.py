"""A field of a layer: its kind, its titles, its part in the layer, and who sees it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin

from pydantic import AwareDatetime, Field
from pydantic.fields import FieldInfo

from layers.access import Reader
from layers.text import Text
from spatial.errors import BadLayer
from spatial.shape import Place


class ColumnKind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    DATE = "date"
    TEXTS = "texts"
    PLACE = "place"


class Role(StrEnum):
    """The part a column plays (OGC API Features Part 5, x-ogc-role)."""

    ID = "id"
    PLACE = "primary-geometry"
    INSTANT = "primary-instant"
    START = "primary-interval-start"
    END = "primary-interval-end"


Key = Annotated[str, Role.ID, Field(min_length=1, max_length=120)]
"""The field that names a feature for good; its value is the feature's id."""

Instant = Annotated[AwareDatetime, Role.INSTANT]
Start = Annotated[AwareDatetime, Role.START]
End = Annotated[AwareDatetime | None, Role.END]

PLAIN: dict[Any, ColumnKind] = {
    str: ColumnKind.TEXT,
    int: ColumnKind.INTEGER,
    float: ColumnKind.NUMBER,
    bool: ColumnKind.BOOLEAN,
    datetime: ColumnKind.INSTANT,
    AwareDatetime: ColumnKind.INSTANT,
    date: ColumnKind.DATE,
    list[str]: ColumnKind.TEXTS,
}


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a field beside its type."""

    title: Text
    unit: str | None = None
    codes: str | None = None
    ref: str | None = None
    seen_by: Reader = Reader.PUBLIC
    search: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What a value must keep to: numbers by ge and le, text by length and pattern."""

    ge: float | None = None
    le: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a layer."""

    name: str
    kind: ColumnKind
    about: About
    required: bool
    role: Role | None = None
    place: Place | None = None
    limits: Limits = Limits()

    @property
    def title(self) -> Text:
        """The field's name for people."""
        return self.about.title


def about(zh: str, en: str, **said: Any) -> Any:
    """Declare a field: its titles, then `unit`, `codes`, `ref`, `seen_by`, `search`, or any limit of pydantic."""
    own = {name: said.pop(name) for name in ("unit", "codes", "ref", "seen_by", "search") if name in said}
    # deferred, because pydantic types Field's many overloads one by one
    declare = cast("Callable[..., Any]", Field)
    return declare(
        said.pop("default", ...), json_schema_extra={"about": cast("Any", About(Text(zh, en), **own))}, **said
    )


def column(name: str, field: FieldInfo) -> Column:
    """Return the column that a row's field declares; raise BadLayer."""
    extra = field.json_schema_extra
    said = cast("Any", extra)["about"] if isinstance(extra, dict) and "about" in extra else About(Text(name, name))
    place = next((m for m in field.metadata if isinstance(m, Place)), None)
    role = next((m for m in field.metadata if isinstance(m, Role)), Role.PLACE if place else None)
    kind = ColumnKind.PLACE if place else _kind(name, field.annotation)
    return Column(name, kind, said, field.is_required(), role, place, _limits(field))


def _kind(name: str, annotation: Any) -> ColumnKind:
    if get_origin(annotation) in (UnionType, Union):
        annotation = next(a for a in get_args(annotation) if a is not type(None))
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if annotation not in PLAIN:
        raise BadLayer(f"field {name}: a column cannot hold {annotation}")
    return PLAIN[annotation]


def _limits(field: FieldInfo) -> Limits:
    found: dict[str, Any] = {}
    for mark in field.metadata:
        for limit in Limits.__dataclass_fields__:
            if (value := getattr(mark, limit, None)) is not None:
                found[limit] = value
    return Limits(**found)

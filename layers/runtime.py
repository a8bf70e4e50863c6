"""Layers made while OneMap runs: from a JSON Schema, which is also how they are remembered."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, cast

from pydantic import AwareDatetime, Field, create_model

from layers.column import About, End, Instant, Key, Start
from layers.feature import NAME, Feature, Layer, Said, made
from layers.look import Style, Sync
from layers.text import Text
from spatial.errors import BadLayer
from spatial.shape import Kind, Place

MAX_FIELDS = 300
ROLES: dict[str, Any] = {
    "id": Key,
    "primary-instant": Instant,
    "primary-interval-start": Start,
    "primary-interval-end": End,
}
TYPES: dict[tuple[str, str | None], Any] = {
    ("string", None): str,
    ("string", "date-time"): AwareDatetime,
    ("string", "date"): date,
    ("integer", None): int,
    ("number", None): float,
    ("boolean", None): bool,
    ("array", None): list[str],
}
LIMITS = {"minimum": "ge", "maximum": "le", "minLength": "min_length", "maxLength": "max_length", "pattern": "pattern"}
GEOMETRY = "geometry-"
ADDED = Text("用户图层", "Added layers")
Document = Mapping[str, Any]


def from_schema(name: str, document: Document) -> Layer:
    """Return the layer that a JSON Schema describes (OGC API Features Part 5 roles and formats); raise BadLayer."""
    fields = document.get("properties")
    if not NAME.match(name):
        raise BadLayer(
            f"{name[:60]!r} cannot name a layer: use a-z, 0-9 and _, beginning with a letter, up to 48 of them"
        )
    if not isinstance(fields, dict) or not 0 < len(cast("Document", fields)) <= MAX_FIELDS:
        raise BadLayer(f"the schema needs `properties`: one to {MAX_FIELDS} of them")
    required = frozenset(cast("list[str]", document.get("required", [])))
    typed = {n: _field(n, _mapping(n, s), n in required) for n, s in cast("Document", fields).items()}
    title = _title(document, name)
    row = create_model(name.title().replace("_", ""), __base__=Feature, __doc__=title.en, **cast("Any", typed))
    description = Text(*(str(document.get("description", title.zh))[:2000],) * 2)
    sync = Sync(key_from=_key(document))
    said: Said = {
        "description": description,
        "group": ADDED,
        "style": _style(document),
        "sync": sync,
        "declared": False,
    }
    return made(name, title, row, **said)


def _key(document: Document) -> tuple[str, ...]:
    """Return the fields that together name a record without an id."""
    named = document.get("x-onemap-key", [])
    if not isinstance(named, list) or not all(isinstance(n, str) for n in cast("list[Any]", named)):
        raise BadLayer("`x-onemap-key` is a list of the properties that together name a feature")
    return tuple(cast("list[str]", named))


def _mapping(name: str, said: object) -> Document:
    if not isinstance(said, dict):
        raise BadLayer(f"property {name[:60]}: an object is needed, with `type` or a geometry `format`")
    return cast("Document", said)


def _field(name: str, said: Document, required: bool) -> tuple[Any, Any]:
    kind = _type(name, said)
    limits = {LIMITS[k]: v for k, v in said.items() if k in LIMITS and kind not in (AwareDatetime, date)}
    extra = {"about": About(_title(said, name), said.get("x-onemap-unit"), _codes(said), said.get("x-onemap-ref"))}
    role = said.get("x-ogc-role")
    if required or role in ("id", "primary-instant", "primary-interval-start"):
        return kind, Field(json_schema_extra=cast("Any", extra), **limits)
    # places and ends of intervals are optional by their own types, which carry the marks that a union would hide
    marked = _is_place(said) or role in ROLES
    return kind if marked else kind | None, Field(None, json_schema_extra=cast("Any", extra), **limits)


def _type(name: str, said: Document) -> Any:
    if _is_place(said):
        return Annotated[Any, Place(_kind(name, str(said["format"])))]
    if said.get("x-ogc-role") in ROLES:
        return ROLES[said["x-ogc-role"]]
    kind, form = said.get("type"), said.get("format")
    known = TYPES.get((str(kind), str(form) if form in ("date", "date-time") else None))
    if known is None:
        raise BadLayer(
            f"property {name[:60]}: type {str(kind)[:40]!r} is none of string, integer, number, boolean, array"
        )
    return known


def _kind(name: str, form: str) -> Kind:
    wanted = form.removeprefix(GEOMETRY).lower()
    found = next((k for k in Kind if k.lower() == ("geometry" if wanted == "any" else wanted)), None)
    if found is None:
        raise BadLayer(f"property {name[:60]}: {form[:40]!r} is no geometry format; use geometry-point, geometry-any …")
    return found


def _is_place(said: Document) -> bool:
    return str(said.get("format", "")).startswith(GEOMETRY)


def _codes(said: Document) -> str | None:
    link = str(said.get("x-onemap-codelist", ""))
    return link.removeprefix("codes/") or None


def _title(said: Document, name: str) -> Text:
    both = said.get("x-onemap-title")
    if isinstance(both, dict):
        known = cast("Mapping[str, str]", both)
        return Text(str(known.get("zh", name))[:200], str(known.get("en", name))[:200])
    return Text(*(str(said.get("title", name))[:200],) * 2)


def _style(document: Document) -> Style:
    color = str(document.get("x-onemap-color", "#7c3aed"))
    return Style(color=color, order=80, cluster_from=3000)

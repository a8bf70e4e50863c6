"""Layers made while OneMap runs: from a JSON Schema, which is also how they are remembered."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, cast

from pydantic import AwareDatetime, Field, create_model

from layers import posted
from layers.codes import code_lists
from layers.column import About, End, Instant, Key, Start
from layers.feature import NAME, RESERVED, Feature, Layer, Said, made
from layers.look import Style, Sync
from layers.posted import Document
from layers.schema import GEOJSON
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
ALWAYS = frozenset({"id", "primary-instant", "primary-interval-start"})
"""Roles that no row can be without."""

TYPES: dict[tuple[str, str | None], Any] = {
    ("string", None): str,
    ("string", "date-time"): AwareDatetime,
    ("string", "date"): date,
    ("integer", None): int,
    ("number", None): float,
    ("boolean", None): bool,
    ("array", None): list[str],
}
LIMITS: dict[Any, Callable[[Document], dict[str, Any]]] = {
    str: posted.lengths,
    int: posted.whole_numbers,
    float: posted.numbers,
}
GEOMETRY = "geometry-"
ADDED = Text("用户图层", "Added layers")
COLOR = "#7c3aed"


def from_schema(name: str, document: Document) -> Layer:
    """Return the layer that a JSON Schema describes (OGC API Features Part 5 roles and formats); raise BadLayer."""
    if not NAME.match(name):
        raise BadLayer(
            f"{name[:60]!r} cannot name a layer: use a-z, 0-9 and _, beginning with a letter, up to 48 of them"
        )
    title, fields = posted.title(document, name), _fields(document)
    row = create_model(name.title().replace("_", ""), __base__=Feature, __doc__=title.en, **cast("Any", fields))
    about = posted.word(document, "description", posted.ABOUT) or title.zh
    said: Said = {
        "description": Text(about, about),
        "group": ADDED,
        "style": Style(color=posted.word(document, "x-onemap-color") or COLOR, order=80, cluster_from=3000),
        "sync": Sync(key_from=posted.words(document, "x-onemap-key")),
        "declared": False,
    }
    return made(name, title, row, **said)


def _fields(document: Document) -> dict[str, tuple[Any, Any]]:
    fields = posted.mapping(document.get("properties"), "`properties`")
    if not 0 < len(fields) <= MAX_FIELDS:
        raise BadLayer(f"the schema needs one to {MAX_FIELDS} `properties`, not {len(fields):,}")
    required = posted.words(document, "required")
    # before a model is made of them: names that it has itself would be lost in it
    if wrong := [n for n in fields if not NAME.match(n) or n in RESERVED]:
        raise BadLayer(f"{wrong[0][:60]!r} cannot name a property: use a-z, 0-9 and _, and not a word that is taken")
    return {n: _told(n, posted.mapping(said, f"property {n}"), n in required) for n, said in fields.items()}


def _told(name: str, said: Document, required: bool) -> tuple[Any, Any]:
    try:
        return _field(name, said, required)
    except BadLayer as bad:
        raise BadLayer(f"property {name}: {bad}") from bad


def _field(name: str, said: Document, required: bool) -> tuple[Any, Any]:
    role, place = posted.word(said, "x-ogc-role"), _place(said)
    kind: Any = Annotated[Any, Place(place)] if place else ROLES.get(role or "") or _type(said)
    limits = LIMITS[kind](said) if isinstance(kind, type) and kind in LIMITS else {}
    unit = posted.word(said, "x-ogc-unit") or posted.word(said, "x-onemap-unit")
    about = About(posted.title(said, name), unit, _codes(said), posted.word(said, "x-onemap-ref"))
    extra = cast("Any", {"about": about})
    if required or role in ALWAYS:
        return kind, Field(json_schema_extra=extra, **limits)
    # places and ends of intervals are optional by their own types, which carry the marks that a union would hide
    marked = place is not None or role in ROLES
    return kind if marked else kind | None, Field(None, json_schema_extra=extra, **limits)


def _type(said: Document) -> Any:
    kinds: Any = said.get("type")
    # a property that may be null is one that may be left out
    plain = [one for one in cast("list[Any]", kinds) if one != "null"] if isinstance(kinds, list) else [kinds]
    form = posted.word(said, "format")
    known = TYPES.get((str(plain[0]), form if form in ("date", "date-time") else None)) if len(plain) == 1 else None
    if known is None:
        raise BadLayer(f"type {str(cast('Any', kinds))[:40]!r} is none of string, integer, number, boolean, array")
    return known


def _place(said: Document) -> Kind | None:
    form, link = posted.word(said, "format") or "", posted.word(said, "$ref") or ""
    if form.startswith(GEOMETRY):
        wanted = form.removeprefix(GEOMETRY)
    elif link.startswith(GEOJSON):
        wanted = link.removeprefix(GEOJSON).removesuffix(".json")
    else:
        return None
    wanted = "geometry" if wanted.lower() == "any" else wanted.lower()
    found = next((k for k in Kind if k.lower() == wanted), None)
    if found is None:
        raise BadLayer(f"{(form or link)[:60]!r} is no geometry format; use geometry-point, geometry-any …")
    return found


def _codes(said: Document) -> str | None:
    link = posted.word(said, "x-onemap-codelist")
    scheme = link.removeprefix("codes/") if link else None
    if scheme is not None and scheme not in code_lists():
        raise BadLayer(f"there is no code scheme {scheme[:40]!r}; /codes lists them")
    return scheme

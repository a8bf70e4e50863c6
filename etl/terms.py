"""What may be said of an import: in a mapping file, on the command line, or by the layer's own contract."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from etl.source.text import reading
from spatial.datum import Datum
from spatial.errors import BadInput

LARGEST = 4_000_000
"""Bytes of a mapping file."""

_COLUMNS = ("field", "source", "value", "code")


class Place(BaseModel):
    """The columns of the place: x and y, or one of WKT."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    x: str | None = None
    y: str | None = None
    wkt: str | None = None


class Terms(BaseModel):
    """How records become rows; what is None or empty is left to the layer and to the source.

    names: our field ← theirs. values: our field → their value → ours; "*" stands for any other value. constants: what
    every row has. defaults: what a row has where the record says nothing. editions: code scheme → the edition that the
    records' codes are of. key: the fields that together name a record without an id. extent: west, south, east, north.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    names: dict[str, str] = Field(default_factory=dict[str, str])
    values: dict[str, dict[str, Any]] = Field(default_factory=dict[str, dict[str, Any]])
    constants: dict[str, Any] = Field(default_factory=dict[str, Any])
    defaults: dict[str, Any] = Field(default_factory=dict[str, Any])
    editions: dict[str, str] = Field(default_factory=dict[str, str])
    key: tuple[str, ...] = ()
    place: Place = Place()
    crs: str | None = None
    datum: Datum | Literal["auto"] | None = None
    zone: str | None = None
    extent: tuple[float, float, float, float] | None = None
    repair: bool | None = None
    on_missing: Literal["keep", "tombstone"] | None = None

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str | None) -> str | None:
        try:
            return zone if zone is None else ZoneInfo(zone).key
        except (ZoneInfoNotFoundError, ValueError, OSError) as bad:
            raise ValueError(f"{zone!r} is no time zone; send a name such as Asia/Shanghai") from bad

    def over(self, other: Self) -> Self:
        """Return these terms, completed by others where they say nothing."""
        mine, theirs = self.model_dump(exclude_defaults=True), other.model_dump(exclude_defaults=True)
        for name in ("names", "values", "constants", "defaults", "editions"):
            mine[name] = {**theirs.get(name, {}), **mine.get(name, {})}
        return self.model_validate({**theirs, **mine})


def read_terms(path: Path) -> Terms:
    """Return what a mapping file says: YAML, JSON, or a CSV of `field,source,value,code`; raise BadInput."""
    with reading(path.name):
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path.name} is larger than a mapping file may be ({LARGEST:,} bytes)")
        text = path.read_text("utf-8-sig")
    return terms(_table(path, text) if path.suffix.lower() == ".csv" else _yaml(path, text), path.name)


def terms(said: Mapping[str, Any], where: str) -> Terms:
    """Return what has been said as terms; raise BadInput naming what is wrong."""
    try:
        return Terms.model_validate(said)
    except ValidationError as bad:
        faults = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in bad.errors(include_url=False)]
        known = ", ".join(Terms.model_fields)
        raise BadInput(f"{where} cannot be used: {'; '.join(faults[:10])}; known are {known}") from bad


def _yaml(path: Path, text: str) -> Mapping[str, Any]:
    try:
        said = cast("object", yaml.load(text, Loader=_Plain))  # noqa: S506 - a safe loader, made stricter
    except (yaml.YAMLError, RecursionError) as bad:
        raise BadInput(f"{path.name} is not YAML: {' '.join(str(bad).split())[:300]}") from bad
    if not isinstance(said, dict):
        raise BadInput(f"{path.name} must say names, values, constants …")
    return cast("Mapping[str, Any]", said)


class _Plain(yaml.SafeLoader):
    """A loader that leaves 06010, yes and 2026-01-31 as the texts that they are."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in known if tag.rsplit(":", 1)[-1] in ("null", "merge")]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _table(path: Path, text: str) -> Mapping[str, Any]:
    rows = csv.DictReader(text.splitlines())
    if not {"field"} < set(rows.fieldnames or ()) <= set(_COLUMNS):
        raise BadInput(f"{path.name}: the header must be of {','.join(_COLUMNS)}")
    names: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.get("source"):
            names[row["field"]] = row["source"]
        if row.get("value"):
            values.setdefault(row["field"], {})[row["value"]] = row.get("code") or ""
    return {"names": names, "values": values}

"""The contract under which the records of one source become rows of one layer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from etl.ground import Ground
from etl.source import PlaceColumns, Source
from etl.terms import Place, Terms, terms
from layers.column import Column, ColumnKind
from layers.feature import Layer
from spatial.box import Box
from spatial.datum import Datum
from spatial.errors import BadInput
from spatial.shape import Kind


@dataclass(frozen=True)
class Contract:
    """A layer, and terms in which nothing is left open (`agreed` makes them)."""

    layer: Layer
    terms: Terms

    @cached_property
    def ground(self) -> Ground:
        """What places are brought through and checked for."""
        place = self.layer.place
        kind = place.place.kind if place and place.place else Kind.ANY
        extent = Box.of(*self.terms.extent) if self.terms.extent else None
        return Ground(kind, self.terms.crs, Datum(self.terms.datum or Datum.WGS84), extent, bool(self.terms.repair))

    @cached_property
    def place_columns(self) -> PlaceColumns:
        """The columns that hold the place, none where the format has places."""
        return PlaceColumns(self.terms.place.x, self.terms.place.y, self.terms.place.wkt)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone of times without an offset."""
        return ZoneInfo(self.terms.zone or self.layer.sync.zone)

    @cached_property
    def keyed(self) -> Layer:
        """The layer with the key fields of this contract."""
        return (
            replace(self.layer, sync=replace(self.layer.sync, key_from=self.terms.key))
            if self.terms.key
            else self.layer
        )

    @property
    def tombstones(self) -> bool:
        """Whether what the source no longer has is deleted."""
        return self.terms.on_missing == "tombstone"

    @property
    def appends(self) -> bool:
        """Whether a known key is a repeat rather than news."""
        return self.layer.sync.mode == "append"

    def document(self) -> str:
        """Return the contract as JSON, the same text for the same contract."""
        said = {"layer": self.layer.name, "terms": self.terms.model_dump(mode="json", exclude_defaults=True)}
        return json.dumps(said, ensure_ascii=False, sort_keys=True)


def agreed(layer: Layer, source: Source, said: Terms) -> Contract:
    """Return the contract that a layer, a source and what was said make together; raise BadInput."""
    _check_fields(layer, said)
    mode: Literal["keep", "tombstone"] = "tombstone" if layer.sync.mode == "replace" else "keep"
    names = {c.name: _theirs(layer, c, source.fields, said) for c in layer.properties if c.name not in said.constants}
    whole = said.model_copy(
        update={
            "names": names,
            "place": said.place if said.place != Place() else Place(**_columns(source)),
            "crs": said.crs or source.crs,
            "zone": said.zone or layer.sync.zone,
            "key": said.key or layer.sync.key_from,
            "on_missing": said.on_missing or mode,
        }
    )
    made = Contract(layer, whole)
    _check_source(made, source)
    return made


def of_document(layers: Mapping[str, Layer], document: str) -> Contract:
    """Return the contract that a job remembers; raise BadInput if its layer is gone."""
    said = json.loads(document)
    if said.get("layer") not in layers:
        raise BadInput(f"the layer {said.get('layer')!r} of this import is gone")
    return Contract(layers[said["layer"]], terms(said["terms"], "the contract of this import"))


def ignored(contract: Contract, fields: Sequence[str]) -> tuple[str, ...]:
    """Return the fields of a source that the contract takes nothing from."""
    place = contract.place_columns
    used = {*contract.terms.names.values(), place.x, place.y, place.wkt}
    return tuple(name for name in fields if name not in used)


def _columns(source: Source) -> dict[str, str | None]:
    return {} if source.placed else {"x": source.columns.x, "y": source.columns.y, "wkt": source.columns.wkt}


def _theirs(layer: Layer, column: Column, fields: Sequence[str], said: Terms) -> str:
    """Return which field of the source a column is: as said, as the layer's contract says, or the one called alike."""
    if column.name in said.names:
        return said.names[column.name]
    alike = {name.strip().casefold(): name for name in reversed(fields)}
    wanted = (layer.sync.names.get(column.name), column.name, *column.title)
    return next((alike[name.casefold()] for name in wanted if name and name.casefold() in alike), column.name)


def _check_fields(layer: Layer, said: Terms) -> None:
    named = {*said.names, *said.values, *said.constants, *said.defaults, *said.key}
    if unknown := sorted(named - {c.name for c in layer.columns}):
        fields = ", ".join(c.name for c in layer.columns)
        raise BadInput(f"{layer.name} has no field {', '.join(unknown)}; it has {fields}")
    schemes = {scheme for _, scheme in layer.coded}
    if strange := sorted(set(said.editions) - schemes):
        known = ", ".join(sorted(schemes)) or "nothing"
        raise BadInput(f"{layer.name} has no codes of {', '.join(strange)}; it has codes of {known}")


def _check_source(contract: Contract, source: Source) -> None:
    """Raise BadInput where every record would be refused for the same reason."""
    has = ", ".join(source.fields[:60])
    place = contract.place_columns
    said = {**contract.terms.names, "x": place.x, "y": place.y, "wkt": place.wkt}
    optional = {c.name for c in contract.layer.columns if c.name == said.get(c.name)}
    wrong = [
        f"{ours} ← {theirs}"
        for ours, theirs in said.items()
        if theirs and theirs not in source.fields and ours not in optional
    ]
    if wrong and not source.loose:
        raise BadInput(f"{source.where} has no column for {', '.join(wrong)}; it has {has}")
    if missing := [c.name for c in contract.layer.columns if _lacks(contract, source, c)]:
        raise BadInput(
            f"nothing in {source.where} is mapped to {', '.join(missing)} of {contract.layer.name}, which needs it; "
            f"say --field OURS=THEIRS, --constant OURS=VALUE or --map FILE; the source has {has}"
        )


def _lacks(contract: Contract, source: Source, column: Column) -> bool:
    said = contract.terms
    if not column.required or column.name in {*said.constants, *said.defaults}:
        return False
    if column.kind is ColumnKind.PLACE:
        return not (source.placed or contract.place_columns)
    made = column is contract.layer.key and bool(said.key)
    return not made and said.names.get(column.name) not in source.fields

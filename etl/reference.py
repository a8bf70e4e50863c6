"""What an import learns from layers whose place is known: the city's extent, and the datum of shapes beside them."""

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

import shapely

from etl.datum import DatumGuess, detect
from etl.ground import way
from etl.place import raw
from etl.source import Options, PlaceColumns, Source, open_source
from etl.terms import Terms
from layers.feature import Layer
from layers.query import Query
from layers.store.protocol import Store
from spatial.coordinates import Geometries
from spatial.errors import Unguessable

DISTRICTS = "districts"
"""The layer that says how far the city reaches, and lies where it should."""

_CHUNKS = 4
"""Chunks of a source that are compared with the reference."""


def decided(
    store: Store, source: Source, said: Terms, reference: Path | None = None
) -> tuple[Terms, DatumGuess | None]:
    """Return the terms with the datum found, where it was left to be found; raise Unguessable, BadSource."""
    if said.datum != "auto":
        return said, None
    columns = PlaceColumns(said.place.x, said.place.y, said.place.wkt) or source.columns
    places = _joined(raw(chunk, columns)[0] for chunk in islice(source.records(), _CHUNKS))
    known = _of_file(reference) if reference else _of_layer(store, store.layers()[DISTRICTS])
    guess = detect(way(said.crs or source.crs)(places), known)
    return said.model_copy(update={"datum": guess.datum}), guess


def extent(store: Store, layer: Layer, said: Terms) -> Terms:
    """Return the terms with the city's extent, as its districts have it, for a layer other than they."""
    if said.extent is not None or layer.name == DISTRICTS or layer.place is None:
        return said
    found = store.extent(store.layers()[DISTRICTS]).box
    return said if found is None else said.model_copy(update={"extent": found})


def told(guess: DatumGuess) -> str:
    """Return a guess in words."""
    metres = ", ".join(f"{datum} {distance:,.1f} m" for datum, distance in guess.distances.items())
    sure = f"confidence {guess.confidence:.2f}"
    return f"datum {guess.datum}, {sure} (median distance of {guess.samples:,} places: {metres})"


def _of_layer(store: Store, layer: Layer) -> Geometries:
    blocks = store.blocks(layer, Query(properties=(), limit=sys.maxsize, count=False))
    return _joined(block.places for block in blocks if block.places is not None)


def _of_file(path: Path) -> Geometries:
    with open_source(str(path), Options()) as source:
        places = _joined(raw(chunk, source.columns)[0] for chunk in source.records())
        if not len(places):
            raise Unguessable(f"{path.name} holds no places to compare with")
        return way(source.crs)(places)


def _joined(parts: Iterator[Geometries]) -> Geometries:
    whole = [part[~shapely.is_missing(part)] for part in parts]
    return np.concatenate(whole) if whole else np.empty(0, dtype=object)

"""Records of a chunk read into rows of a layer or refusals: each becomes exactly one of them, or is a repeat."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from pydantic import ValidationError

import shapely

from etl import digest
from etl.coding import Coding
from etl.contract import Contract
from etl.convert import converted
from etl.ground import Placed, Repaired
from etl.refusal import kept
from etl.seen import Seen
from etl.source.model import PLACE, Chunk, Record
from etl.source.shapes import from_values, from_xy
from etl.validate import reason, validator
from layers.column import Column, ColumnKind
from layers.feature import identified
from layers.store.protocol import Refusal, Row
from spatial.coordinates import Geometries


@dataclass(slots=True)
class Read:
    """What a chunk became.

    position: how many records of the source had been read after it. crosswalked: how often a code became another one.
    keyless: refusals of records whose key could not be told.
    """

    position: int
    rows: list[Row] = field(default_factory=list[Row])
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    repaired: list[Repaired] = field(default_factory=list[Repaired])
    crosswalked: Counter[str] = field(default_factory=Counter[str])
    keyless: int = 0


class Reader:
    """Reads the chunks of one source, in order, under one contract."""

    def __init__(self, contract: Contract) -> None:
        """Prepare what every chunk needs."""
        self.contract = contract
        self.keys = Seen()
        self._records, self._named = Seen(), Seen()
        self._validate = validator(contract.layer)
        self._coded = {
            name: Coding(scheme, contract.terms.editions.get(scheme)) for name, scheme in contract.layer.coded
        }

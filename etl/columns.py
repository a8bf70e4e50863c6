"""The fields of a layer, taken from records a column at a time: renamed, mapped, converted, coded."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from etl.coding import Coding, Translated
from etl.contract import Contract
from etl.convert import converted
from etl.source.model import Record, taken
from etl.source.shapes import Why
from layers.column import Column, ColumnKind
from spatial.errors import BadInput

type Draft = dict[str, Any]
type Pair = tuple[Any, Any]

ANY = "*"
"""In a value map, any value that it does not name."""

NAME = "name"
"""The field that says what the thing is called that a coded key names: the two must not contradict each other."""


class Columns:
    """Takes the fields of one layer from records, under one contract."""

    def __init__(self, contract: Contract) -> None:
        """Prepare what every chunk needs; raise BadInput for a constant that its field cannot hold."""
        self._contract, self._terms = contract, contract.terms
        texts = {c.name for c in contract.layer.columns if c.kind is ColumnKind.TEXT}
        editions = self._terms.editions
        self._coded = {n: Coding(scheme, editions.get(scheme)) for n, scheme in contract.layer.coded if n in texts}
        self._fixed = {name: self._constant(name) for name in {**self._terms.constants, **self._terms.defaults}}

    def drafts(self, records: Sequence[Record], why: Why) -> tuple[list[Draft], Counter[str]]:
        """Return the fields (n,) that each record has, ready to be checked, and how often a code became another.

        What cannot be converted gets a reason in `why`.
        """
        found = {column.name: self._column(column, records, why) for column in self._contract.layer.properties}
        changes: Counter[str] = Counter()
        for name in self._coded:
            names = found.get(NAME) if name == self._contract.layer.key.name else None
            found[name] = self._codes(name, found[name], names, (why, changes))
        return _rows(found, len(records)), changes

    def _column(self, column: Column, records: Sequence[Record], why: Why) -> list[Any]:
        if column.name in self._terms.constants:
            return [self._fixed[column.name]] * len(records)
        theirs = self._terms.names.get(column.name, column.name)
        values = taken(records, theirs)
        if column.name in self._terms.values:
            values = self._mapped(self._terms.values[column.name], values)
        values, unfit = converted(column, values, self._contract.zone)
        for n, reason in unfit.items():
            why.setdefault(n, reason)
        default = self._fixed.get(column.name)
        return values if default is None else [default if value is None else value for value in values]

    def _mapped(self, table: Mapping[str, Any], values: list[Any]) -> list[Any]:
        other = table.get(ANY)
        said = (None if value is None else str(value).strip() for value in values)
        return [table.get(text, other or value) if text else value for text, value in zip(said, values, strict=True)]

    def _codes(
        self, name: str, values: list[Any], names: list[Any] | None, notes: tuple[Why, Counter[str]]
    ) -> list[Any]:
        """Return the codes that values mean, beside what their records call the thing, if it is called something."""
        pairs = list(zip(values, names or [None] * len(values), strict=True))
        told = {pair: self._coded[name].read(str(pair[0]).strip(), pair[1]) for pair in {*pairs} if pair[0] is not None}
        if any(said.why or said.code != pair[0] for pair, said in told.items()):
            self._note(name, pairs, told, notes)
        codes = {pair: said.code for pair, said in told.items()}
        return list(map(codes.get, pairs))

    def _note(
        self, name: str, pairs: list[Pair], told: Mapping[Pair, Translated], notes: tuple[Why, Counter[str]]
    ) -> None:
        why, changes = notes
        for n, pair in enumerate(pairs):
            said = told.get(pair)
            if said and said.why:
                why.setdefault(n, f"{name}: {said.why}")
            elif said and said.code != pair[0]:
                changes[f"{name}: {pair[0]} → {said.code}"] += 1

    def _constant(self, name: str) -> Any:
        value = {**self._terms.defaults, **self._terms.constants}[name]
        values, unfit = converted(self._contract.layer.by_name[name], [value], self._contract.zone)
        if unfit:
            raise BadInput(unfit[0])
        return values[0]


def _rows(columns: Mapping[str, list[Any]], count: int) -> list[Draft]:
    """Return rows (n,) of columns by name, without what is None."""
    full = {name: values for name, values in columns.items() if None not in values}
    rows: list[Draft] = [{} for _ in range(count)]
    if full:
        rows = [dict(zip(full, row, strict=True)) for row in zip(*full.values(), strict=True)]
    for name, values in columns.items():
        if name not in full and values.count(None) < count:
            for row, value in zip(rows, values, strict=True):
                if value is not None:
                    row[name] = value
    return rows

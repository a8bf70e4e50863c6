"""Codes as versioned data: schemes, their editions, and the crosswalks between editions."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from layers.text import Text
from spatial.errors import BadInput, NotFound, Unguessable

DATA = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class Code:
    """One code: its titles, the code above it, and the days it is valid on (first, last; None is open)."""

    code: str
    title: Text
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def valid_on(self, day: date) -> bool:
        """Tell whether the code is valid on the day."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


@dataclass(frozen=True, eq=False)
class CodeList:
    """One edition of a scheme; `parents` is the scheme that holds its codes' parents, None the list itself."""

    scheme: str
    title: Text
    edition: str
    codes: Mapping[str, Code]
    source: Text = Text("", "")
    parents: str | None = None

    def __contains__(self, code: object) -> bool:
        """Tell whether the edition has the code."""
        return code in self.codes

    def __len__(self) -> int:
        """Return how many codes the edition has."""
        return len(self.codes)

    def title_of(self, code: str) -> Text:
        """Return the code's titles; an unknown code is its own title."""
        known = self.codes.get(code)
        return known.title if known else Text(code, code)

    def under(self, parent: str) -> tuple[Code, ...]:
        """Return the codes whose parent is this one, in the list's order."""
        return tuple(code for code in self.codes.values() if code.parent == parent)


class Meaning(NamedTuple):
    """What a code means in one edition, and the code for it in the current one (None: it has no successor)."""

    edition: str
    title: Text
    now: str | None


@cache
def code_lists() -> Mapping[str, CodeList]:
    """Return every scheme's current edition, by scheme."""
    return MappingProxyType({scheme: code_list(scheme) for scheme in _heads()})


def code_list(scheme: str, edition: str | None = None) -> CodeList:
    """Return an edition of the scheme, the current one unless named; raise NotFound."""
    if edition is None:
        return _current(scheme)
    known = editions(scheme)
    if edition not in known:
        raise NotFound(f"there is no edition {edition[:40]!r} of {scheme}; known are {', '.join(known)}")
    return _list(scheme, edition)


def editions(scheme: str) -> tuple[str, ...]:
    """Return the names of the scheme's editions, oldest first; the last is the current one. Raise NotFound."""
    found = _heads().get(scheme)
    if found is None:
        raise NotFound(f"there is no code scheme {scheme[:40]!r}; known are {', '.join(_heads())}")
    return tuple(found)


def crosswalk(scheme: str, edition: str | None = None) -> Mapping[str, str]:
    """Return the edition's codes, each with its code in the current edition; raise NotFound.

    Without an edition: the codes of all editions that mean the same whichever edition they come from.
    A code that is absent has no successor, or means different things: refuse it (`translate` says why).
    """
    return _sure(scheme) if edition is None else _walk(scheme, edition)


def meanings(scheme: str, code: str) -> tuple[Meaning, ...]:
    """Return what the code means in each edition that has it, oldest first; raise NotFound (the scheme)."""
    lists = ((edition, code_list(scheme, edition).codes.get(code)) for edition in editions(scheme))
    return tuple(Meaning(edition, c.title, _walk(scheme, edition).get(code)) for edition, c in lists if c)


def translate(scheme: str, code: str, edition: str | None = None, name: str | None = None) -> str:
    """Return the current edition's code for a code of the edition.

    Without an edition the code must mean the same in all of them, or come with the `name` it has in the current
    one; with an edition, the name must not be what another edition calls the code. Raise BadInput (no such code,
    no successor, the name speaks against it), Unguessable (the edition decides), NotFound (scheme, edition).
    """
    now = crosswalk(scheme, edition).get(code)
    if now is not None and (name is None or now == _sure(scheme).get(code)):
        return now
    known = meanings(scheme, code)
    named = {m.now for m in known if name in m.title}
    if now is not None and (not named or now in named):
        return now
    if edition is None and any(m.edition == code_list(scheme).edition and name in m.title for m in known):
        return code
    raise _refusal(scheme, code, edition, known)


def code_of(row: Mapping[str, str]) -> Code:
    """Return the code in a row of a code list's file; raise ValueError (a date)."""
    first, last = (date.fromisoformat(row[n]) if row.get(n) else None for n in ("valid_from", "valid_to"))
    return Code(row["code"], Text(row["zh"], row.get("en") or row["zh"]), row.get("parent") or None, first, last)


def _refusal(scheme: str, code: str, edition: str | None, known: tuple[Meaning, ...]) -> BadInput | Unguessable:
    told = "; ".join(f"{m.title} in {m.edition}" for m in known)
    if edition is None and len({m.now for m in known}) > 1:
        return Unguessable(f"{code} of {scheme} means different things ({told}): name the edition it comes from")
    mine = [m for m in known if edition in (None, m.edition)]
    if not mine:
        where = f"the edition {edition} ({told})" if known else "any edition"
        return BadInput(f"{code[:40]!r} is no code of {scheme} in {where}: correct it or name another edition")
    if mine[0].now is None:
        return BadInput(f"{code} of {scheme} ({told}) has no successor in the current edition: send one of its codes")
    return BadInput(f"{code} of {scheme} has another name in the edition {edition} ({told}): name the right edition")


@cache
def _walk(scheme: str, edition: str) -> Mapping[str, str]:
    now = code_list(scheme).codes
    said = {r["old"]: r["code"] for r in _crosswalks() if (r["scheme"], r["old_edition"]) == (scheme, edition)}
    old = code_list(scheme, edition).codes.values()
    # a number that went on under another name may have been given to something else: that must be said
    kept = {c.code: c.code for c in old if c.code in now and now[c.code].title.zh == c.title.zh}
    return MappingProxyType({**kept, **said})


@cache
def _sure(scheme: str) -> Mapping[str, str]:
    found: dict[str, set[str | None]] = {}
    for edition in editions(scheme):
        for code in code_list(scheme, edition).codes:
            found.setdefault(code, set()).add(_walk(scheme, edition).get(code))
    only = {code: next(iter(now)) for code, now in found.items() if len(now) == 1}
    return MappingProxyType({code: now for code, now in only.items() if now is not None})


@cache
def _current(scheme: str) -> CodeList:
    return _list(scheme, editions(scheme)[-1])


@cache
def _list(scheme: str, edition: str) -> CodeList:
    head = _heads()[scheme][edition]
    codes = {row["code"]: code_of(row) for row in _rows(head["file"])}
    title, source = Text(head["zh"], head["en"]), Text(head["source_zh"], head["source_en"])
    return CodeList(scheme, title, edition, MappingProxyType(codes), source, head["parents"] or None)


@cache
def _heads() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    heads: dict[str, dict[str, Mapping[str, str]]] = {}
    for row in _rows("schemes.csv"):
        heads.setdefault(row["scheme"], {})[row["edition"]] = row
    return heads


@cache
def _crosswalks() -> tuple[Mapping[str, str], ...]:
    return tuple(_rows("crosswalk.csv"))


def _rows(name: str) -> Iterator[Mapping[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)

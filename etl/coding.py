"""Codes as a layer knows them, made from codes of other editions and from their titles."""

from dataclasses import dataclass, field
from functools import cache

from layers.codes import code_list, crosswalk, translate
from spatial.errors import BadInput, Unguessable

_MOST = 20_000
"""Values whose meaning is kept in mind."""


@dataclass(frozen=True, slots=True)
class Translated:
    """What a value became: a code of the current edition, or why it is none."""

    code: str
    why: str | None = None


@dataclass(slots=True)
class Coding:
    """One coded column: its scheme, the edition of the source's codes where that was said, and what was met so far."""

    scheme: str
    edition: str | None = None
    known: dict[tuple[str, str | None], Translated] = field(default_factory=dict[tuple[str, str | None], Translated])

    def read(self, value: str, name: str | None = None) -> Translated:
        """Return what a value means; `name` is what the record calls the thing that the code names."""
        if (value, name) not in self.known:
            if len(self.known) > _MOST:
                self.known.clear()
            self.known[value, name] = self._translated(value, name)
        return self.known[value, name]

    def _translated(self, value: str, name: str | None) -> Translated:
        if self.edition is None and (titled := _by_title(self.scheme).get(value.casefold())):
            return Translated(titled)
        if self.edition is None and name is None:
            now = value if value in code_list(self.scheme) else crosswalk(self.scheme).get(value)
            return Translated(now) if now else Translated(value, f"{value[:60]!r} is no code of {self.scheme}")
        try:
            return Translated(translate(self.scheme, value, self.edition, name))
        except (BadInput, Unguessable) as bad:
            return Translated(value, f"{bad}, as in --edition {self.scheme}=EDITION")


@cache
def _by_title(scheme: str) -> dict[str, str]:
    """Return the codes that a title names, and no other code's title does."""
    found: dict[str, set[str]] = {}
    for code in code_list(scheme).codes.values():
        for title in code.title:
            found.setdefault(title.casefold(), set()).add(code.code)
    return {title: codes.pop() for title, codes in found.items() if len(codes) == 1}

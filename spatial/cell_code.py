"""The code of a unit grid cell, by which people and platforms name it."""

import re
from dataclasses import dataclass
from typing import Self

from spatial.errors import BadInput

_PREFIX = (("county", 6), ("street", 3), ("community", 3))
SERIAL_DIGITS = {"15": 3, "14": 2, "16": 4}
"""Digits of the serial number by scheme, which is named after the whole code's length.

"15" is in force: 6 digits of the county (GB/T 2260), 3 of the street, 3 of the community, 3 of the cell. "14" is the
older form; "16" is met in one system, its split assumed.
"""

IN_FORCE = "15"
_DIGITS = re.compile(r"[0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class CellCode:
    """A cell's place in the administrative tree and its number there; sorts as its text does within a scheme."""

    county: str
    street: str
    community: str
    serial: int
    scheme: str = IN_FORCE

    def __post_init__(self) -> None:
        """Refuse parts of the wrong length and serials past the scheme's last; raise BadInput."""
        if self.scheme not in SERIAL_DIGITS:
            raise BadInput(f"{self.scheme!r} is no scheme of cell codes; send one of {', '.join(SERIAL_DIGITS)}")
        for name, digits in _PREFIX:
            part = getattr(self, name)
            if len(part) != digits or not _DIGITS.fullmatch(part):
                raise BadInput(f"{name} {part[:40]!r} in a cell code must be {digits} digits")
        if not 0 <= self.serial <= self.last:
            raise BadInput(f"serial {self.serial} does not fit 0 to {self.last} (顺序码已满): divide the community")

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the code that 14, 15 or 16 digits write; raise BadInput."""
        text = text.strip()
        if str(len(text)) not in SERIAL_DIGITS or not _DIGITS.fullmatch(text):
            raise BadInput(f"{text[:40]!r} is no cell code; send 15 digits: county 6, street 3, community 3, cell 3")
        return cls(text[:6], text[6:9], text[9:12], int(text[12:]), str(len(text)))

    @property
    def last(self) -> int:
        """The highest serial number of the scheme: 999 for 15 digits."""
        return 10 ** SERIAL_DIGITS[self.scheme] - 1

    @property
    def prefix(self) -> str:
        """The community's code of 12 digits, which its cells share."""
        return self.county + self.street + self.community

    def __str__(self) -> str:
        return f"{self.prefix}{self.serial:0{SERIAL_DIGITS[self.scheme]}d}"


def numbered(community: str, count: int, scheme: str = IN_FORCE) -> list[CellCode]:
    """Return the codes 1 to `count` of a community's cells (its 12 digits), in their order; raise BadInput."""
    county, street, rest = community[:6], community[6:9], community[9:]
    last = CellCode(county, street, rest, count, scheme)  # refuses an overflow before making a million codes
    return [CellCode(county, street, rest, serial, scheme) for serial in range(1, last.serial + 1)]

"""Who reads: a hidden field does not exist for a reader below it."""

from enum import IntEnum


class Reader(IntEnum):
    """Readers, each seeing all that the ones before it see."""

    PUBLIC = 0
    DISTRICT = 1
    CITY = 2
    ADMIN = 3

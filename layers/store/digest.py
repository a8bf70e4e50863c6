"""What rows hold, in one number that any store gives for the same rows, in whatever order it keeps them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

import shapely

from layers.store.protocol import Block

_SIZE = 16
_ROUND = 1 << (8 * _SIZE)


@dataclass(frozen=True, slots=True)
class Digest:
    """A number of rows, and the sum of their digests."""

    rows: int = 0
    sum: int = 0

    def __add__(self, other: "Digest") -> "Digest":
        """Return the digest of the rows of both."""
        return Digest(self.rows + other.rows, (self.sum + other.sum) % _ROUND)

    def __str__(self) -> str:
        """Return the digest as people compare it."""
        return f"{self.sum:032x}"


def of_block(block: Block) -> Digest:
    """Return the digest of a block's rows."""
    each = [int.from_bytes(digest, "big") for _, digest in by_key(block)]
    return Digest(len(each), sum(each) % _ROUND)


def by_key(block: Block) -> Iterator[tuple[str, bytes]]:
    """Yield the id of each row and the digest of all that it holds (BLAKE2b, 128 bits), its place to the last bit."""
    places = [b""] * len(block.keys) if block.places is None else shapely.to_wkb(block.places, byte_order=1)
    for key, values, place in zip(block.keys, block.rows, places, strict=True):
        said = orjson.dumps(dict(zip(block.names, values, strict=True)), option=orjson.OPT_SORT_KEYS)
        yield key, hashlib.blake2b(said + b"\0" + (place or b""), digest_size=_SIZE).digest()

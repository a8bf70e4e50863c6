"""What an answer holds: its bytes, its features, and how many properties each has."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import mean

from benchmarks.race.server import Server

LOOKED_AT = 12


@dataclass(frozen=True, slots=True)
class Answer:
    """Means over a few answers: seconds to wait for one, bytes uncompressed, features, the most properties of one.

    coding: what the server compresses with if it may; in the race it may not.
    """

    seconds: float
    bytes: float
    features: float
    properties: int
    coding: str


def looked_at(server: Server, paths: Sequence[str]) -> Answer:
    """Ask for some of the paths, and say what came; raise SystemExit for an answer that is none."""
    sizes, held, start = list[int](), list[tuple[int, int]](), time.perf_counter()
    some = list(dict.fromkeys(paths))[:LOOKED_AT]
    for path in some:
        status, body, headers = server.asked(path)
        if status not in (200, 204):
            raise SystemExit(f"{server.peer.name} answers {status} at {path}: {body[:300]!r}")
        sizes.append(len(body))
        held.append(counted(body, "json" in headers.get("content-type", "")))
    each = (time.perf_counter() - start) / len(some)
    coding = server.asked(paths[0], "gzip")[2].get("content-encoding", "-")
    return Answer(each, mean(sizes), mean(f for f, _ in held), max(p for _, p in held), coding)


def counted(body: bytes, text: bool) -> tuple[int, int]:
    """Return how many features a GeoJSON document or a vector tile has, and the most properties of one."""
    if not text:
        return mvt(body)
    said = json.loads(body)
    features = said.get("features", [said])
    return len(features), max((len(f["properties"]) for f in features), default=0)


def mvt(tile: bytes) -> tuple[int, int]:
    """Return how many features a Mapbox Vector Tile has, and how many properties their layers name."""
    features, properties = 0, 0
    for layer in (value for number, value in fields(tile) if number == 3):
        numbers = [number for number, _ in fields(layer)]
        features, properties = features + numbers.count(2), max(properties, numbers.count(3))
    return features, properties


def fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the fields of a protobuf message that have a length; whole numbers yield nothing but their number."""
    at = 0
    while at < len(message):
        tag, at = _number(message, at)
        value, at = _number(message, at)
        length = value if tag & 7 == 2 else 0
        yield tag >> 3, message[at : at + length]
        at += length


def _number(message: bytes, at: int) -> tuple[int, int]:
    number, shift = 0, 0
    while True:
        byte = message[at]
        number |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return number, at

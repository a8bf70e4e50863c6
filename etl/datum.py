"""Guess the datum of incoming shapes from how they lie on shapes whose datum is known.

A file in GCJ-02 looks like any other; only beside something that is where it should be does its half kilometre show.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np

import shapely

from spatial.coordinates import Floats, Geometries, extent, vertices
from spatial.datum import Datum, shifted_there, to_wgs84
from spatial.errors import Unguessable
from spatial.metres import Plane

LEAST_SAMPLES = 20
LEAST_CONFIDENCE = 0.5
FURTHEST = 100.0
"""Metres: a best guess that leaves more between shapes and reference explains nothing (the datums differ by 500)."""

_REACH = 2000.0
"""Metres within which a reference is looked for; what has none even at half of that, is about something else."""

_APART = 0.001
"""Degrees, about 100 m: of vertices that lie closer only one counts, for they err together."""

_MOST_SAMPLES = 4000
_DOUBT = 10
_SAY = "say --datum wgs84, gcj02 or bd09"


@dataclass(frozen=True, slots=True)
class DatumGuess:
    """The datum that brings shapes nearest to the reference.

    `distances` are the median metres to it under each datum, of `samples` vertices. `confidence` is
    (1 - best / second best) x samples / (samples + 10): 0 where two datums fit alike or nothing was compared,
    near 1 where many vertices fit one datum alone.
    """

    datum: Datum
    confidence: float
    distances: Mapping[Datum, float]
    samples: int


def detect(geometries: Geometries, reference: Geometries) -> DatumGuess:
    """Return the datum of lon/lat shapes (n,) that lie along, or at, the shapes of a WGS 84 reference (m,).

    Vertices are compared with the nearest border, line or point of the reference, so the two must show the same
    things: districts and districts, stops and stops, vehicles and streets. Raise Unguessable where they do not decide.
    """
    lon, lat = _samples(geometries)
    distances = _distances(lon, lat, reference)
    distances = distances[:, (distances < _REACH / 2).any(axis=0)]
    return _judged(distances)


def _samples(geometries: Geometries) -> tuple[Floats, Floats]:
    """Return up to _MOST_SAMPLES vertices, one from each place, that a datum would move; raise Unguessable."""
    lon, lat, _ = vertices(geometries)
    there = shifted_there(lon, lat)
    if len(lon) and not there.any():
        raise Unguessable("all shapes lie outside China, where the datums are the same; say --datum wgs84")
    lon, lat = lon[there], lat[there]
    place = np.round(lon / _APART).astype(np.int64) * 1_000_000 + np.round(lat / _APART).astype(np.int64)
    first = np.sort(np.unique(place, return_index=True)[1])
    chosen = first[:: -(-len(first) // _MOST_SAMPLES) or 1]
    return lon[chosen], lat[chosen]


def _distances(lon: Floats, lat: Floats, reference: Geometries) -> Floats:
    """Return for each datum (rows) each point's metres to the reference, _REACH where it is farther."""
    if extent(reference) is None:
        raise Unguessable(f"the reference layer is empty, so it shows no datum; {_SAY}")
    plane = Plane.around(reference)
    index = shapely.STRtree(_edges(plane.flat(reference)))
    return np.array([_nearest(index, *plane.to_metres(*to_wgs84(lon, lat, datum))) for datum in Datum])


def _nearest(index: shapely.STRtree, x: Floats, y: Floats) -> Floats:
    out = np.full(len(x), _REACH)
    (point, _), metres = index.query_nearest(
        shapely.points(x, y), max_distance=_REACH, return_distance=True, all_matches=False
    )
    out[point] = metres
    return out


def _edges(shapes: Geometries) -> Geometries:
    """Return all edges of lines and of polygons' borders as lines of two points, and all points."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    areas = np.isin(shapely.get_dimensions(parts), [2])
    lines = shapely.get_parts(np.where(areas, shapely.boundary(parts), parts))
    x, y, line = vertices(lines)
    same = line[1:] == line[:-1]
    ends = np.stack([np.column_stack([x[:-1], y[:-1]])[same], np.column_stack([x[1:], y[1:]])[same]], axis=1)
    edges = cast("Geometries", shapely.linestrings(ends))
    return np.concatenate([edges, lines[shapely.get_dimensions(lines) == 0]])


def _judged(distances: Floats) -> DatumGuess:
    samples = distances.shape[1]
    if samples < LEAST_SAMPLES:
        raise Unguessable(f"only {samples} places lie near the reference, {LEAST_SAMPLES} are needed; {_SAY}")
    medians = {datum: float(metres) for datum, metres in zip(Datum, np.median(distances, axis=1), strict=True)}
    best, second = sorted(medians, key=lambda datum: medians[datum])[:2]
    shown = ", ".join(f"{datum} {metres:.1f} m" for datum, metres in medians.items())
    if medians[best] > FURTHEST:
        raise Unguessable(f"under no datum do the shapes lie on the reference ({shown}); {_SAY}")
    confidence = (1 - medians[best] / medians[second]) * samples / (samples + _DOUBT)
    if confidence < LEAST_CONFIDENCE:
        raise Unguessable(f"two datums fit nearly alike ({shown}; confidence {confidence:.2f}); {_SAY}")
    return DatumGuess(best, confidence, medians, samples)

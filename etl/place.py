"""Places of records, wherever they are: beside them, in columns, or as WKT once the records are text."""

from etl.source.model import PLACE, Chunk, PlaceColumns, taken
from etl.source.shapes import Why, from_values, from_xy
from spatial.coordinates import Geometries


def raw(chunk: Chunk, columns: PlaceColumns) -> tuple[Geometries, Why]:
    """Return the places (n,) of a chunk in the source's own coordinates, and why some cannot be read."""
    if chunk.places is not None:
        return chunk.places, {}
    if columns.x and columns.y:
        return from_xy(taken(chunk.records, columns.x), taken(chunk.records, columns.y))
    return from_values(taken(chunk.records, columns.wkt or PLACE))

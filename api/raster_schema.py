"""The fields of a raster as JSON Schema (OGC API Common Part 3; Coverages draft, /req/core/coverage-fields-schema)."""

from typing import Any

from layers.raster import Raster, RasterBand
from layers.schema import DRAFT


def schema(raster: Raster) -> dict[str, Any]:
    """Return the schema of a raster's fields."""
    return {
        "$schema": DRAFT,
        "type": "object",
        "title": str(raster.title),
        "x-onemap-title": raster.title.json(),
        "description": str(raster.description),
        "properties": {band.name: field(band, n) for n, band in enumerate(raster.bands, 1)},
    }


def field(band: RasterBand, number: int) -> dict[str, Any]:
    """Return one field, the `number`th band of the file."""
    said: dict[str, Any] = {
        "title": str(band.title),
        "x-onemap-title": band.title.json(),
        "type": "number" if band.dtype.startswith("float") else "integer",
        "x-ogc-propertySeq": number,
    }
    return said | ({"x-ogc-unit": band.unit, "x-ogc-unitLang": "UCUM"} if band.unit else {})

"""The conformance classes that the service passes; nothing is listed that a test does not hold."""

from layers.cql2 import CONFORMANCE as CQL2

FEATURES = "http://www.opengis.net/spec/ogcapi-features-{}/conf/{}"
TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{}"
TILE_CLASSES = (
    "core",
    "tileset",
    "tilesets-list",
    "dataset-tilesets",
    "geodata-tilesets",
    "collections-selection",
    "datetime",
    "mvt",
    "oas30",
)
CLASSES = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    *(FEATURES.format("1/1.0", c) for c in ("core", "geojson", "html", "oas30")),
    FEATURES.format("2/1.0", "crs"),
    *(FEATURES.format("3/1.0", c) for c in ("queryables", "queryables-query-parameters", "filter", "features-filter")),
    *(FEATURES.format("5/1.0", c) for c in ("schemas", "core-roles-features", "returnables-and-receivables")),
    *(FEATURES.format("5/1.0", c) for c in ("queryables", "sortables")),
    "http://www.opengis.net/spec/ogcapi-features-8/1.0/conf/sorting",
    *(TILES.format(c) for c in TILE_CLASSES),
    *(f"http://www.opengis.net/spec/tms/2.0/conf/{c}" for c in ("tilematrixset", "json-tilematrixset")),
    *(f"http://www.opengis.net/spec/tms/2.0/conf/{c}" for c in ("tilesetmetadata", "json-tilesetmetadata")),
    "http://www.opengis.net/spec/json-fg-1/0.3/conf/core",
    *CQL2,
)

"""What of CQL2 is kept, in the standard's own names."""

_BASE = "http://www.opengis.net/spec/cql2/1.0/conf"

CONFORMANCE: tuple[str, ...] = tuple(
    f"{_BASE}/{name}"
    for name in (
        "cql2-text",
        "cql2-json",
        "basic-cql2",
        "advanced-comparison-operators",
        "case-insensitive-comparison",
        "accent-insensitive-comparison",
        "basic-spatial-functions",
        # the name it had before publication, which QGIS asks for
        "basic-spatial-operators",
        "basic-spatial-functions-plus",
        "spatial-functions",
        "temporal-functions",
        "array-functions",
        "property-property",
        "arithmetic",
    )
)
"""The conformance classes of OGC 21-065r2 that filters satisfy; not `functions`: there are no functions of our own."""

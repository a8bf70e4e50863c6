"""Which features of a source a style layer draws."""

from styles.color import Expression

CLUSTER: Expression = ["has", "point_count"]
LONE: Expression = ["!", CLUSTER]
"""Sources that cluster mix circles of many with features; these tell one from the other."""


def shaped(kind: str) -> Expression:
    """Return the filter that keeps `Point`, `LineString` or `Polygon`, single or multiple."""
    return ["in", ["geometry-type"], ["literal", [kind, f"Multi{kind}"]]]

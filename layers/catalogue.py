"""Every layer that the code declares."""

from layers.base import Green, Street, Water
from layers.camera import Camera
from layers.case import Case
from layers.component import Component
from layers.district import District
from layers.feature import DECLARED, Layer
from layers.grid_cell import GridCell
from layers.risk_point import Plan, RiskPoint, Supply, Team
from layers.vehicle import Fix, Vehicle

ROWS = (District, GridCell, Component, RiskPoint, Plan, Team, Supply, Case, Vehicle, Fix, Camera, Street, Water, Green)
"""The row classes, in the order in which people meet them."""


def declared() -> dict[str, Layer]:
    """Return the declared layers by name."""
    return dict(DECLARED)

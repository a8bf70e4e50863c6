"""The city cut into unit grid cells."""

from layers.column import Key, about
from layers.district import PLACES
from layers.feature import Feature, layer
from layers.look import Style
from layers.text import Text
from spatial.shape import Polygon


@layer(
    "grid_cells",
    "单元网格",
    "Grid cells",
    description=Text("城市管理单元网格，十五位编码。", "Unit grid cells of urban management, with 15-digit codes."),
    group=PLACES,
    style=Style(color="#3d6ea5", opacity=0.05, outline="#7f9cbd", size=0.7, label="code", order=10, zooms=(13, 22)),
)
class GridCell(Feature):
    """A cell of the unit grid: the smallest area that somebody answers for."""

    code: Key = about("网格编码", "Cell code", pattern=r"^\d{14,16}$", search=True)
    district: str = about("区县", "District", codes="counties")
    street: str | None = about("街道", "Street", default=None, codes="streets")
    area_m2: float | None = about("面积", "Area", default=None, unit="m2", ge=0)
    keeper: str | None = about("网格员", "Keeper", default=None, max_length=40)
    place: Polygon = about("范围", "Extent")

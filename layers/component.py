"""Components: things on the public ground that somebody owns."""

from pydantic import AwareDatetime

from layers.column import Key, about
from layers.feature import Feature, layer
from layers.look import By, Style
from layers.text import Text
from spatial.shape import Point

ASSETS = Text("设施", "Assets")


@layer(
    "components",
    "城市部件",
    "Components",
    description=Text(
        "井盖、路灯、果皮箱等城市管理部件。", "Manhole covers, lamps, bins: what stands on public ground."
    ),
    group=ASSETS,
    style=Style(
        color=By("state", {"good": "#4d7c5d", "damaged": "#c2410c", "missing": "#991b1b"}),
        size=3.5,
        order=30,
        zooms=(13, 22),
        visible=False,
    ),
)
class Component(Feature):
    """A thing on the public ground: identified, located, owned."""

    code: Key = about("部件编码", "Component code", search=True)
    kind: str = about("部件类别", "Kind", codes="components")
    district: str = about("区县", "District", codes="counties")
    cell: str | None = about("所在网格", "Grid cell", default=None, ref="grid_cells")
    owner: str | None = about("权属单位", "Owner", default=None, max_length=80)
    state: str = about("状态", "State", default="good", codes="component-state")
    surveyed: AwareDatetime | None = about("普查时间", "Surveyed", default=None)
    place: Point = about("位置", "Place")

"""Cases: what somebody saw, and what became of it."""

from pydantic import AwareDatetime

from layers.access import Reader
from layers.column import Instant, Key, about
from layers.feature import Feature, layer
from layers.look import By, Style, Sync
from layers.text import Text
from spatial.shape import Point

WORK = Text("城市治理", "City work")
STATES = {
    "reported": "#c81e1e",
    "opened": "#e8710a",
    "dispatched": "#d9a400",
    "handled": "#2f6fde",
    "closed": "#4d7c5d",
    "void": "#8a94a3",
}


@layer(
    "cases",
    "案件",
    "Cases",
    description=Text(
        "城市管理案件（部件与事件）。", "Cases of urban management: faults and incidents, until they are closed."
    ),
    group=WORK,
    style=Style(color=By("state", STATES), size=4.5, label=None, order=70, cluster_from=3000),
    sync=Sync(key_from=("reported", "matter", "address", "place")),
    live=True,
)
class Case(Feature):
    """Something is wrong at a place: reported, handled, closed."""

    number: Key = about("案件编号", "Case number", search=True)
    matter: str = about("事项类别", "Matter", codes="matters")
    state: str = about("状态", "State", codes="case-state")
    source: str = about("来源", "Source", codes="case-source")
    district: str | None = about("区县", "District", default=None, codes="counties")
    cell: str | None = about("所在网格", "Grid cell", default=None, ref="grid_cells")
    address: str | None = about("地址", "Address", default=None, max_length=200, search=True)
    description: str | None = about("描述", "Description", default=None, max_length=2000, search=True)
    reporter: str | None = about("报案人", "Reporter", default=None, seen_by=Reader.CITY, max_length=80)
    unit: str | None = about("处置单位", "Responsible unit", default=None, max_length=120)
    reported: Instant = about("上报时间", "Reported")
    due: AwareDatetime | None = about("办理期限", "Due", default=None)
    closed: AwareDatetime | None = about("结案时间", "Closed", default=None)
    on_time: bool | None = about("按期", "On time", default=None)
    place: Point = about("位置", "Place")

"""Places where harm may start, with their plans, teams and supplies."""

from pydantic import AwareDatetime

from layers.access import Reader
from layers.column import Key, about
from layers.feature import Feature, layer
from layers.look import By, Style
from layers.text import Text
from spatial.shape import Point, Polygon

SAFETY = Text("风险与应急", "Risk and emergency")
LEVELS = {"major": "#c81e1e", "serious": "#e8710a", "moderate": "#d9a400", "low": "#2f6fde"}


@layer(
    "risk_points",
    "风险点",
    "Risk points",
    description=Text("城市运行风险点，附应急预案。", "Places where harm to the city may start, with emergency plans."),
    group=SAFETY,
    style=Style(color=By("level", LEVELS), size=5, label="name", order=60, cluster_from=3000, zooms=(13, 22)),
)
class RiskPoint(Feature):
    """A place where harm may start."""

    code: Key = about("编号", "Code", search=True)
    name: str = about("名称", "Name", max_length=120, search=True)
    kind: str = about("类型", "Kind", codes="risk-kind")
    level: str = about("等级", "Level", codes="risk-level")
    district: str = about("区县", "District", codes="counties")
    cell: str | None = about("所在网格", "Grid cell", default=None, ref="grid_cells")
    plan: str | None = about("应急预案", "Emergency plan", default=None, ref="plans")
    team: str | None = about("责任队伍", "Team", default=None, ref="teams")
    hazards: list[str] = about("隐患", "Hazards", default=[])
    phone: str | None = about("责任人电话", "Phone", default=None, seen_by=Reader.DISTRICT, max_length=40)
    checked: AwareDatetime = about("检查时间", "Checked")
    place: Point = about("位置", "Place")


@layer(
    "plans",
    "应急预案",
    "Emergency plans",
    description=Text(
        "风险点的应急预案与影响范围。", "What is done when a risk point gives way, and the area it concerns."
    ),
    group=SAFETY,
    style=Style(color="#b4237a", opacity=0.08, outline="#b4237a", size=1, order=20, zooms=(13, 22), visible=False),
)
class Plan(Feature):
    """What is done when a risk point gives way, and the area that it concerns."""

    code: Key = about("预案编号", "Plan code", search=True)
    name: str = about("预案名称", "Name", max_length=160, search=True)
    risk_point: str = about("风险点", "Risk point", ref="risk_points")
    grade: str = about("响应等级", "Response grade", codes="response-grade")
    steps: list[str] = about("处置步骤", "Steps", default=[])
    team: str | None = about("处置队伍", "Team", default=None, ref="teams")
    radius_m: float = about("影响半径", "Radius", unit="m", ge=0)
    approved: AwareDatetime | None = about("批准时间", "Approved", default=None)
    place: Polygon = about("影响范围", "Area concerned")


@layer(
    "teams",
    "应急队伍",
    "Teams",
    description=Text("应急抢险队伍驻地。", "Where the emergency teams are stationed."),
    group=SAFETY,
    style=Style(color="#0f766e", size=6, label="name", order=65, visible=False),
)
class Team(Feature):
    """People who can be sent."""

    code: Key = about("队伍编号", "Team code", search=True)
    name: str = about("名称", "Name", max_length=120, search=True)
    kind: str = about("类型", "Kind", codes="team-kind")
    district: str = about("区县", "District", codes="counties")
    people: int = about("人数", "People", ge=0)
    leader: str | None = about("负责人", "Leader", default=None, max_length=40)
    phone: str | None = about("电话", "Phone", default=None, seen_by=Reader.DISTRICT, max_length=40)
    on_duty: bool = about("值守", "On duty", default=True)
    place: Point = about("驻地", "Station")


@layer(
    "supplies",
    "应急物资",
    "Supplies",
    description=Text("应急物资储备点。", "Where emergency supplies are stored."),
    group=SAFETY,
    style=Style(color="#7c5cc4", size=5, label="name", order=64, visible=False),
)
class Supply(Feature):
    """A stock of one kind of goods at one place."""

    code: Key = about("物资编号", "Supply code", search=True)
    name: str = about("名称", "Name", max_length=120, search=True)
    kind: str = about("类型", "Kind", codes="supply-kind")
    district: str = about("区县", "District", codes="counties")
    quantity: float = about("数量", "Quantity", ge=0)
    measure: str = about("计量单位", "Measure", max_length=20)
    team: str | None = about("管理队伍", "Keeper", default=None, ref="teams")
    expires: AwareDatetime | None = about("有效期至", "Expires", default=None)
    place: Point = about("位置", "Place")

"""Vehicles at work: where each one is, and every fix that told so."""

from datetime import timedelta

from layers.access import Reader
from layers.column import Instant, Key, about
from layers.feature import Feature, layer
from layers.look import By, Style, Sync
from layers.text import Text
from spatial.shape import Point

FLEET = Text("车辆", "Vehicles")
MOVES = {"working": "#15803d", "driving": "#2f6fde", "idling": "#d9a400", "parked": "#8a94a3", "silent": "#c81e1e"}


@layer(
    "vehicles",
    "作业车辆",
    "Vehicles",
    description=Text("环卫等作业车辆的最新位置。", "Where each working vehicle is now."),
    group=FLEET,
    style=Style(color=By("state", MOVES), size=6, label="plate", order=90, label_zoom=14),
    live=True,
)
class Vehicle(Feature):
    """A working vehicle and where it was last."""

    plate: Key = about("车牌", "Plate", search=True)
    kind: str = about("类型", "Kind", codes="vehicle-kind")
    district: str | None = about("区县", "District", default=None, codes="counties")
    state: str = about("状态", "State", codes="vehicle-state")
    speed_kmh: float | None = about("速度", "Speed", default=None, unit="km/h", ge=0)
    heading: float | None = about("航向", "Heading", default=None, unit="deg", ge=0, le=360)
    driver: str | None = about("驾驶员", "Driver", default=None, seen_by=Reader.DISTRICT, max_length=40)
    at: Instant = about("定位时间", "Fixed at")
    place: Point = about("位置", "Place")


@layer(
    "fixes",
    "车辆定位点",
    "Vehicle fixes",
    description=Text("车辆定位记录，只增不改。", "Every position that a vehicle sent; never changed."),
    group=FLEET,
    style=Style(color="#5f87c7", size=2.2, opacity=0.7, order=40, zooms=(13, 22), visible=False),
    sync=Sync(mode="append", key_from=("vehicle", "at")),
    keep=timedelta(days=1),
)
class Fix(Feature):
    """One position of one vehicle at one instant; kept once."""

    code: Key = about("编号", "Code")
    vehicle: str = about("车牌", "Vehicle", ref="vehicles", max_length=40, search=True)
    speed_kmh: float | None = about("速度", "Speed", default=None, unit="km/h", ge=0)
    heading: float | None = about("航向", "Heading", default=None, unit="deg", ge=0, le=360)
    datum: str = about("来源坐标系", "Source datum", default="wgs84", codes="datum")
    at: Instant = about("定位时间", "Fixed at")
    place: Point = about("位置", "Place")

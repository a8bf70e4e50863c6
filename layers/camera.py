"""Cameras that watch the public ground."""

from layers.access import Reader
from layers.column import Key, about
from layers.component import ASSETS
from layers.feature import Feature, layer
from layers.look import By, Style
from layers.text import Text
from spatial.shape import Point


@layer(
    "cameras",
    "摄像机",
    "Cameras",
    description=Text("城市管理视频点位。", "Cameras of urban management, and which way they look."),
    group=ASSETS,
    style=Style(color=By("state", {"online": "#0e7490", "offline": "#8a94a3"}), size=5, label="name", order=55),
)
class Camera(Feature):
    """A camera, where it stands and which way it looks."""

    code: Key = about("摄像机编号", "Camera code", search=True)
    name: str = about("名称", "Name", max_length=120, search=True)
    kind: str = about("类型", "Kind", codes="camera-kind")
    district: str | None = about("区县", "District", default=None, codes="counties")
    state: str = about("状态", "State", codes="camera-state")
    azimuth: float | None = about("朝向", "Azimuth", default=None, unit="deg", ge=0, le=360)
    range_m: float | None = about("可视距离", "Range", default=None, unit="m", ge=0)
    stream: str | None = about("视频流", "Stream", default=None, seen_by=Reader.CITY, max_length=400)
    place: Point = about("位置", "Place")

"""What lies beneath everything else: streets, waters and hills."""

from layers.column import Key, about
from layers.feature import Feature, layer
from layers.look import By, Style
from layers.text import Text
from spatial.shape import Line, MultiPolygon

BASE = Text("底图", "Base map")
GRADES = {
    "expressway": "#d9793f",
    "arterial": "#e3a93c",
    "secondary": "#a79f8d",
    "local": "#bcb5a6",
    "lane": "#d3cdc1",
}


@layer(
    "greens",
    "山林绿地",
    "Hills and greens",
    description=Text("山体、林地与公园。", "Ridges, woods and parks."),
    group=BASE,
    style=Style(color="#b9d3a4", opacity=0.55, outline="#b9d3a4", size=0.5, label="name", order=1, label_zoom=11),
)
class Green(Feature):
    """A ridge, a wood or a park."""

    code: Key = about("编号", "Code")
    name: str = about("名称", "Name", max_length=80, search=True)
    name_en: str | None = about("英文名", "English name", default=None, max_length=80, search=True)
    kind: str = about("类型", "Kind", codes="green-kind")
    place: MultiPolygon = about("范围", "Extent")


@layer(
    "waters",
    "水系",
    "Waters",
    description=Text("江河与湖库。", "Rivers, lakes and reservoirs."),
    group=BASE,
    style=Style(color="#9cc4df", opacity=0.95, outline="#7fb0d2", size=0.6, label="name", order=2, label_zoom=10),
)
class Water(Feature):
    """A river, a lake or a reservoir."""

    code: Key = about("编号", "Code")
    name: str = about("名称", "Name", max_length=80, search=True)
    name_en: str | None = about("英文名", "English name", default=None, max_length=80, search=True)
    kind: str = about("类型", "Kind", codes="water-kind")
    place: MultiPolygon = about("范围", "Extent")


@layer(
    "streets",
    "道路",
    "Streets",
    description=Text("道路中心线，按等级。", "Centre lines of streets, by grade."),
    group=BASE,
    style=Style(color=By("grade", GRADES), size=1.6, opacity=0.9, label="name", order=3, label_zoom=14),
)
class Street(Feature):
    """A street, or a stretch of one."""

    code: Key = about("编号", "Code")
    name: str = about("名称", "Name", max_length=80, search=True)
    name_en: str | None = about("英文名", "English name", default=None, max_length=80, search=True)
    grade: str = about("等级", "Grade", codes="street-grade")
    length_m: float | None = about("长度", "Length", default=None, unit="m", ge=0)
    place: Line = about("中心线", "Centre line")

"""The city's districts and counties."""

from layers.column import Key, about
from layers.feature import Feature, layer
from layers.look import Style, Sync
from layers.text import Text
from spatial.shape import MultiPolygon

PLACES = Text("行政与网格", "Areas and grid")


@layer(
    "districts",
    "区县",
    "Districts",
    description=Text("区县行政区划边界。", "Boundaries of the city's districts and counties."),
    group=PLACES,
    style=Style(color="#5b7083", opacity=0.06, outline="#5b7083", size=1.6, label="name", order=5, label_zoom=0),
    sync=Sync(names={"code": "adcode", "name": "name"}),
)
class District(Feature):
    """A district or county of the city, or an assessment unit that overlaps them."""

    code: Key = about("区划代码", "Code", codes="counties")
    name: str = about("名称", "Name", max_length=80, search=True)
    name_en: str | None = about("英文名", "English name", default=None, max_length=80, search=True)
    area_km2: float | None = about("面积", "Area", default=None, unit="km2", ge=0)
    place: MultiPolygon = about("边界", "Boundary")

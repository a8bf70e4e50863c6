"""A small made-up city: what its layers say of themselves, and their features."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

import shapely

Json = dict[str, Any]
Named = dict[str, tuple[str, ...]]
RNG = np.random.default_rng(50)
NOW = datetime.now(UTC)

SEATS: dict[str, tuple[str, str, float, float]] = {
    "500103": ("渝中区", "Yuzhong", 106.569, 29.553),
    "500104": ("大渡口区", "Dadukou", 106.482, 29.484),
    "500105": ("江北区", "Jiangbei", 106.574, 29.607),
    "500106": ("沙坪坝区", "Shapingba", 106.456, 29.541),
    "500107": ("九龙坡区", "Jiulongpo", 106.511, 29.502),
    "500108": ("南岸区", "Nan'an", 106.645, 29.501),
    "500109": ("北碚区", "Beibei", 106.396, 29.805),
    "500112": ("渝北区", "Yubei", 106.631, 29.718),
    "500113": ("巴南区", "Banan", 106.540, 29.403),
}
LEVELS: Named = {
    "major": ("重大", "Major", "#c81e1e"),
    "serious": ("较大", "Serious", "#e8710a"),
    "moderate": ("一般", "Moderate", "#d9a400"),
    "low": ("低", "Low", "#2f6fde"),
}
STATES: Named = {
    "opened": ("已立案", "Opened", "#e8710a"),
    "dispatched": ("已派遣", "Dispatched", "#d9a400"),
    "closed": ("已结案", "Closed", "#4d7c5d"),
}
MOVES: Named = {
    "working": ("作业中", "Working", "#15803d"),
    "driving": ("行驶中", "Driving", "#2f6fde"),
    "parked": ("停放", "Parked", "#8a94a3"),
}
COUNTIES: Named = {code: seat[:2] for code, seat in SEATS.items()}
CODES: dict[str, tuple[str, str, Named]] = {
    "risk-level": ("风险等级", "Risk level", LEVELS),
    "case-state": ("案件状态", "Case state", STATES),
    "vehicle-state": ("车辆状态", "Vehicle state", MOVES),
    "counties": ("区县", "Districts", COUNTIES),
}


@dataclass
class Canned:
    """One layer: what its style says, and its features."""

    title: tuple[str, str]
    group: tuple[str, str]
    geometry: str
    color: str
    fields: Json
    features: list[Json]
    by: tuple[str, Named] | None = None
    label: str | None = None
    when: str | None = None
    more: Json = field(default_factory=dict[str, Any])


def text(zh: str, en: str) -> Json:
    return {"zh": zh, "en": en}


def prop(zh: str, en: str, kind: str = "string", **more: Any) -> Json:
    return {"type": kind, "title": f"{zh} {en}", "x-onemap-title": text(zh, en), **more}


def role(zh: str, en: str, named: str, **more: Any) -> Json:
    return prop(zh, en, **{"x-ogc-role": named}, **more)


def linked(zh: str, en: str, scheme: str) -> Json:
    return prop(zh, en, **{"x-onemap-codelist": f"codes/{scheme}"})


def listed(zh: str, en: str, scheme: str) -> Json:
    values = CODES[scheme][2].items()
    return prop(
        zh, en, oneOf=[{"const": c, "title": f"{v[0]} {v[1]}", "x-onemap-title": text(*v[:2])} for c, v in values]
    )


def ref(zh: str, en: str, layer: str) -> Json:
    return prop(zh, en, **{"x-onemap-ref": layer})


def unit(zh: str, en: str, named: str) -> Json:
    return prop(zh, en, "number", **{"x-onemap-unit": named})


def feature(key: str, shape: Any, **properties: Any) -> Json:
    return {"type": "Feature", "id": key, "geometry": shapely.geometry.mapping(shape), "properties": properties}


def around(spread: float) -> tuple[str, shapely.Point]:
    code = str(RNG.choice(list(SEATS)))
    return code, shapely.Point(np.round(RNG.normal(SEATS[code][2:], spread), 6))


def ago(hours: float) -> str:
    return (NOW - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def pick(named: Named, *weights: float) -> str:
    return str(RNG.choice(list(named), p=weights))


def districts() -> list[Json]:
    cells = shapely.voronoi_polygons(shapely.MultiPoint([seat[2:] for seat in SEATS.values()]))
    outline = shapely.Point(106.54, 29.58).buffer(0.36)
    rows: list[Json] = []
    for code, (name, english, *seat) in SEATS.items():
        shape = next(c for c in cells.geoms if c.contains(shapely.Point(seat))).intersection(outline)
        area = round(shape.area * 1e4, 2)
        rows.append(feature(code, shape, code=code, name=name, name_en=english, area=area))
    return rows


def streets() -> list[Json]:
    rows: list[Json] = []
    for number in range(90):
        turns = RNG.normal(RNG.uniform(0, 6.3), 0.3, 16)
        steps = np.cumsum(np.stack([np.cos(turns), np.sin(turns)], 1) * 0.007, axis=0)
        shape = shapely.LineString(np.round(steps + around(0.05)[1].coords[0], 6))
        rows.append(feature(f"S{number:03}", shape, code=f"S{number:03}", name=f"第{number + 1}大道"))
    return rows


def plans() -> list[Json]:
    shape = shapely.Point(106.55, 29.56).buffer(0.004)
    return [feature("PL1", shape, code="PL1", name="朝天门边坡应急预案", risk_point="RP00000")]


def risk_points() -> list[Json]:
    first = {"name": "朝天门边坡", "level": "major", "district": "500103", "checked": ago(0.2), "plan": "PL1"}
    rows = [feature("RP00000", shapely.Point(106.55, 29.56), code="RP00000", **first)]
    for number in range(1, 4000):
        county, place = around(0.03)
        said = {"name": f"{SEATS[county][0][:-1]}边坡{number}号", "level": pick(LEVELS, 0.1, 0.2, 0.3, 0.4)}
        checked = ago(1.5 + float(RNG.exponential(400)))
        key = f"RP{number:05}"
        rows.append(feature(key, place, code=key, **said, district=county, checked=checked, plan=None))
    return rows


def cases() -> list[Json]:
    rows: list[Json] = []
    for number in range(12_000):
        county, place = around(0.025)
        key, state = f"5001032026{number:010}", pick(STATES, 0.2, 0.2, 0.6)
        rows.append(feature(key, place, number=key, state=state, district=county, reported=ago(number / 18)))
    return rows


def vehicles() -> list[Json]:
    rows: list[Json] = []
    for number in range(60):
        key, state = f"渝A{number:05}", pick(MOVES, 0.5, 0.3, 0.2)
        speed = 0.0 if state == "parked" else round(float(RNG.uniform(4, 60)), 1)
        rows.append(feature(key, around(0.03)[1], plate=key, state=state, speed=speed, at=ago(number / 600)))
    return rows


BASE, SAFE, WORK = ("行政与网格", "Areas and grid"), ("风险与应急", "Risk and emergency"), ("城市治理", "City work")
PLACE = role("位置", "Place", "primary-geometry", format="geometry-any")
CODE = role("编号", "Code", "id")
NAME = prop("名称", "Name")
COUNTY = linked("区县", "District", "counties")
AREAS = {"code": CODE, "name": NAME, "name_en": prop("英文名", "English name"), "area": unit("面积", "Area", "km2")}
RISKS = {
    "code": CODE,
    "name": NAME,
    "level": listed("等级", "Level", "risk-level"),
    "district": COUNTY,
    "plan": ref("应急预案", "Emergency plan", "plans"),
    "checked": role("检查时间", "Checked", "primary-instant", format="date-time"),
}
WORKS = {
    "number": role("案件编号", "Case number", "id"),
    "state": listed("状态", "State", "case-state"),
    "district": COUNTY,
    "reported": role("上报时间", "Reported", "primary-interval-start", format="date-time"),
}
FLEET = {
    "plate": role("车牌", "Plate", "id"),
    "state": listed("状态", "State", "vehicle-state"),
    "speed": unit("速度", "Speed", "km/h"),
    "at": role("定位时间", "Fixed at", "primary-instant", format="date-time"),
}
PLANS = {"code": CODE, "name": NAME, "risk_point": ref("风险点", "Risk point", "risk_points")}
FAR: Json = {"zooms": [11, 22]}
OFF: Json = {"visible": False, "zooms": [12, 22]}
MANY: Json = {"clusterFrom": 3000}
BUSY: Json = {"clusterFrom": 3000, "live": True, "visible": False}

CITY = {
    "districts": Canned(("区县", "Districts"), BASE, "MultiPolygon", "#5b7083", AREAS, districts(), label="name"),
    "streets": Canned(
        ("道路", "Streets"), BASE, "LineString", "#9fb0c0", {"code": CODE, "name": NAME}, streets(), more=FAR
    ),
    "plans": Canned(
        ("应急预案", "Emergency plans"), SAFE, "Polygon", "#b4237a", PLANS, plans(), label="name", more=OFF
    ),
    "risk_points": Canned(
        ("风险点", "Risk points"), SAFE, "Point", "", RISKS, risk_points(), ("level", LEVELS), "name", "checked", MANY
    ),
    "cases": Canned(("案件", "Cases"), WORK, "Point", "", WORKS, cases(), ("state", STATES), None, "reported", BUSY),
    "vehicles": Canned(
        ("作业车辆", "Vehicles"), WORK, "Point", "", FLEET, vehicles(), ("state", MOVES), "plate", "at", {"live": True}
    ),
}

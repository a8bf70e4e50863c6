"""A small city behind the page's HTTP contract, and the browser that looks at it."""

import asyncio
import itertools
import json
import shutil
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
import shapely
import uvicorn
from playwright.sync_api import Browser, Page, Route, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount
from starlette.routing import Route as Path_
from starlette.staticfiles import StaticFiles

PAGE = Path(__file__).parents[2] / "api/page"
Json = dict[str, Any]
RNG = np.random.default_rng(50)
NOW = datetime.now(UTC).replace(microsecond=0)
BOUNDS = (106.36, 29.36, 106.74, 29.86)
SEATS = {
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
LEVELS = {
    "major": ("重大", "Major", "#c81e1e"),
    "serious": ("较大", "Serious", "#e8710a"),
    "low": ("低", "Low", "#2f6fde"),
}
STATES = {"opened": ("已立案", "Opened", "#e8710a"), "closed": ("已结案", "Closed", "#4d7c5d")}
CODES = {
    "risk-level": (("风险等级", "Risk level"), LEVELS),
    "case-state": (("案件状态", "Case state"), STATES),
    "counties": (("区县", "Districts"), {code: seat[:2] for code, seat in SEATS.items()}),
}


def text(zh: str, en: str) -> Json:
    return {"zh": zh, "en": en}


def prop(zh: str, en: str, **more: Any) -> Json:
    return {"type": "string", "title": f"{zh} {en}", "x-onemap-title": text(zh, en), **more}


def listed(scheme: str) -> list[Json]:
    return [{"const": c, "title": f"{v[0]} {v[1]}", "x-onemap-title": text(*v[:2])} for c, v in CODES[scheme][1].items()]


KEY = prop("编号", "Code", **{"x-ogc-role": "id"})
NAME = prop("名称", "Name")
DISTRICT = prop("区县", "District", **{"x-onemap-codelist": "codes/counties"})
LEVEL = prop("等级", "Level", oneOf=listed("risk-level"))
STATE = prop("状态", "State", oneOf=listed("case-state"))
CHECKED = prop("检查时间", "Checked", format="date-time", **{"x-ogc-role": "primary-instant"})
REPORTED = prop("上报时间", "Reported", format="date-time", **{"x-ogc-role": "primary-interval-start"})
PLACE = prop("位置", "Place", format="geometry-any", **{"x-ogc-role": "primary-geometry"})
SPEED = {**prop("速度", "Speed", **{"x-onemap-unit": "km/h"}), "type": "number"}
AREA = {**prop("面积", "Area", **{"x-onemap-unit": "km2"}), "type": "number"}
RISK = prop("风险点", "Risk point", **{"x-onemap-ref": "risk_points"})
AT = prop("定位时间", "Fixed at", format="date-time", **{"x-ogc-role": "primary-instant"})
FIXED = {"plate": KEY, "speed": SPEED, "state": STATE, "at": AT, "place": PLACE}


@dataclass
class Canned:
    """One layer of the small city: what its style says, and its rows."""

    title: tuple[str, str]
    group: tuple[str, str]
    geometry: str
    color: str
    schema: Json
    features: list[Json]
    by: tuple[str, dict[str, tuple[str, str, str]]] | None = None
    label: str | None = None
    when: str | None = None
    more: Json = field(default_factory=dict[str, Any])


def feature(key: str, shape: Any, **properties: Any) -> Json:
    return {"type": "Feature", "id": key, "geometry": shapely.geometry.mapping(shape), "properties": properties}


def around(spread: float) -> tuple[str, shapely.Point]:
    code = str(RNG.choice(list(SEATS)))
    return code, shapely.Point(np.round(RNG.normal(SEATS[code][2:], spread), 6))


def ago(hours: float) -> str:
    return (NOW - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def districts() -> list[Json]:
    seats = shapely.MultiPoint([seat[2:] for seat in SEATS.values()])
    cells = list(shapely.voronoi_polygons(seats, extend_to=shapely.box(*BOUNDS)).geoms)
    extent = shapely.box(*BOUNDS).centroid.buffer(0.3)
    found = {code: next(c for c in cells if c.contains(shapely.Point(seat[2:]))) for code, seat in SEATS.items()}
    return [
        feature(code, found[code].intersection(extent), code=code, name=seat[0], name_en=seat[1], area=round(RNG.uniform(20, 900), 2))
        for code, seat in SEATS.items()
    ]


def streets() -> list[Json]:
    lines: list[Json] = []
    for number in range(70):
        _, start = around(0.06)
        turns = RNG.normal(RNG.uniform(0, 6.3), 0.35, 14)
        steps = np.cumsum(np.stack([np.cos(turns), np.sin(turns)], 1) * 0.008, axis=0)
        lines.append(feature(f"S{number:03}", shapely.LineString(steps + start.coords[0]), code=f"S{number:03}", name=f"第{number + 1}大道"))
    return lines


def risk_points() -> list[Json]:
    rows: list[Json] = []
    for number in range(4000):
        code, place = around(0.03)
        level = str(RNG.choice(list(LEVELS), p=[0.1, 0.3, 0.6]))
        checked = ago(float(RNG.exponential(400)))
        rows.append(feature(f"RP{number:05}", place, code=f"RP{number:05}", name=f"{SEATS[code][0]}边坡{number}号", level=level, district=code, checked=checked))
    rows[7] = feature("RP00007", shapely.Point(106.55, 29.56), code="RP00007", name="朝天门边坡七号", level="major", district="500103", checked=ago(0.2))
    return rows


def cases() -> list[Json]:
    rows: list[Json] = []
    for number in range(12_000):
        code, place = around(0.025)
        state = str(RNG.choice(list(STATES), p=[0.3, 0.7]))
        rows.append(feature(f"C{number:06}", place, number=f"C{number:06}", state=state, district=code, reported=ago(number / 18)))
    return rows


def vehicles() -> list[Json]:
    rows: list[Json] = []
    for number in range(60):
        _, place = around(0.03)
        rows.append(feature(f"渝A{number:05}", place, plate=f"渝A{number:05}", speed=round(RNG.uniform(0, 60), 1), state="opened", at=ago(number / 600)))
    return rows


BASE, SAFE, WORK = ("行政与网格", "Areas and grid"), ("风险与应急", "Risk and emergency"), ("城市治理", "City work")
CITY = {
    "districts": Canned(("区县", "Districts"), BASE, "MultiPolygon", "#5b7083", {"code": KEY, "name": NAME, "name_en": prop("英文名", "English name"), "area": AREA, "place": PLACE}, districts(), label="name"),
    "streets": Canned(("道路", "Streets"), BASE, "LineString", "#a9b6c4", {"code": KEY, "name": NAME, "place": PLACE}, streets(), label="name", more={"zooms": [11, 22]}),
    "plans": Canned(("应急预案", "Emergency plans"), SAFE, "Polygon", "#b4237a", {"code": KEY, "name": NAME, "risk_point": RISK, "place": PLACE}, [feature("PL1", shapely.Point(106.55, 29.56).buffer(0.004), code="PL1", name="朝天门边坡应急预案", risk_point="RP00007")], label="name", more={"visible": False, "zooms": [12, 22]}),
    "risk_points": Canned(("风险点", "Risk points"), SAFE, "Point", "#2f6fde", {"code": KEY, "name": NAME, "level": LEVEL, "district": DISTRICT, "checked": CHECKED, "place": PLACE}, risk_points(), ("level", LEVELS), "name", "checked", {"clusterFrom": 3000}),
    "cases": Canned(("案件", "Cases"), WORK, "Point", "#e8710a", {"number": KEY, "state": STATE, "district": DISTRICT, "reported": REPORTED, "place": PLACE}, cases(), ("state", STATES), None, "reported", {"clusterFrom": 3000, "live": True, "visible": False}),
    "vehicles": Canned(("作业车辆", "Vehicles"), WORK, "Point", "#15803d", FIXED, vehicles(), None, "plate", "at", {"live": True}),
}

"""Components and cameras along the streets."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from etl.city.chance import chance
from etl.city.network import Grade
from etl.city.places import Places, places
from layers.codes import code_list

type Rows = Iterator[dict[str, Any]]

COMPONENTS = 8000
CAMERAS = 200

_COMMON = {
    "01037": 180, "01003": 120, "01004": 110, "01002": 90, "01007": 70, "01001": 60, "01005": 60, "01006": 45,
    "01011": 30, "01013": 40, "01027": 30, "01050": 40, "01054": 20, "01060": 25, "01077": 20, "02010": 110,
    "02012": 45, "02014": 60, "02017": 60, "02004": 40, "02006": 8, "02020": 40, "02021": 50, "02025": 25, "02034": 12,
    "03001": 15, "03005": 150, "03007": 40, "03006": 25, "03014": 15, "04002": 220, "04011": 120, "04007": 50,
    "04005": 30, "04008": 35, "04001": 4,
}  # fmt: skip
"""How often a kind of component is met, against 1 for one that is not named here."""

_OWNERS = {
    "01": ("市政设施管理所", "供水公司", "排水公司", "电力公司", "通信公司"),
    "02": ("道路桥梁管理所", "交巡警支队", "公交公司"),
    "03": ("环境卫生管理所", "市容管理所"),
    "04": ("园林绿化管理所",),
    "05": ("房屋管理所",),
}
_STATES, _SHARES = ("good", "damaged", "missing"), (0.955, 0.035, 0.01)


def components(seed: int, day: datetime) -> Rows:
    """Yield the rows of the layer components, surveyed in the two years before the day."""
    rng, where = chance(seed, "components"), places(seed)
    spots = where.spots(streetside(where, COMPONENTS, rng, floor=0.25), rng, 2.5, 9)
    codes = list(code_list("components").codes)
    weight = np.array([_COMMON.get(code, 1) for code in codes], dtype=np.float64)
    kinds: list[int] = rng.choice(len(codes), COMPONENTS, p=weight / weight.sum()).tolist()
    states = rng.choice(len(_STATES), COMPONENTS, p=_SHARES).tolist()
    owners, ages = rng.integers(0, 60, COMPONENTS).tolist(), rng.integers(1, 730, COMPONENTS).tolist()
    homes = where.cells.codes[spots.cell].tolist()
    told = zip((codes[kind] for kind in kinds), homes, spots.points, strict=True)
    for n, (code, cell, place) in enumerate(told):
        known = _OWNERS.get(code[:2], ("城市管理局",))
        yield {
            "code": f"{cell[:6]}{code}{n + 1:06d}",
            "kind": code,
            "district": cell[:6],
            "cell": cell,
            "owner": where.districts[cell[:6]] + known[owners[n] % len(known)],
            "state": _STATES[states[n]],
            "surveyed": day - timedelta(days=ages[n]),
            "place": place,
        }


def cameras(seed: int) -> Rows:
    """Yield the rows of the layer cameras; codes have the form of GB/T 28181: county, industry, type 132, serial."""
    rng, where = chance(seed, "cameras"), places(seed)
    spots = where.spots(streetside(where, CAMERAS, rng, floor=0, most=Grade.LOCAL), rng, 3, 7)
    azimuth, reach = rng.integers(0, 360, CAMERAS).tolist(), rng.integers(8, 31, CAMERAS).tolist()
    turning, online = rng.random(CAMERAS) < 0.35, rng.random(CAMERAS) < 0.94  # noqa: PLR2004 - shares
    owners = where.cells.owner[spots.cell].tolist()
    for n, (district, street, place) in enumerate(zip(owners, where.street(spots), spots.points, strict=True)):
        code = f"{district}00001320{n + 1:06d}"
        yield {
            "code": code,
            "name": f"{where.districts[district]}{street.zh}{n % 9 + 1}号杆",
            "kind": "ptz" if turning[n] else "fixed",
            "district": district,
            "state": "online" if online[n] else "offline",
            "azimuth": float(azimuth[n]),
            "range_m": reach[n] * 10.0,
            "stream": f"rtsp://video.invalid/{code}",
            "place": place,
        }


def streetside(
    where: Places, count: int, rng: np.random.Generator, floor: float, most: Grade = Grade.LANE
) -> NDArray[np.intp]:
    """Return edges (count,) of ordinary streets, drawn by length and by density above a floor."""
    grade = where.streets.grade
    fit = (where.dense > 0) & (grade > Grade.EXPRESSWAY) & (grade <= most)
    weight = where.streets.length * (floor + where.dense**1.5) * fit
    return rng.choice(len(weight), count, p=weight / weight.sum())

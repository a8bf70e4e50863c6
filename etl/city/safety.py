"""Risk points with their plans, and the teams and supplies that answer for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import shapely

from etl.city.assets import streetside
from etl.city.chance import chance
from etl.city.dangers import DANGERS, GRADES, LEVELS, STEPS, SUPPLIES, TEAMS
from etl.city.names import people, phones
from etl.city.network import Grade
from etl.city.places import Places, Spots, places
from etl.city.plane import on_globe

type Rows = Iterator[dict[str, Any]]
type Indices = NDArray[np.intp]

RISKS, TEAM_COUNT, SUPPLY_COUNT = 5000, 120, 600


@dataclass(frozen=True, eq=False)
class Crews:
    """The teams (n,): where they are, what they are."""

    spots: Spots
    kinds: list[str]
    district: NDArray[np.str_]
    codes: list[str]

    def nearest(self, kind: str, district: str, xy: Any) -> int:
        """Return the team of the kind that is nearest, of its own district if that has one."""
        fit = np.flatnonzero(np.array(self.kinds) == kind)
        fit = fit if len(fit) else np.arange(len(self.kinds))
        near = fit[self.district[fit] == district]
        pool = near if len(near) else fit
        return int(pool[np.linalg.norm(self.spots.xy[pool] - xy, axis=1).argmin()])


@dataclass(frozen=True, eq=False)
class Risks:
    """The risk points (n,): where they are, kinds, levels, codes, names, and their teams."""

    spots: Spots
    kinds: list[str]
    levels: list[str]
    codes: list[str]
    names: list[str]
    teams: list[str]

    def planned(self) -> list[int]:
        """Return which have a plan of their own."""
        return [n for n, level in enumerate(self.levels) if level in GRADES]


@lru_cache(maxsize=4)
def crews(seed: int) -> Crews:
    """Return the teams that the seed makes; every district has some."""
    rng, where = chance(seed, "teams"), places(seed)
    edges = streetside(where, TEAM_COUNT * 3, rng, floor=0.3, most=Grade.LOCAL)
    spots = where.spots(_spread(where, edges), rng, 12, 25)
    kinds = _drawn({kind: share for kind, (_, share) in TEAMS.items()}, TEAM_COUNT, rng)
    district = where.cells.owner[spots.cell]
    codes = [f"DW{d}{n:03d}" for n, d in enumerate(district.tolist(), 1)]
    return Crews(spots, kinds, district, codes)


@lru_cache(maxsize=4)
def risks(seed: int) -> Risks:
    """Return the risk points that the seed makes."""
    rng, where, teams = chance(seed, "risks"), places(seed), crews(seed)
    spots = where.spots(streetside(where, RISKS, rng, floor=0.15), rng, 3, 16)
    kinds = _drawn({kind: danger.share for kind, danger in DANGERS.items()}, RISKS, rng)
    levels = _drawn(LEVELS, RISKS, rng)
    picks, doors = rng.integers(0, 60, RISKS).tolist(), (spots.along // 7 + 1).astype(int).tolist()
    named = zip(kinds, picks, where.street(spots), doors, strict=True)
    names = [_name(street.zh, door, DANGERS[kind].names, pick) for kind, pick, street, door in named]
    district = where.cells.owner[spots.cell].tolist()
    codes = [f"FX{d}{n:05d}" for n, d in enumerate(district, 1)]
    nearest = map(teams.nearest, (DANGERS[kind].team for kind in kinds), district, spots.xy)
    return Risks(spots, kinds, levels, codes, names, [teams.codes[n] for n in nearest])


def risk_points(seed: int, day: datetime) -> Rows:
    """Yield the rows of the layer risk_points, checked in the month before the day."""
    rng, where, risk = chance(seed, "risk rows"), places(seed), risks(seed)
    calls, ages = phones(RISKS, rng), rng.integers(60, 30 * 24 * 60, RISKS).tolist()
    found = rng.random((RISKS, 4)) < 0.3  # noqa: PLR2004 - each hazard is found at three in ten
    cells = where.cells.codes[risk.spots.cell].tolist()
    for n, (cell, place) in enumerate(zip(cells, risk.spots.points, strict=True)):
        known = DANGERS[risk.kinds[n]].hazards
        yield {
            "code": risk.codes[n],
            "name": risk.names[n],
            "kind": risk.kinds[n],
            "level": risk.levels[n],
            "district": cell[:6],
            "cell": cell,
            "plan": _plan(risk.codes[n]) if risk.levels[n] in GRADES else None,
            "team": risk.teams[n],
            "hazards": [hazard for hazard, there in zip(known, found[n], strict=False) if there],
            "phone": calls[n],
            "checked": day - timedelta(minutes=ages[n]),
            "place": place,
        }


def plans(seed: int, day: datetime) -> Rows:
    """Yield the rows of the layer plans: one for each risk point that is major or serious."""
    rng, risk = chance(seed, "plans"), risks(seed)
    of = risk.planned()
    radius = np.array([DANGERS[risk.kinds[n]].reach for n in of]) * rng.uniform(0.7, 1.5, len(of))
    circles = shapely.buffer(shapely.points(risk.spots.xy[of]), radius, quad_segs=8)
    ages = rng.integers(30, 700, len(of)).tolist()
    for n, place, metres, age in zip(of, on_globe(circles), radius.round().tolist(), ages, strict=True):
        yield {
            "code": _plan(risk.codes[n]),
            "name": f"{risk.names[n]}应急预案",
            "risk_point": risk.codes[n],
            "grade": GRADES[risk.levels[n]],
            "steps": ["现场核实并上报指挥中心", *STEPS[DANGERS[risk.kinds[n]].team], "解除警戒并评估"],
            "team": risk.teams[n],
            "radius_m": metres,
            "approved": day - timedelta(days=age),
            "place": place,
        }


def teams(seed: int) -> Rows:
    """Yield the rows of the layer teams."""
    rng, where, crew = chance(seed, "team rows"), places(seed), crews(seed)
    leaders, calls = people(TEAM_COUNT, rng), phones(TEAM_COUNT, rng)
    size, duty = rng.integers(8, 46, TEAM_COUNT).tolist(), rng.random(TEAM_COUNT) < 0.8  # noqa: PLR2004 - share
    streets = where.street(crew.spots)
    for n, (code, kind, place) in enumerate(zip(crew.codes, crew.kinds, crew.spots.points, strict=True)):
        district = str(crew.district[n])
        yield {
            "code": code,
            "name": f"{where.districts[district]}{TEAMS[kind][0]}（{streets[n].zh}）",
            "kind": kind,
            "district": district,
            "people": size[n],
            "leader": leaders[n],
            "phone": calls[n],
            "on_duty": bool(duty[n]),
            "place": place,
        }


def supplies(seed: int, day: datetime) -> Rows:
    """Yield the rows of the layer supplies: stocks near the teams that keep them."""
    rng, where, crew = chance(seed, "supplies"), places(seed), crews(seed)
    keeper = rng.integers(0, TEAM_COUNT, SUPPLY_COUNT)
    spots = where.spots(crew.spots.edge[keeper], rng, 12, 25)
    kinds, share, ages = rng.choice(list(SUPPLIES), SUPPLY_COUNT), rng.random(SUPPLY_COUNT), rng.integers(30, 1500, 600)
    streets = where.street(spots)
    for n, (kind, place) in enumerate(zip(kinds.tolist(), spots.points, strict=True)):
        name, measure, least, most = SUPPLIES[kind]
        team = int(keeper[n])
        yield {
            "code": f"WZ{crew.district[team]}{n + 1:04d}",
            "name": f"{streets[n].zh}{name}",
            "kind": kind,
            "district": str(where.cells.owner[spots.cell[n]]),
            "quantity": float(least + int((most - least) * share[n] ** 2)),
            "measure": measure,
            "team": crew.codes[team],
            "expires": day + timedelta(days=int(ages[n])),
            "place": place,
        }


def _plan(risk: str) -> str:
    return f"YA{risk[2:]}"


def _name(street: str, door: int, endings: Sequence[str], pick: int) -> str:
    ending = endings[pick % len(endings)]
    return f"{street}{ending}" if pick % 3 == 0 else f"{street}{door}号{ending}"


def _drawn(shares: dict[str, float], count: int, rng: np.random.Generator) -> list[str]:
    weight = np.array(list(shares.values()))
    return rng.choice(list(shares), count, p=weight / weight.sum()).tolist()


def _spread(where: Places, edges: Indices) -> Indices:
    """Return the first edges of each district in turn, so that none is left out."""
    owner = where.cells.owner[where.streets.beside[edges].max(axis=1)]
    turn = np.empty(len(edges), dtype=np.int64)
    for code in where.districts:
        own = np.flatnonzero(owner == code)
        turn[own] = np.arange(len(own))
    return edges[np.argsort(turn, kind="stable")[:TEAM_COUNT]]

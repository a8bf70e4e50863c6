"""How the kinds of vehicles work: how many there are, how fast, how often they stop, and when they are out."""

from typing import NamedTuple


class Manner(NamedTuple):
    """A kind of vehicle at work.

    size: vehicles. night: share of them that work twelve hours later. work, drive: km/h. every, stay: metres from stop
    to stop and seconds of a stop (0: none). shifts: first and last hour of each (beyond 24 is the next day). dislike:
    by grade of street, the greatest first.
    """

    size: int
    night: float
    work: float
    drive: float
    every: float
    stay: float
    shifts: tuple[tuple[float, float], ...]
    dislike: tuple[float, float, float, float, float]


_STREETS, _BLOCKS, _ROADS = (4, 0, 0, 1, 3), (9, 3, 1, 0, 0), (1, 0, 1, 4, 6)

MANNERS: dict[str, Manner] = {
    "sweeper": Manner(58, 0.3, 9, 30, 0, 0, ((4.5, 8.6), (9.4, 12.2), (13.6, 17.4)), _STREETS),
    "washer": Manner(34, 0.5, 11, 30, 0, 0, ((5, 9), (13.2, 17.2)), _STREETS),
    "sprinkler": Manner(36, 0.3, 14, 34, 0, 0, ((5.5, 9.8), (13.2, 17.6)), _STREETS),
    "dust-suppressor": Manner(14, 0.2, 13, 34, 0, 0, ((8.5, 12), (14, 18.2)), _STREETS),
    "compactor": Manner(66, 0.35, 19, 34, 260, 75, ((5, 10.4), (18.2, 23)), _BLOCKS),
    "kitchen-waste": Manner(24, 0.2, 24, 34, 500, 150, ((9, 14), (19.5, 23.8)), _BLOCKS),
    "suction": Manner(12, 0, 22, 32, 1400, 900, ((8.6, 12), (13.8, 17.4)), _BLOCKS),
    "slag-truck": Manner(20, 0, 36, 42, 6000, 600, ((21.5, 28.8),), _ROADS),
    "inspection": Manner(16, 0.2, 27, 36, 1600, 150, ((8, 12.1), (13.4, 17.9), (18.8, 21.6)), _STREETS),
    "enforcement": Manner(10, 0.2, 24, 38, 1200, 420, ((8.2, 12), (13.6, 18.2), (19, 22)), _STREETS),
    "aerial": Manner(6, 0, 22, 34, 1800, 1200, ((8.8, 11.9), (13.8, 17.3)), _ROADS),
    "rescue": Manner(4, 0, 30, 45, 5000, 900, ((8, 20),), _ROADS),
}
"""By code of the scheme vehicle-kind; 300 vehicles in all."""

PACE = (1.5, 1.2, 1.0, 0.8, 0.6)
"""Factor of the driving speed by grade of street."""

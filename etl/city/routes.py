"""Ways through the street network: the fastest to a depot, and rounds that cover the streets of a beat."""

import heapq
from functools import lru_cache
from itertools import cycle
from math import dist
from typing import NamedTuple

import numpy as np

from etl.city.manners import PACE, Manner
from etl.city.network import network

_CRUISE = 32 / 3.6
"""Metres a second by which depots measure what is near."""

_FAR = 1500.0
"""Seconds from a depot beyond which none of its vehicles goes."""


class Leg(NamedTuple):
    """One edge driven: which, whether from its first end, and whether at work."""

    edge: int
    forward: bool
    work: bool


class Tree(NamedTuple):
    """The fastest ways from one node: seconds by node, and by node the edge and the node before it."""

    seconds: dict[int, float]
    before: dict[int, tuple[int, int]]


@lru_cache(maxsize=256)
def tree(seed: int, root: int) -> Tree:
    """Return the fastest ways from a node to all that are near it (Dijkstra 1959)."""
    streets = network(seed)
    cost = (streets.length / (_CRUISE * np.array(PACE)[streets.grade])).tolist()
    seconds: dict[int, float] = {}
    before: dict[int, tuple[int, int]] = {}
    queue = [(0.0, root, -1, -1)]
    while queue:
        at, node, edge, last = heapq.heappop(queue)
        if node in seconds:
            continue
        seconds[node], before[node] = at, (edge, last)
        for out, other in streets.leaving[node]:
            if other not in seconds and at + cost[out] <= _FAR:
                heapq.heappush(queue, (at + cost[out], other, out, node))
    return Tree(seconds, before)


def way_out(seed: int, root: int, node: int) -> list[Leg]:
    """Return the fastest way from a depot's node to a node of its tree."""
    first, before = network(seed).plain.first, tree(seed, root).before
    legs: list[Leg] = []
    while node != root:
        edge, last = before[node]
        legs.append(Leg(edge, first[edge] == last, False))
        node = last
    return legs[::-1]


def way_back(seed: int, root: int, node: int) -> list[Leg]:
    """Return the fastest way from a node of a depot's tree to the depot."""
    return [Leg(leg.edge, not leg.forward, False) for leg in reversed(way_out(seed, root, node))]


class Round:
    """A walk over the streets round a beat's middle that prefers where it has not been."""

    def __init__(self, seed: int, root: int, node: int, manner: Manner, rng: np.random.Generator) -> None:
        """Start at a node of the depot's tree."""
        streets = network(seed)
        self.node = node
        self._leaving, self._plain = streets.leaving, streets.plain
        self._near, self._dislike = tree(seed, root).seconds, manner.dislike
        self._middle = streets.plain.nodes[node]
        self._draws = cycle(rng.random(997).tolist())
        self._visits: dict[int, int] = {}
        self._last = -1

    def step(self, reach: float) -> Leg:
        """Go one edge on and return it; beyond `reach` metres of the middle it turns back."""
        choices = [c for c in self._leaving[self.node] if c[1] in self._near]
        onward = [c for c in choices if c[0] != self._last] or choices
        edge, other = min(onward, key=lambda c: self._cost(c[0], c[1], reach)) if len(onward) > 1 else onward[0]
        leg = Leg(edge, self._plain.first[edge] == self.node, True)
        self._visits[edge] = self._visits.get(edge, 0) + 1
        self.node, self._last = other, edge
        return leg

    def _cost(self, edge: int, other: int, reach: float) -> float:
        beyond = max(0.0, dist(self._plain.nodes[other], self._middle) - reach) / 150
        liking = self._dislike[self._plain.grade[edge]] + 2.5 * self._visits.get(edge, 0)
        return liking + beyond + 1.6 * next(self._draws)

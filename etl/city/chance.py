"""Chance that repeats: every draw is named by the seed and by what it decides."""

import hashlib

import numpy as np

from spatial.coordinates import Floats


def chance(seed: int, *what: str | int) -> np.random.Generator:
    """Return the generator that belongs to the seed and to what is decided; the same names give the same draws."""
    name = "\x1f".join(map(str, (seed, *what)))
    return np.random.Generator(np.random.PCG64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=16).digest())))


def swell(xy: Floats, rng: np.random.Generator, length: float, height: float, waves: int = 5) -> Floats:
    """Return a smooth random height (n,) at x, y (n, 2): a sum of waves about `length` long, of spread `height`."""
    turn, phase = rng.uniform(0, 2 * np.pi, (2, waves))
    number = 2 * np.pi / (length * rng.uniform(0.7, 1.4, waves))
    angle = xy[:, :1] * (np.cos(turn) * number) + xy[:, 1:] * (np.sin(turn) * number) + phase
    return np.sin(angle).sum(axis=1) * (height * np.sqrt(2 / waves))

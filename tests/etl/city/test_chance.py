from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from etl.city.chance import chance, swell

NAMES = st.lists(st.one_of(st.integers(), st.text(max_size=8)), max_size=3)


@given(st.integers(), NAMES)
def test_the_same_names_give_the_same_draws(seed: int, names: list[int | str]) -> None:
    assert (chance(seed, *names).random(4) == chance(seed, *names).random(4)).all()


def test_every_name_and_every_seed_draws_its_own() -> None:
    draws = [
        chance(s, *names).random() for s in (1, 2, 11) for names in ((), ("a",), ("b",), ("a", 1), ("a1",), ("a", "b"))
    ]
    assert all(one != other for one, other in combinations(draws, 2))


@given(st.integers(0, 50), st.floats(500, 9000), st.floats(1, 400))
def test_a_swell_is_smooth_and_no_higher_than_its_waves_allow(seed: int, length: float, height: float) -> None:
    xy = np.random.default_rng(seed).uniform(-30e3, 30e3, (200, 2))
    here, beside = swell(xy, chance(seed), length, height), swell(xy + 1, chance(seed), length, height)
    most = height * np.sqrt(2 / 5) * 5
    assert np.abs(here).max() <= most
    assert np.abs(beside - here).max() <= most * 2 * np.pi / (0.7 * length) * np.sqrt(2)


def test_a_swell_spreads_as_far_as_it_says() -> None:
    xy = np.random.default_rng(1).uniform(-1e6, 1e6, (20_000, 2))
    assert 80 < swell(xy, chance(3), 5000, 100).std() < 120

import numpy as np
import pytest

from etl.city.chance import chance
from etl.city.rules import CITIZENS, OPENING, SHARES, SOURCES, TALES, UNITS, hours
from etl.city.volumes import AVERAGE, counts, expected, matters, means, seconds
from layers.codes import code_list

# Monday 2026-08-24, in days since 1970
MONDAY = 20689
SPAN = 364


def daily(seed: int = 2026, days: int = SPAN) -> np.ndarray:
    return np.array([counts(seed, MONDAY + n, chance(seed, "test", n)) for n in range(days)])


@pytest.fixture(scope="module")
def year() -> np.ndarray:
    return daily()


def test_an_average_day_is_as_said(year: np.ndarray) -> None:
    assert means().sum() == pytest.approx(AVERAGE)
    assert year.sum(axis=1).mean() == pytest.approx(AVERAGE, rel=0.06)


def test_three_matters_lead_and_the_tail_is_long(year: np.ndarray) -> None:
    mean = dict(zip(matters(), year.mean(axis=0), strict=True))
    top = sorted(mean, key=lambda code: -mean[code])[:3]
    assert top == ["09009", "06010", "09006"]
    assert [mean[code] for code in top] == pytest.approx([345, 243, 202], rel=0.08)
    assert len(mean) == 250 and min(means()) > 0
    assert (means() < 1).sum() > 150


def test_working_days_bring_more_than_weekends(year: np.ndarray) -> None:
    week = year.sum(axis=1).reshape(-1, 7).mean(axis=0)
    assert week[:5].min() > 1.1 * week[5] > 1.1 * week[6]


def test_the_first_day_of_the_test_is_a_monday() -> None:
    assert np.datetime64(MONDAY, "D").astype(object).weekday() == 0


def test_counts_vary_more_than_chance_alone_makes_them(year: np.ndarray) -> None:
    lead = year[:, matters().index("09009")]
    weekdays = lead.reshape(-1, 7)[:, 0]
    assert weekdays.var() > 2 * weekdays.mean()


def test_a_day_remembers_the_one_before() -> None:
    total = np.array([expected(2026, MONDAY + 7 * n).sum() for n in range(40)])
    after = np.array([expected(2026, MONDAY + 7 * n + 1).sum() for n in range(40)])
    assert np.corrcoef(total, after)[0, 1] > 0.4


def test_a_seasonal_forecast_reaches_what_one_can_of_a_city(year: np.ndarray) -> None:
    total = year.sum(axis=1)
    error = np.abs(total[7:] - total[:-7]).sum() / total[7:].sum()
    assert 0.04 < error < 0.16


@pytest.mark.parametrize("day", [MONDAY, MONDAY + 6])
def test_nights_are_quiet(day: int) -> None:
    matter = np.repeat(np.arange(250), 200)
    found = np.bincount(seconds(matter, day, chance(1)) // 3600, minlength=24)
    assert len(found) == 24
    assert found[1:5].max() < 0.15 * found[9:18].min()


def test_faults_are_found_in_working_hours_and_vendors_in_the_evening() -> None:
    fault, vendor = (np.full(20_000, matters().index(code)) for code in ("01003", "09006"))
    late = [(seconds(matter, MONDAY, chance(1)) >= 18 * 3600).mean() for matter in (fault, vendor)]
    assert late[1] > 2 * late[0]


def test_the_rules_know_every_matter_and_source() -> None:
    majors = {code[:2] for code in matters()}
    assert majors == set(UNITS) == set(TALES)
    assert set(SOURCES) == set(code_list("case-source").codes)
    assert set(SOURCES) > CITIZENS and len(OPENING) == len(SHARES) == len(SOURCES)
    assert sum(SHARES) == pytest.approx(1)
    assert hours().min() > 0 and hours()[matters().index("06010")] == 4

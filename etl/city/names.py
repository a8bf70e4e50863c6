"""Invented names: streets with their pinyin, people, telephone numbers and plates."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from layers.text import Text

_FIRST = (
    "云 Yun,锦 Jin,瑞 Rui,景 Jing,翠 Cui,金 Jin,紫 Zi,银 Yin,松 Song,柏 Bai,梧 Wu,枫 Feng,桂 Gui,兰 Lan,荷 He,"
    "竹 Zhu,鹤 He,凤 Feng,鹿 Lu,鸿 Hong,青 Qing,白 Bai,碧 Bi,丹 Dan,永 Yong,长 Chang,新 Xin,广 Guang,福 Fu,嘉 Jia,"
    "德 De,文 Wen,学 Xue,春 Chun,晨 Chen,星 Xing,月 Yue,明 Ming,华 Hua,玉 Yu,龙 Long,石 Shi"
)
_SECOND = (
    "山 shan,江 jiang,溪 xi,湖 hu,泉 quan,岭 ling,坪 ping,湾 wan,坡 po,桥 qiao,台 tai,园 yuan,林 lin,田 tian,"
    "川 chuan,峰 feng,岩 yan,滩 tan,渡 du,门 men,城 cheng,安 an,宁 ning,和 he,兴 xing,康 kang,乐 le,平 ping,阳 yang,"
    "霞 xia,露 lu,堂 tang,亭 ting,塔 ta,井 jing,梁 liang"
)
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超霞平刚桂兰玉萍红鹏辉玲飞云峰建国志远思雨嘉欣子涵一诺浩宇晓东海燕"
_PLATE = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(zh, en) for zh, en in (pair.split() for pair in text.split(","))]


STEMS = tuple(Text(a + b, c + d) for (a, c), (b, d) in product(_pairs(_FIRST), _pairs(_SECOND)))
"""What a street's name may start with."""

ENDS: tuple[tuple[Text, ...], ...] = (
    (Text("快速路", "Expressway"),),
    (Text("大道", "Avenue"),),
    (Text("路", "Road"),),
    (Text("街", "Street"), Text("支路", "Branch Road"), Text("正街", "Main Street")),
    (Text("巷", "Lane"), Text("一巷", "Lane 1"), Text("二巷", "Lane 2"), Text("三巷", "Lane 3")),
)
"""What it may end with, by the street's grade: expressway, arterial, secondary, local, lane."""


def street_names(grades: Sequence[int], rng: np.random.Generator) -> list[Text]:
    """Return a name for each street of the given grades (n,); names repeat only after all stems are used."""
    stems: list[int] = np.resize(rng.permutation(len(STEMS)), len(grades)).tolist()
    picks: list[int] = rng.integers(0, 60, len(grades)).tolist()
    return [_joined(STEMS[s], ENDS[g][p % len(ENDS[g])]) for s, g, p in zip(stems, grades, picks, strict=True)]


def people(count: int, rng: np.random.Generator) -> list[str]:
    """Return names of people (count,)."""
    first = rng.integers(0, len(_SURNAMES), count)
    given = rng.integers(0, len(_GIVEN), (count, 2))
    short = rng.random(count) < 0.25  # noqa: PLR2004 - a quarter have one given character
    return [
        _SURNAMES[f] + _GIVEN[a] + ("" if one else _GIVEN[b])
        for f, (a, b), one in zip(first, given, short, strict=True)
    ]


def phones(count: int, rng: np.random.Generator) -> list[str]:
    """Return telephone numbers (count,) with the prefix 100, which no operator gives out."""
    return [f"100{n:08d}" for n in rng.integers(0, 10**8, count)]


def plates(count: int, rng: np.random.Generator) -> list[str]:
    """Return different plates (count,) of the city's main urban series, such as 渝A·1B234."""
    serials = rng.choice(10_000, count, replace=False)
    letters = rng.integers(0, len(_PLATE), count)
    digits = (f"{n:04d}" for n in serials)
    return [f"渝A·{d[0]}{_PLATE[k]}{d[1:]}" for d, k in zip(digits, letters, strict=True)]


def _joined(stem: Text, end: Text) -> Text:
    return Text(stem.zh + end.zh, f"{stem.en} {end.en}")

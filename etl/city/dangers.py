"""What may go wrong at which places, and what is done then: the tables behind the risk points."""

from typing import NamedTuple


class Danger(NamedTuple):
    """A kind of risk point: its share of all, names of its places, hazards, who answers, how far it reaches (m)."""

    share: float
    names: tuple[str, ...]
    hazards: tuple[str, ...]
    team: str
    reach: float


DANGERS: dict[str, Danger] = {
    "flooding": Danger(
        0.15,
        ("下穿道易涝点", "低洼路段易涝点", "公交站易涝点", "地下车库入口易涝点"),
        ("雨水箅子堵塞", "管网过水能力不足", "强降雨积水超过 30 厘米", "排水泵老化"),
        "drainage",
        260,
    ),
    "slope": Danger(
        0.15,
        ("边坡", "挡土墙", "护坡"),
        ("墙体开裂", "排水孔堵塞", "坡体渗水", "坡面植被脱落"),
        "slope",
        120,
    ),
    "manhole": Danger(0.12, ("检查井群", "污水检查井"), ("井盖松动", "防坠网缺失", "有害气体聚集"), "drainage", 60),
    "gas-pipe": Danger(0.11, ("燃气管线", "燃气调压箱"), ("管线被占压", "与热力管线间距不足", "阀井积水"), "gas", 220),
    "facade": Danger(0.10, ("老旧建筑外立面", "外墙砖脱落点"), ("外墙空鼓", "外墙砖松动", "雨棚锈蚀"), "rescue", 50),
    "billboard": Danger(0.10, ("户外广告牌", "楼顶广告牌", "跨街广告架"), ("结构锈蚀", "螺栓松动"), "rescue", 50),
    "tree": Danger(0.08, ("危险树木", "倾斜行道树"), ("树干空洞", "根系外露", "倾斜超过 15 度"), "greening", 40),
    "sinkhole": Danger(0.06, ("易塌陷路段", "地下空洞路段"), ("路基空洞", "管道渗漏", "重车碾压"), "road", 90),
    "pit": Danger(0.05, ("施工基坑", "轨道站点基坑"), ("支护变形", "周边堆载过大", "降水不足"), "rescue", 130),
    "bridge": Danger(0.04, ("跨线桥", "人行天桥", "高架桥段"), ("支座老化", "伸缩缝损坏", "护栏锈蚀"), "road", 180),
    "tunnel": Danger(0.02, ("隧道", "地下通道"), ("渗漏水", "照明故障", "排烟不足"), "road", 200),
    "other": Danger(0.02, ("其他风险点",), ("待核查",), "other", 80),
}

LEVELS = {"major": 0.03, "serious": 0.12, "moderate": 0.45, "low": 0.40}
"""Share of each level."""

GRADES = {"major": "I", "serious": "II"}
"""The response that a level of risk asks for; lower levels have no plan of their own."""

STEPS: dict[str, tuple[str, ...]] = {
    "drainage": ("启动排水泵", "疏通雨水口", "下穿道封闭并分流", "积水退去后清淤"),
    "slope": ("撤离坡下人员", "布设位移监测", "坡顶截水、坡脚反压", "专家会商后加固"),
    "gas": ("关闭上下游阀门", "疏散 50 米内人员并禁火", "检测燃气浓度", "抢修并置换通气"),
    "road": ("封闭车道并分流", "探明空洞或损坏范围", "临时支护", "修复并验收后开放"),
    "greening": ("疏散树下人员车辆", "支撑或修剪", "清运枝干", "补植"),
    "rescue": ("设置围挡", "疏散人员", "拆除或加固", "安全鉴定"),
    "other": ("现场核查", "设置警戒", "会商处置"),
}

TEAMS: dict[str, tuple[str, float]] = {
    "rescue": ("综合抢险队", 0.18),
    "drainage": ("排水防涝抢险队", 0.18),
    "gas": ("燃气抢修队", 0.10),
    "water": ("供水抢修队", 0.08),
    "road": ("道桥抢修队", 0.12),
    "lighting": ("照明抢修队", 0.06),
    "greening": ("园林抢险队", 0.10),
    "sanitation": ("环卫保障队", 0.10),
    "slope": ("边坡地灾处置队", 0.08),
}
"""What a kind of team is called, and its share of all."""

SUPPLIES: dict[str, tuple[str, str, int, int]] = {
    "pump": ("移动排水泵", "台", 1, 12),
    "sandbag": ("防汛沙袋", "只", 100, 3000),
    "generator": ("应急发电机", "台", 1, 6),
    "lighting": ("应急照明灯", "套", 2, 40),
    "barrier": ("围挡护栏", "米", 50, 800),
    "cone": ("警示锥筒", "个", 20, 400),
    "cover": ("备用井盖", "套", 5, 80),
    "tarpaulin": ("防雨布", "平方米", 50, 1200),
    "boat": ("冲锋舟", "艘", 1, 4),
    "life-jacket": ("救生衣", "件", 10, 200),
    "tent": ("救灾帐篷", "顶", 2, 60),
    "de-icer": ("融雪剂", "吨", 1, 20),
    "tools": ("抢险工具", "套", 5, 60),
    "first-aid": ("急救包", "个", 10, 150),
}
"""What a kind of supply is called, its measure, and the least and the most of it in one place."""

"""What is due when, who does it, and what people write about it."""

from functools import lru_cache

import numpy as np

from etl.city.volumes import matters
from spatial.coordinates import Floats

_HOURS = {"01": 48, "02": 48, "03": 48, "04": 72, "05": 120, "06": 12, "07": 24, "08": 24, "09": 4, "10": 6}
"""Hours in which a matter of the class has to be handled."""

_OWN_HOURS = {
    "06001": 168, "06002": 72, "06004": 120, "06010": 4, "06011": 24, "06012": 3, "06013": 72, "06014": 4, "06027": 72,
    "06028": 6, "06036": 6, "06042": 4, "07001": 12, "07003": 120, "07006": 120, "08016": 240, "09009": 2, "09011": 3,
    "09012": 2, "09016": 72, "10002": 3, "01003": 24, "01004": 24, "01011": 12, "02014": 12,
}  # fmt: skip

UNITS = {
    "01": "市政设施管理所", "02": "道路桥梁管理所", "03": "环境卫生管理所", "04": "园林绿化管理所", "05": "房屋管理所",
    "06": "市容环境卫生所", "07": "市容管理所", "08": "建设工地管理站", "09": "综合行政执法支队", "10": "应急处置中心",
}  # fmt: skip
"""The unit of a district that handles a class of matters."""

TALES = {
    "01": ("存在安全隐患，请尽快维修", "现场已设置警示标志", "影响行人通行"),
    "02": ("影响车辆通行", "夜间存在安全隐患", "需尽快恢复"),
    "03": ("影响市容环境", "周边居民反映多次", "请及时清理维护"),
    "04": ("需补植或修剪", "遮挡行人视线", "影响市容"),
    "05": ("现场情况待核实", "请权属单位处置"),
    "06": ("面积约两平方米", "散发异味，居民反映强烈", "占用人行道", "请及时清理"),
    "07": ("影响市容观瞻", "数量较多", "请尽快清除"),
    "08": ("施工单位已通知", "扬尘明显", "占用部分车道", "围挡不规范"),
    "09": ("影响行人通行", "占用人行道约三米", "高峰期造成拥堵", "劝离后反复出现"),
    "10": ("存在安全隐患", "请紧急处置"),
}
"""What is said of a matter of the class, after its name and place."""

SOURCES = ("collector", "camera", "hotline-12345", "wechat", "app", "hotline-12319", "sensor", "inspection", "superior",
           "media")  # fmt: skip
SHARES = (0.46, 0.19, 0.12, 0.07, 0.06, 0.05, 0.02, 0.015, 0.01, 0.005)
"""Where cases come from, and the share of each source."""

OPENING = (9, 5, 50, 40, 40, 45, 4, 15, 3, 30)
"""Minutes (median) until a case of each source is opened: what citizens report is verified on the spot first."""

CITIZENS = frozenset({"hotline-12345", "wechat", "app", "hotline-12319", "media"})


@lru_cache(maxsize=1)
def hours() -> Floats:
    """Return the hours in which each matter has to be handled."""
    return np.array([_OWN_HOURS.get(code, _HOURS[code[:2]]) for code in matters()], dtype=np.float64)

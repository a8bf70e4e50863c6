"""Layers as one HTML file that can be mailed: a map, its legend, where it comes from, and what was left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

import geopandas as gpd

from layers.feature import Layer
from layers.look import Sync
from layers.query import Count
from layers.text import Text
from spatial.box import Box
from styles.features import placed
from styles.offline import Corners, OfflineMap, switch
from styles.overlay import overlay
from styles.template import filled, static
from styles.verbatim import Verbatim

MAX_EXPORT = 20_000
"""Rows of one layer that a file carries at most: what a browser draws and a mail takes."""

ZONE = Sync().zone
"""The zone that an export tells its own times in (IANA)."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A layer's rows for an export; `matched` is how many there were to choose from."""

    layer: Layer
    frame: gpd.GeoDataFrame
    matched: Count | None = None
    limit: int = MAX_EXPORT

    def cut(self) -> "Exported":
        """Return the export with no more rows than its limit, and knowing how many there were."""
        kept = self.frame.head(min(self.limit, MAX_EXPORT))
        return replace(self, frame=kept, matched=self.matched or Count(len(self.frame)))

    def left_out(self) -> Sequence[Text]:
        """Return what of the layer the file does not show."""
        return [*_beyond(len(self.frame), self.matched), *_nowhere(len(self.frame) - len(placed(self.frame)))]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file says of itself: its title, its source, when it was made, what was asked for, what it lacks of that.

    left_out: the title of a layer that the file does not hold, and why.
    """

    title: Text
    source: Text
    made_at: datetime
    box: Box | None = None
    filter: str | None = None
    left_out: Sequence[tuple[Text, Text]] = ()


def export(exports: Sequence[Exported], about: Sheet, assets: Path) -> str:
    """Return the layers as one HTML page that asks for nothing; raise MissingAsset.

    exports: of each the first rows up to its limit; the page says what it left out. assets: the folder of browser
    libraries. about: told above and below the map.
    """
    kept = [each.cut() for each in exports]
    page = city_map(kept, assets, about.box)
    left_out = [*about.left_out, *((each.layer.title, what) for each in kept for what in each.left_out())]
    told = filled(
        "sheet.html", about=about, made_at=_local(about.made_at), left_out=left_out, facts=list(_facts(about))
    )
    page.figure.title = escape(str(about.title))
    page.figure.header.add_child(Verbatim(f"<style>{static('sheet.css')}</style>"), name="onemap_sheet_css")
    page.figure.html.add_child(Verbatim(told), name="onemap_sheet")
    return page.figure.render()


def city_map(exports: Sequence[Exported], assets: Path, box: Box | None = None) -> OfflineMap:
    """Return the layers on one folium map in their order, fitted to the box or to what they hold.

    The layers that their style shows are switched on; where it shows none of them, all are.
    """
    kept = sorted((each.cut() for each in exports), key=lambda each: each.layer.style.order)
    shown = {each.layer.name for each in kept if each.layer.style.visible} or {each.layer.name for each in kept}
    page = OfflineMap(assets, _corners([each for each in kept if each.layer.name in shown], box))
    for each in kept:
        page.add_child(overlay(each.layer, each.frame, each.left_out(), show=each.layer.name in shown))
    page.add_child(switch())
    return page


def _corners(exports: Sequence[Exported], box: Box | None) -> Corners | None:
    # a map that starts in the Pacific at 180° cannot be fitted by corners
    if box and not box.crosses:
        return box.corners
    places = [placed(each.frame).geometry.to_numpy() for each in exports]
    around = Box.around(np.concatenate(places)) if places else None
    return around.corners if around else None


def _local(when: datetime) -> str:
    return f"{when.astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M}"


def _facts(about: Sheet) -> Iterator[tuple[Text, str]]:
    yield Text("来源", "Source"), str(about.source)
    yield Text("制作时间", "Made"), f"{_local(about.made_at)} {ZONE}"
    if about.box:
        yield Text("范围", "Area"), "{:.4f}, {:.4f} – {:.4f}, {:.4f}".format(*about.box.corners)
    if about.filter:
        yield Text("筛选", "Filter"), about.filter


def _beyond(shown: int, matched: Count | None) -> Iterator[Text]:
    if matched and matched.rows > shown:
        zh, en = ("共", "") if matched.exact else ("共约", "about ")
        yield Text(f"仅含前 {shown:,} / {zh} {matched.rows:,} 个", f"First {shown:,} of {en}{matched.rows:,}")


def _nowhere(rows: int) -> Iterator[Text]:
    if rows:
        yield Text(f"{rows:,} 个没有位置，未画出", f"{rows:,} without a place, not drawn")

"""The density of a layer's points as a derived raster: how many lie in a square kilometre."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

import shapely

from layers.feature import Layer
from layers.query import Query
from layers.raster import Raster, RasterBand, Recipe
from layers.raster_file import checked_name, drafts
from layers.rasters import Rasters
from layers.store.protocol import Store
from layers.text import Text
from spatial.coordinates import Floats
from spatial.crs import crs, points_out
from spatial.density import Grid, bandwidth, density, reach
from spatial.errors import BadInput, TooMuch
from spatial.raster import Band, degrees, write_cog, write_surface
from spatial.shape import Kind

MAX_POINTS = 5_000_000
"""Points of one surface: what a server holds at once without thinking."""

PAGE = 10_000
KM2 = 1e6
"""Square metres of a square kilometre."""

UNIT = "1/km2"
"""UCUM: how many in a square kilometre."""

SHOWN = (0.002, 0.6)
"""Where colours begin and end, as parts of the highest density: crowds are few, and all the rest is to be seen too."""

_GAUSS_KRUEGER, _UTM = (73.5, 136.5), 32601


@dataclass(frozen=True, slots=True)
class Derived:
    """What a density surface is to be: of which layer's rows, by what recipe, under which name and title."""

    layer: Layer
    query: Query
    recipe: Recipe
    name: str
    title: Text
    visible: bool = False


def derived(store: Store, rasters: Rasters, wish: Derived, *, anew: bool = False) -> Raster:
    """Estimate the density of the layer's points and keep it as a raster; raise BadInput, TooMuch, Conflict.

    anew: take the place of the one of its name.
    """
    checked_name(wish.name)
    revision = store.revision()
    lon, lat = points(store, wish.layer, wish.query)
    code = plane_of(lon, lat)
    x, y = points_out(lon, lat, crs(f"EPSG:{code}"))
    recipe = wish.recipe.model_copy(update={"revision": revision})
    pilot = max(recipe.bandwidth or bandwidth(x, y), recipe.cell)
    grid = Grid.around(x, y, recipe.cell, reach(pilot) + recipe.cell)
    surface = (density(x, y, grid, pilot) * KM2).astype(np.float32)
    made = _described(wish, grid, code, recipe).model_copy(update={"bands": (_band(wish, float(surface.max())),)})
    with drafts(rasters) as folder:
        write_surface(surface, folder / "plain.tif", grid.corners, code, Band("density", UNIT, "float32", None))
        write_cog(folder / "plain.tif", folder / "values.tif", code, smooth=True)
        return rasters.put(made, folder / "values.tif", anew=anew)


def points(store: Store, layer: Layer, query: Query) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes (n,) of the layer's points; raise BadInput for other layers and for none."""
    if not layer.place or not layer.place.place or layer.place.place.kind is not Kind.POINT:
        raise BadInput(f"{layer.name} has no points, and density is that of points")
    asked = replace(query, limit=MAX_POINTS + 1, properties=(layer.key.name,), count=False)
    found = [b.places for b in store.blocks(layer, asked, PAGE) if b.places is not None]
    places = np.concatenate(found) if found else np.empty(0, dtype=object)
    if len(places) > MAX_POINTS:
        raise TooMuch(f"more than {MAX_POINTS:,} points; choose some by time or by a filter")
    lon, lat = shapely.get_x(places), shapely.get_y(places)
    there = np.isfinite(lon) & np.isfinite(lat)
    if not there.any():
        raise BadInput(f"no {layer.name} match, and nothing has no density; ask for more")
    return lon[there], lat[there]


def plane_of(lon: Floats, lat: Floats) -> int:
    """Return the EPSG code of the plane around points: a zone of CGCS2000 / 3-degree Gauss-Krüger, elsewhere of UTM.

    One zone for all of them, though some may lie beyond its edge: 300 km from its meridian areas are 0.2 % too large.
    """
    east, north = float(lon.min() + lon.max()) / 2, float(lat.min() + lat.max()) / 2
    west, most = _GAUSS_KRUEGER
    if north >= 0 and west <= east < most:
        return 4534 + round((east - 75) / 3)
    zone = int((east + 180) // 6) % 60
    return _UTM + zone + (0 if north >= 0 else 100)


def _described(wish: Derived, grid: Grid, code: int, recipe: Recipe) -> Raster:
    what = wish.layer.title
    return Raster(
        name=wish.name,
        title=wish.title,
        description=Text(
            f"{what.zh}的核密度：每平方千米的数量（自适应核，格网 {recipe.cell:g} m）。",
            f"{what.en} per square kilometre: an adaptive kernel estimate in cells of {recipe.cell:g} m.",
        ),
        code=code,
        shape=grid.shape,
        corners=grid.corners,
        box=degrees(grid.corners, code),
        bands=(RasterBand(name="density", title=wish.title),),
        ramp="heat",
        visible=wish.visible,
        made=datetime.now(UTC),
        recipe=recipe,
    )


def _band(wish: Derived, highest: float) -> RasterBand:
    low, high = (part * highest for part in SHOWN)
    return RasterBand(name="density", title=wish.title, unit=UNIT, low=low, high=high)

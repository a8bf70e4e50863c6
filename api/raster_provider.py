"""Rasters as pygeoapi's providers: its own one for coverages, told the truth about fields, axes and systems; and EDR.

pygeoapi 0.24 calls all bands of a GeoTIFF None, writes the asked box for the answered one, the edges of the outermost
cells for their middles, every band's values into each band's range, and no CRS that exists for projected rasters.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

import rasterio
import rasterio.features
import rasterio.warp
import rasterio.windows
import shapely
from pygeoapi.provider.base_edr import BaseEDRProvider
from pygeoapi.provider.rasterio_ import RasterioProvider
from shapely.geometry.base import BaseGeometry

from api.raster_schema import field
from layers.raster import Raster, RasterBand
from spatial.crs import CRS84
from spatial.raster import GDAL, VRT, near

type Document = dict[str, Any]
type Values = NDArray[Any]

SUBSET, MASK = cast("Any", rasterio.windows), cast("Any", rasterio.features).geometry_mask
TO = cast("Any", rasterio.warp).transform


class CoverageProvider(RasterioProvider):
    """A raster as a coverage; `raster` in its definition says what its file cannot."""

    def __init__(self, provider_def: Document) -> None:
        """Open the file; raise ProviderConnectionError."""
        self.raster = cast("Raster", provider_def["raster"])
        cast("Any", super()).__init__(provider_def)

    def get_fields(self) -> Document:
        """Return the bands by name, as JSON Schema says what they hold."""
        self._fields = {band.name: field(band, n) for n, band in enumerate(self.raster.bands, 1)}
        return self._fields

    def query(self, **asked: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride] - all are named
        """Return the coverage as CoverageJSON or GeoTIFF, of the bands that `properties` names."""
        names = cast("Sequence[str]", asked.pop("properties", None) or ())
        numbers = [n for name in names for n, band in enumerate(self.raster.bands, 1) if band.name == name]
        # of fewer bands pygeoapi would write as many as the file has
        self.options = {"count": len(numbers)} if numbers else None
        return cast("Any", super()).query(properties=[str(n) for n in numbers], **asked)

    def gen_covjson(self, metadata: Document, data: Values) -> Document:
        """Return values (bands, rows, columns) as CoverageJSON."""
        numbers = metadata["bands"] or range(1, len(self.raster.bands) + 1)
        bands = [self.raster.bands[n - 1] for n in numbers]
        crs = self.raster.crs
        order = ("y", "x") if crs.north_first else ("x", "y")
        system = {"type": "GeographicCRS" if crs.is_geographic else "ProjectedCRS", "id": crs.uri}
        return grid(bands, np.ma.masked_invalid(data), metadata["transform"], referencing(order, system))

    def _get_coverage_properties(self) -> Document:
        found = cast("Document", cast("Any", super())._get_coverage_properties())
        x, y = self.raster.axes
        return {**found, "bbox_crs": self.raster.crs.uri, "x_axis_label": x, "y_axis_label": y, "axes": [x, y]}


class EdrProvider(BaseEDRProvider):
    """A raster's values at points, in areas and in boxes, all in longitude and latitude."""

    def __init__(self, provider_def: Document) -> None:
        """Know the raster and its file."""
        cast("Any", super()).__init__(provider_def)
        self.raster = cast("Raster", provider_def["raster"])
        self.get_fields()

    def get_fields(self) -> Document:
        """Return the bands by name."""
        self._fields = {
            band.name: {**field(band, n), "x-ogc-unit": band.unit or "1"} for n, band in enumerate(self.raster.bands, 1)
        }
        return self._fields

    def position(self, **asked: Any) -> Document:
        """Return the values of the cells that hold the points (EDR, 8.2.1); null outside."""
        points = shapely.get_coordinates(asked["wkt"])
        numbers, bands = self._chosen(asked)
        with self._opened() as source:
            xs, ys = TO(near(self.raster.code, metric=False), source.crs, points[:, 0].tolist(), points[:, 1].tolist())
            sampled = list(source.sample(zip(xs, ys, strict=True), indexes=numbers, masked=True))
        values = np.ma.masked_invalid(np.ma.stack(sampled)).T
        one = asked["wkt"].geom_type == "Point"
        axes = _single(points[0]) if one else {"composite": _many(points)}
        domain = {"type": "Domain", "domainType": "Point" if one else "MultiPoint", "axes": axes, **LONLAT}
        shape: Document = {} if one else {"axisNames": ["composite"], "shape": [len(points)]}
        return coverage(domain, bands, [_array(v, band, shape) for v, band in zip(values, bands, strict=True)])

    def area(self, **asked: Any) -> Document:
        """Return the cells whose middles lie in the polygon (EDR, 8.2.3); null for others in its box."""
        return self._cut(asked, shapely.bounds(asked["wkt"]).tolist(), asked["wkt"])

    def cube(self, **asked: Any) -> Document:
        """Return the cells that the box touches (EDR, 8.2.4)."""
        return self._cut(asked, asked["bbox"], None)

    def _cut(self, asked: Document, box: Sequence[float], shape: BaseGeometry | None) -> Document:
        numbers, bands = self._chosen(asked)
        # without tolerance: GDAL would else take the neighbour's value within an eighth of a cell of the edge
        with self._opened() as source, VRT(source, crs=near(self.raster.code, metric=False), tolerance=0) as turned:
            window = whole(turned, box)
            data = turned.read(numbers, window=window, masked=True)
            placed = turned.window_transform(window)
        if shape is not None:
            outside = MASK([shape], data.shape[1:], placed)
            data = np.ma.masked_where(np.broadcast_to(outside, data.shape), data)
        return grid(bands, np.ma.masked_invalid(data), placed, LONLAT)

    def _chosen(self, asked: Document) -> tuple[list[int], list[RasterBand]]:
        names = asked.get("select_properties") or [band.name for band in self.raster.bands]
        found = [(n, band) for n, band in enumerate(self.raster.bands, 1) if band.name in names]
        return [n for n, _ in found], [band for _, band in found]

    def _opened(self) -> Any:
        return GDAL.open(self.data)


def whole(source: Any, box: Sequence[float]) -> Any:
    """Return the window of all cells that a box in the source's own coordinates touches, within the source."""
    around = SUBSET.from_bounds(*box, transform=source.transform)
    rows, columns = (
        _span(around.row_off, around.height, source.height),
        _span(around.col_off, around.width, source.width),
    )
    return SUBSET.Window(columns[0], rows[0], columns[1] - columns[0], rows[1] - rows[0])


def grid(bands: Sequence[RasterBand], data: Values, transform: Any, references: Document) -> Document:
    """Return values (bands, rows, columns) as CoverageJSON of domain type Grid (OGC 21-069r2, 6.4, 9.11.1)."""
    _, rows, columns = data.shape
    axes = {
        "x": _axis(transform.c + transform.a / 2, transform.a, columns),
        "y": _axis(transform.f + transform.e / 2, transform.e, rows),
    }
    domain = {"type": "Domain", "domainType": "Grid", "axes": axes, **references}
    shape: Document = {"axisNames": ["y", "x"], "shape": [rows, columns]}
    return coverage(
        domain, bands, [_array(values.ravel(), band, shape) for values, band in zip(data, bands, strict=True)]
    )


def coverage(domain: Document, bands: Sequence[RasterBand], ranges: Sequence[Document]) -> Document:
    """Return a CoverageJSON document."""
    return {
        "type": "Coverage",
        "domain": domain,
        "parameters": {band.name: parameter(band) for band in bands},
        "ranges": {band.name: made for band, made in zip(bands, ranges, strict=True)},
    }


def parameter(band: RasterBand) -> Document:
    """Return a band as a CoverageJSON parameter (OGC 21-069r2, 6.3)."""
    label = band.title.json()
    told: Document = {"type": "Parameter", "description": label, "observedProperty": {"id": band.name, "label": label}}
    symbol = {"value": band.unit, "type": "http://www.opengis.net/def/uom/UCUM/"}
    return told | ({"unit": {"symbol": symbol}} if band.unit else {})


def referencing(order: Sequence[str], system: Mapping[str, str]) -> Document:
    """Return the reference of a domain's axes, in the order of the system's own."""
    return {"referencing": [{"coordinates": list(order), "system": dict(system)}]}


LONLAT = referencing(("x", "y"), {"type": "GeographicCRS", "id": CRS84.uri})


def _array(values: Values, band: RasterBand, shape: Document) -> Document:
    whole_numbers = np.dtype(band.dtype).kind in "iu"
    # None where masked: JSON has no NaN
    listed = cast("list[Any]", np.ma.asarray(values).tolist())
    return {
        "type": "NdArray",
        "dataType": "integer" if whole_numbers else "float",
        **shape,
        "values": listed if shape else listed[:1],
    }


def _axis(start: float, step: float, count: int) -> Document:
    return {"start": start, "stop": start + step * (count - 1), "num": count}


def _single(point: Values) -> Document:
    return {"x": {"values": [float(point[0])]}, "y": {"values": [float(point[1])]}}


def _many(points: Values) -> Document:
    return {"dataType": "tuple", "coordinates": ["x", "y"], "values": points.tolist()}


def _span(start: float, length: float, most: int) -> tuple[int, int]:
    first = int(np.clip(np.floor(start + 1e-9), 0, most - 1))
    last = int(np.clip(np.ceil(start + length - 1e-9), first + 1, most))
    return first, last

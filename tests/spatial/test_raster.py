"""Raster files: what they say is found out, what they hide is refused before it does harm."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

import rasterio
from rasterio.crs import CRS
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import Affine, from_origin

from spatial import raster as module
from spatial.errors import BadCrs, BadSource, TooMuch
from spatial.raster import Band, degrees, inspect, near, usual, walked, write_cog, write_surface

PLACE = from_origin(355_000, 3_275_000, 30, 30)


def write(path: Path, bands: Any, **said: Any) -> Path:
    bands = np.asarray(bands)
    count, height, width = bands.shape
    known = {"driver": "GTiff", "crs": "EPSG:4545", "transform": PLACE, "dtype": bands.dtype.name} | said
    with cast("Any", rasterio).open(path, "w", count=count, height=height, width=width, **known) as target:
        target.write(bands)
    return path


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return write(tmp_path / "plain.tif", np.arange(1200, dtype="float32").reshape(1, 30, 40), nodata=0)


def test_what_a_file_says_of_itself(plain: Path) -> None:
    facts = inspect(plain)
    assert (facts.code, facts.shape, facts.look, facts.cloud) == (4545, (30, 40), "values", False)
    assert facts.corners == (355_000, 3_274_100, 356_200, 3_275_000)
    assert facts.box == pytest.approx((106.5035, 29.5765, 106.5160, 29.5847), abs=1e-4)
    assert facts.bands == (Band("1", None, "float32", 0.0),)


def test_a_cog_holds_the_same_values(plain: Path, tmp_path: Path) -> None:
    write_cog(plain, tmp_path / "cog.tif", 4545, smooth=True)
    assert inspect(tmp_path / "cog.tif").cloud
    with rasterio.open(plain) as one, rasterio.open(tmp_path / "cog.tif") as other:
        np.testing.assert_array_equal(one.read(), other.read())
        assert (one.bounds, one.crs, one.nodata) == (other.bounds, other.crs, other.nodata)


def test_a_crs_is_said_where_the_file_does_not(tmp_path: Path) -> None:
    bare = write(tmp_path / "bare.tif", np.ones((1, 30, 40), "int16"), crs=None)
    with pytest.raises(BadCrs, match="--crs"):
        inspect(bare)
    assert inspect(bare, 4545).code == 4545
    write_cog(bare, tmp_path / "cog.tif", 4545, smooth=False)
    assert inspect(tmp_path / "cog.tif").code == 4545
    with pytest.raises(BadCrs, match=r"globe|no place"):
        inspect(bare, 4326)


def test_coarser_levels_of_codes_hold_codes(tmp_path: Path) -> None:
    codes = np.random.default_rng(1).choice([1, 200], (1, 1100, 1100)).astype("uint8")
    write(tmp_path / "codes.tif", codes)
    write_cog(tmp_path / "codes.tif", tmp_path / "cog.tif", 4545, smooth=False)
    with rasterio.open(tmp_path / "cog.tif", overview_level=0) as level:
        assert set(np.unique(level.read())) == {1, 200}


def test_the_usual_values_leave_out_what_is_rare_and_what_is_nothing(tmp_path: Path) -> None:
    values = np.full((2, 100, 100), 50, "float32")
    values[0, :50] = 10
    values[0, 0, 0] = 1e9
    values[1] = np.nan
    assert usual(write(tmp_path / "a.tif", values)) == [(10.0, 50.0), None]


def test_every_block_is_read_once(plain: Path) -> None:
    told: list[tuple[int, int]] = []
    walked(plain, lambda done, of: told.append((done, of)))
    assert told
    assert told[-1][0] == told[-1][1] == len(told)


def test_a_cut_file_is_found_out(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).random((1, 300, 300)).astype("float32")
    whole = write(tmp_path / "whole.tif", noise, compress="deflate").read_bytes()
    (tmp_path / "cut.tif").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadSource):
        inspect(tmp_path / "cut.tif")
        walked(tmp_path / "cut.tif", lambda done, of: None)


@pytest.mark.parametrize(
    "text",
    [
        '<VRTDataset rasterXSize="2" rasterYSize="2"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
        "<SourceFilename>/etc/hostname</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>",
        "<GDAL_WMS><Service name='TMS'><ServerUrl>http://127.0.0.1/${z}</ServerUrl></Service></GDAL_WMS>",
        "not a raster",
        "",
    ],
    ids=["vrt", "wms", "text", "empty"],
)
@pytest.mark.parametrize("name", ["a.tif", "a.vrt", "a.xml"])
def test_what_points_elsewhere_is_no_raster(tmp_path: Path, text: str, name: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BadSource, match="cannot be read"):
        inspect(tmp_path / name)


@pytest.mark.parametrize(
    "path", ["/vsicurl/http://127.0.0.1/a.tif", "/vsimem/a.tif", "/vsizip/a.zip/a.tif", "/none", "/"]
)
def test_only_files_of_this_machine_are_opened(path: str) -> None:
    with pytest.raises(BadSource, match="no file of this machine"):
        inspect(Path(path))


def test_side_files_are_not_looked_at(plain: Path) -> None:
    (plain.parent / "plain.tif.aux.xml").write_text(
        "<PAMDataset><PAMRasterBand band='1'><Description>elsewhere</Description></PAMRasterBand></PAMDataset>"
    )
    assert inspect(plain).bands[0].name == "1"


def test_strangers_words_carry_no_markup(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.ones((1, 4, 4), "float32"))
    with rasterio.open(path, "r+") as target:
        target.set_band_description(1, "<script>alert('x')</script> 高程\n" + "y" * 200)
    assert inspect(path).bands[0].name == "scriptalert(x)/script 高程" + "y" * 56


def test_a_raster_that_unfolds_far_beyond_its_file_is_refused(tmp_path: Path) -> None:
    said = {"driver": "GTiff", "crs": "EPSG:4545", "transform": PLACE, "dtype": "uint8", "tiled": True}
    with cast("Any", rasterio).open(
        tmp_path / "bomb.tif", "w", count=1, height=60_000, width=60_000, sparse_ok=True, **said
    ):
        pass
    assert (tmp_path / "bomb.tif").stat().st_size < 1_000_000
    with pytest.raises(TooMuch, match="unfolds"):
        inspect(tmp_path / "bomb.tif")


def test_limits_are_limits(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value, words in (("MAX_VALUES", 1000, "values"), ("MAX_BLOCK", 100, "blocks"), ("MAX_BANDS", 0, "bands")):
        with monkeypatch.context() as patch, pytest.raises(TooMuch, match=words):
            patch.setattr(module, name, value)
            inspect(plain)


def test_complex_values_and_turned_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="complex64"):
        inspect(write(tmp_path / "c.tif", np.ones((1, 4, 4), "complex64")))
    for n, turned in enumerate((Affine(30, 5, 0, 5, -30, 0), Affine(30, 0, 355_000, 0, 30, 3_275_000))):
        with pytest.raises(BadSource, match="gdalwarp"):
            inspect(write(tmp_path / f"{n}.tif", np.ones((1, 4, 4), "float32"), transform=turned))


@pytest.mark.filterwarnings(f"ignore::{NotGeoreferencedWarning.__module__}.{NotGeoreferencedWarning.__name__}")
def test_a_picture_that_lies_nowhere_is_refused(tmp_path: Path) -> None:
    nowhere = write(tmp_path / "n.tif", np.ones((1, 4, 4), "uint8"), crs=None, transform=Affine.identity())
    with pytest.raises((BadSource, BadCrs)):
        inspect(nowhere, 4545)


def test_corners_must_lie_on_the_globe() -> None:
    assert degrees((106, 29, 107, 30), 4326) == (106, 29, 107, 30)
    with pytest.raises(BadCrs):
        degrees((355_000, 3_274_000, 356_000, 3_275_000), 4326)


@pytest.mark.parametrize("code", [4545, 4490, 32648, 4326, 3857, 27700])
def test_the_own_datum_gives_the_same_places_as_the_global_one(code: int) -> None:
    from rasterio.warp import transform

    x, y = cast("Any", transform)("OGC:CRS84", CRS.from_epsg(code), [106.5, 106.6], [29.5, 29.7])
    for metric, plain in ((True, CRS.from_epsg(3857)), (False, "OGC:CRS84")):
        one = transform(CRS.from_epsg(code), near(code, metric=metric), x, y)
        np.testing.assert_allclose(one, transform(CRS.from_epsg(code), plain, x, y), rtol=1e-9)


def test_a_surface_is_written_where_it_lies(tmp_path: Path) -> None:
    values = np.arange(12, dtype="float32").reshape(3, 4)
    write_surface(values, tmp_path / "s.tif", (100, 200, 500, 500), 4545, Band("density", "1/km2", "float32", None))
    with rasterio.open(tmp_path / "s.tif") as made:
        np.testing.assert_array_equal(made.read(1), values)
        assert tuple(made.bounds) == (100, 200, 500, 500)
        assert (made.crs, made.descriptions, made.units) == (CRS.from_epsg(4545), ("density",), ("1/km2",))

"""Map tiles: a raster as pictures, where it is, in every grid; asked again, nothing is sent."""

import warnings
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import rasterio
from rasterio.errors import NotGeoreferencedWarning

from layers.raster_file import Wish, added
from layers.text import Text
from spatial.tms import SETS

HERE = "/collections/dem/map/tiles"
MIDDLE = (106.64, 29.49)


def at(tms: str, z: int, lon: float = MIDDLE[0], lat: float = MIDDLE[1]) -> str:
    cut = SETS[tms]
    (x,), (y,) = cut.project(np.array([lon]), np.array([lat]))
    side = cut.width / 2**z
    column, row = int((x - cut.top[0]) // side), int((cut.top[1] - y) // side)
    return f"{HERE}/{tms}/{z}/{row}/{column}"


def pixels(content: bytes) -> Any:
    """Bands (4, rows, columns) of a picture."""
    with warnings.catch_warnings(), rasterio.MemoryFile(content) as file:
        # a picture lies nowhere
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with file.open() as picture:
            return picture.read()


@pytest.mark.parametrize("tms", SETS)
def test_every_grid_has_tiles(dem: TestClient, tms: str) -> None:
    answer = dem.get(at(tms, 12))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    seen = pixels(answer.content)
    assert seen.shape == (4, 256, 256)
    assert (seen[3] == 255).any()


def test_colours_run_as_values_do(dem: TestClient) -> None:
    """From the dark end in the north to the bright one in the south."""
    whole = pixels(dem.get(at("WebMercatorQuad", 10)).content).astype(int)
    rows = [whole[:3, row][:, whole[3, row] == 255].sum(axis=0).mean() for row in range(256) if whole[3, row].any()]
    assert len(rows) > 20
    assert rows[-5] > rows[5] + 100


def test_both_formats_show_the_same(dem: TestClient) -> None:
    png, webp = (dem.get(f"{at('WebMercatorQuad', 12)}?f={f}") for f in ("png", "webp"))
    assert webp.headers["content-type"] == "image/webp"
    one, other = pixels(png.content), pixels(webp.content)
    np.testing.assert_array_equal(one[:3, one[3] == 255], other[:3, one[3] == 255])
    assert dem.get(at("WebMercatorQuad", 12), headers={"accept": "image/webp"}).content == webp.content


def test_nothing_is_sent_where_nothing_is(dem: TestClient) -> None:
    far = dem.get(at("WebMercatorQuad", 12, 10.0, 50.0))
    assert (far.status_code, far.content) == (204, b"")
    empty = dem.get(at("WebMercatorQuad", 17, 106.5055, 29.5862))
    assert empty.status_code == 204


@pytest.mark.parametrize("tms", SETS)
def test_a_tile_of_half_the_world_shows_it_as_a_point_or_not_at_all(dem: TestClient, tms: str) -> None:
    """At the raster's own resolution such a tile would have ten thousand million cells."""
    first, found = SETS[tms].zooms[0], list[int]()
    for z in range(first, first + 7):
        answer = dem.get(at(tms, z))
        found.append(int((pixels(answer.content)[3] > 0).sum()) if answer.status_code == 200 else 0)
    assert found[0] <= 1
    assert found == sorted(found)
    assert found[-1] > 100


def test_edges_are_clear(dem: TestClient) -> None:
    seen = pixels(dem.get(at("WebMercatorQuad", 9)).content)
    assert set(np.unique(seen[3])) == {0, 255}


def test_what_is_held_already_is_not_sent_again(dem: TestClient) -> None:
    answer = dem.get(at("WebMercatorQuad", 12))
    tag = answer.headers["etag"]
    assert answer.headers["cache-control"] == "no-cache"
    again = dem.get(at("WebMercatorQuad", 12), headers={"if-none-match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert dem.get(at("WebMercatorQuad", 11), headers={"if-none-match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("WebMercatorQuad/x/0/0", 400),
        ("WebMercatorQuad/1/-1/0", 400),
        ("WebMercatorQuad/1/0/1e3", 400),
        ("WebMercatorQuad/1/2/0", 404),
        ("WebMercatorQuad/99/0/0", 404),
        ("WebMercatorQuad/9999999999999/0/0", 400),
        ("Nowhere/1/0/0", 404),
        ("WebMercatorQuad/1/0/0?f=jpeg", 400),
        ("WebMercatorQuad/1/0/0?scale=2", 400),
        ("Nowhere", 404),
    ],
)
def test_what_is_wrong_is_told(dem: TestClient, path: str, status: int) -> None:
    answer = dem.get(f"{HERE}/{path}")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_sets_lead_to_their_tiles(dem: TestClient) -> None:
    sets = dem.get(HERE).json()["tilesets"]
    assert [each["links"][0]["href"].rpartition("/")[2] for each in sets] == list(SETS)
    for each in sets:
        whole = dem.get(each["links"][0]["href"]).json()
        assert whole["dataType"] == "map"
        links = {link["rel"]: link for link in whole["links"]}
        assert dem.get(links["http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"]["href"]).status_code == 200
        name = links["item"]["href"].split("/tiles/")[1].split("/")[0]
        numbers = at(name, 12).split(f"{name}/")[1].split("/")
        href = links["item"]["href"]
        for part, number in zip(("tileMatrix", "tileRow", "tileCol"), numbers, strict=True):
            href = href.replace(f"{{{part}}}", number)
        assert dem.get(href).status_code == 200


def test_pictures_and_tables_of_colours_keep_their_own(
    dem_app: FastAPI, dem: TestClient, write_raster: Any, tmp_path: Any
) -> None:
    rasters = dem_app.state.onemap.rasters
    photo = np.zeros((3, 70, 90), "uint8")
    photo[0], photo[1], photo[2] = 10, 120, 230
    said = {"photometric": "RGB"}
    added(rasters, write_raster(tmp_path / "photo.tif", photo, **said), Wish("photo", Text("影像", "Image")))
    codes = write_raster(tmp_path / "codes.tif", np.full((1, 70, 90), 7, "uint8"), photometric="PALETTE")
    with rasterio.open(codes, "r+") as target:
        target.write_colormap(1, {7: (200, 100, 50, 255)})
    added(rasters, codes, Wish("codes", Text("分类", "Classes")))
    for name, color in (("photo", [10, 120, 230, 255]), ("codes", [200, 100, 50, 255])):
        seen = pixels(dem.get(at("WebMercatorQuad", 12).replace("dem", name)).content)
        assert seen[:, 128, 128].tolist() == color

"""Coordinates move together, whatever holds them."""

import numpy as np

import shapely

from spatial.coordinates import moved, vertices

SHAPES = np.array(
    [
        shapely.Point(1, 2),
        None,
        shapely.LineString([(1, 2, 3), (4, 5, 6)]),
        shapely.box(0, 0, 9, 9).difference(shapely.box(1, 1, 2, 2)),
        shapely.GeometryCollection([shapely.Point(7, 8), shapely.MultiPoint([(1, 1), (2, 2)])]),
        shapely.Point(),
    ],
    dtype=object,
)


def test_every_vertex_moves_and_heights_stay() -> None:
    out = moved(SHAPES, lambda x, y: (x + 10, y * 2))
    before, after = (shapely.get_coordinates(shapes, include_z=True) for shapes in (SHAPES, out))
    assert (after[:, 0] == before[:, 0] + 10).all()
    assert (after[:, 1] == before[:, 1] * 2).all()
    assert np.array_equal(after[:, 2], before[:, 2], equal_nan=True)
    assert shapely.get_type_id(out).tolist() == shapely.get_type_id(SHAPES).tolist()
    assert shapely.has_z(out).tolist() == shapely.has_z(SHAPES).tolist()


def test_the_given_shapes_are_left_alone() -> None:
    before = shapely.to_wkt(SHAPES).tolist()
    moved(SHAPES, lambda x, y: (np.zeros_like(x), y))
    assert shapely.to_wkt(SHAPES).tolist() == before


def test_a_shape_without_a_finite_image_becomes_none() -> None:
    out = moved(SHAPES, lambda x, y: (np.where(x == 4, np.inf, x), np.where(x == 7, np.nan, y)))
    assert [shape is None for shape in out] == [False, True, True, False, True, False]


def test_nothing_moves_to_nothing() -> None:
    assert moved(SHAPES[:0], lambda x, y: (x, y)).shape == (0,)
    assert moved(SHAPES[1:2], lambda x, y: (x, y)).tolist() == [None]


def test_vertices_know_their_shape() -> None:
    x, y, owner = vertices(SHAPES[:3])
    assert (x.tolist(), y.tolist(), owner.tolist()) == ([1, 1, 4], [2, 2, 5], [0, 2, 2])

"""What docs/postgis.md has an administrator do gives an owner who may do all, and a reader who may only read."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import shapely

from layers.query import Query
from layers.store.open import opened
from layers.store.postgis.cluster import Cluster
from spatial.errors import Forbidden

DOCUMENT = Path(__file__).parents[4] / "docs" / "postgis.md"
BLOCK = re.compile(r"<!-- sql: roles -->\n```sql\n(.*?)```", re.DOTALL)
ROW = {"code": "500103", "name": "渝中区", "place": shapely.MultiPolygon([shapely.box(106.5, 29.5, 106.6, 29.6)])}


@pytest.fixture
def city(cluster: Cluster, program: Callable[[str], str]) -> Iterator[Callable[[str], str]]:
    """The address, by role, of the database that the document makes."""
    found = BLOCK.search(DOCUMENT.read_text(encoding="utf-8"))
    assert found
    command = [program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", cluster.url()]
    subprocess.run(command, input=found[1], text=True, check=True)
    yield lambda role: cluster.url("city").replace("//onemap@", f"//{role}@")
    cluster.drop("city")
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("DROP ROLE city_owner")
        connection.execute("DROP ROLE city_reader")


def test_an_owner_writes_and_a_reader_reads(city: Any) -> None:
    owner = opened(city("city_owner"))
    with owner.write() as writer:
        writer.upsert(owner.layers()["districts"], [ROW])
    reader = opened(city("city_reader"))
    layer = reader.layers()["districts"]
    assert reader.block(layer, Query()).keys == ["500103"]
    assert reader.count(layer, Query()) is not None
    with pytest.raises(Forbidden), reader.write() as writer:
        writer.delete(layer, ["500103"])
    assert owner.block(layer, Query()).keys == ["500103"]
    for store in (owner, reader):
        store.close()

"""The city goes into the database through OneMap's own store, so that all servers read the same tables."""

from contextlib import closing

from benchmarks.race import data
from benchmarks.race.database import Database, wanting
from layers.runtime import from_schema
from layers.store.postgis.store import PostgisStore


def load(database: Database) -> None:
    """Add the layers and write their rows, unless they are there."""
    missing = list(wanting(database))
    if not missing:
        return
    with closing(PostgisStore(database.url)) as store:
        for name in missing:
            _fill(store, name)
    with database.session() as session:
        session.execute("VACUUM ANALYZE")


def _fill(store: PostgisStore, name: str) -> None:
    if name in store.layers():
        store.drop(name)
    document = data.schema(name)
    layer = from_schema(name, document)
    store.add(layer, document)
    for block in data.rows(name):
        with store.write() as writer:
            writer.append(layer, block)

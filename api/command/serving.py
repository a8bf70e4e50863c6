"""The app as server processes make it: here the floors that must not know each other are joined."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from api.context import Upload
from api.main import create_app
from api.settings import Settings
from layers.store.protocol import Store


def app() -> FastAPI:
    """Return the service that the environment describes."""
    return create_app(Settings(), importer=read)


def read(store: Store, upload: Upload) -> Mapping[str, Any]:
    """Make a layer of an uploaded file; reading files is loaded when the first one comes."""
    from etl.upload import uploaded  # a second of imports that most servers never need

    return uploaded(store, upload)

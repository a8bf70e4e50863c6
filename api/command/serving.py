"""The app as server processes make it: here the floors that must not know each other are joined."""

from fastapi import FastAPI

from api.main import create_app
from api.settings import Settings


def app() -> FastAPI:
    """Return the service that the environment describes."""
    return create_app(Settings())

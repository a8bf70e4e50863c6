"""Settings, read once from ONEMAP_… when the app is made."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from layers.access import Reader
from layers.text import Text
from layers.tile import Room


class Settings(BaseSettings):
    """What a deployment decides; each is the environment variable ONEMAP_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="ONEMAP_", frozen=True)

    store: str = Field(
        default="city/onemap.gpkg",
        repr=False,  # it may hold a password
        description="where rows live: a GeoPackage file, postgresql://user@host/database, or pg-local",
    )
    rasters: str = Field(default="", description="folder of the rasters; beside a GeoPackage if not said")
    host: str = Field(default="127.0.0.1", description="address to listen on; 0.0.0.0 for all")
    port: int = Field(default=8000, ge=1, le=65535, description="port to listen on")
    workers: int = Field(default=1, ge=1, le=64, description="server processes")
    base_url: str = Field(
        default="", description="public address when behind a proxy, such as https://map.example.city"
    )
    reader: Reader = Field(
        default=Reader.PUBLIC, description="what anonymous readers see: 0 public, 1 district, 2 city, 3 admin"
    )
    writes: Literal["local", "open", "off"] = Field(
        default="local", description="who may add layers: this machine, all, nobody"
    )
    title_zh: str = Field(default="一张图", description="name of the service in Chinese")
    title_en: str = Field(default="OneMap", description="name of the service in English")
    center: tuple[float, float] = Field(default=(106.55, 29.58), description="where the map opens: longitude, latitude")
    zoom: float = Field(default=11.2, ge=0, le=22, description="zoom the map opens at")
    tile_features: int = Field(
        default=10_000, ge=1, description="points of a layer in one tile; more are gathered and counted"
    )
    tile_bytes: int = Field(
        default=500_000, ge=1000, description="bytes of a tile from which on its features are gathered more coarsely"
    )
    tile_cache: int = Field(default=64_000_000, ge=0, description="bytes of tiles that each process keeps; 0 for none")
    max_upload: int = Field(default=200_000_000, ge=1, description="bytes that an uploaded file may have")

    @property
    def title(self) -> Text:
        """The service's name in both languages."""
        return Text(self.title_zh, self.title_en)

    @property
    def room(self) -> Room:
        """How much a tile may hold."""
        return Room(self.tile_features, self.tile_bytes)

"""Settings, read once from ONEMAP_… when the app is made."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from layers.access import Reader
from layers.text import Text


class Settings(BaseSettings):
    """What a deployment decides; each is the environment variable ONEMAP_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="ONEMAP_", frozen=True)

    store: str = Field(default="city/onemap.gpkg", description="GeoPackage file of the embedded store")
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
    max_upload: int = Field(default=200_000_000, ge=1, description="bytes that an uploaded file may have")

    @property
    def title(self) -> Text:
        """The service's name in both languages."""
        return Text(self.title_zh, self.title_en)

    @property
    def store_path(self) -> Path:
        """The embedded store's file."""
        return Path(self.store).expanduser()

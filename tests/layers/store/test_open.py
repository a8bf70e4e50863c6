"""A store's name says what it is; passwords in it are told to nobody."""

import logging
import traceback
from pathlib import Path
from typing import Any

import pytest

from api.main import create_app
from api.settings import Settings
from layers.store.geopackage import GeoPackageStore
from layers.store.open import exists, opened, shown
from spatial.errors import BadSource, OneMapError, Unavailable

SECRET = "Xy7-geheim"  # a word that is nowhere else


def test_a_path_is_a_geopackage(tmp_path: Path) -> None:
    name = str(tmp_path / "deep" / "city.gpkg")
    assert not exists(name)
    store = opened(name)
    store.close()
    assert isinstance(store, GeoPackageStore)
    assert exists(name)


def test_an_address_is_postgis(database: Any) -> None:
    from layers.store.postgis.store import PostgisStore

    address = database()
    assert exists(address)
    for name in (address, address.replace("postgresql://", "postgres://")):
        store = opened(name)
        assert isinstance(store, PostgisStore)
        assert store.layers()["cases"].name == "cases"
        store.close()


@pytest.mark.parametrize("name", ["mysql://u@h/d", f"oracle+x://u:{SECRET}@h/d", "https://example.org/city.gpkg"])
def test_other_addresses_are_no_stores(name: str) -> None:
    with pytest.raises(BadSource, match="is no store: send a path, postgresql://") as bad:
        opened(name)
    assert SECRET not in str(bad.value)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("city/onemap.gpkg", "city/onemap.gpkg"),
        ("postgresql:///city?host=/run/pg", "postgresql:///city?host=/run/pg"),
        ("postgresql://ann@db.city:5433/onemap", "postgresql://ann@db.city:5433/onemap"),
        (f"postgresql://ann:{SECRET}@db.city/onemap", "postgresql://ann:***@db.city/onemap"),
        (f"postgresql://ann:a@{SECRET}/b@db.city/onemap", "postgresql://ann:***@db.city/onemap"),
        (f"postgresql://db/onemap?password={SECRET}&user=ann", "postgresql://db/onemap?password=***&user=ann"),
        (f"postgresql://db/onemap?user=ann&sslpassword={SECRET}", "postgresql://db/onemap?user=ann&sslpassword=***"),
    ],
)
def test_what_is_shown_has_no_password(name: str, told: str) -> None:
    assert shown(name) == told


@pytest.mark.parametrize(
    "name",
    [
        f"postgresql://ann:{SECRET}%@db/onemap",
        f"postgresql://ann:a@{SECRET}@db/onemap",
        f"postgresql://ann:{SECRET}/b@db/onemap",
        f"postgresql://db/onemap?passwort={SECRET}",
        f"postgresql://ann:{SECRET}@db:x/onemap",
    ],
)
def test_what_cannot_be_read_is_not_repeated(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(BadSource, match="address cannot be read") as bad:
        opened(name)
    assert SECRET not in "".join(traceback.format_exception(bad.value)) + caplog.text


@pytest.mark.postgis
def test_nobody_is_told_the_password_of_a_database_that_is_away(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(Unavailable) as bad:
        opened(f"postgresql://ann:{SECRET}@127.0.0.1:1/city")
    told = capfd.readouterr()
    assert SECRET not in "".join(traceback.format_exception(bad.value)) + caplog.text + told.out + told.err


def test_settings_do_not_show_it() -> None:
    settings = Settings(store=f"postgresql://ann:{SECRET}@db/onemap")
    assert SECRET not in repr(settings) + str(settings)
    with pytest.raises(OneMapError):
        create_app(Settings(store=f"mysql://ann:{SECRET}@db/onemap"))

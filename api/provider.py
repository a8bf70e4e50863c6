"""A layer as pygeoapi's feature provider: its fields; the features themselves go the short way, by our own routes."""

from typing import Any

from pygeoapi.provider.base import BaseProvider


class LayerProvider(BaseProvider):
    """Tells pygeoapi what a layer holds, built in or added at run time."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        """Take the fields that the definition brings."""
        super().__init__(provider_def)
        self._fields = dict(provider_def["fields"])

    def get_fields(self) -> dict[str, Any]:
        """Return the layer's fields, by name."""
        return self._fields

"""A layer as pygeoapi's feature provider: its fields; the features themselves go the short way, by our own routes."""

from typing import Any

from pygeoapi.provider.base import BaseProvider

from layers.catalogue import declared
from layers.schema import described


class LayerProvider(BaseProvider):
    """Tells pygeoapi what a layer holds."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        """Read the layer that the definition names."""
        super().__init__(provider_def)
        layer = declared().get(str(provider_def["data"]))
        columns = layer.properties if layer else ()
        self._fields = {c.name: described(c, n) for n, c in enumerate(columns)}

    def get_fields(self) -> dict[str, Any]:
        """Return the layer's fields, by name."""
        return self._fields

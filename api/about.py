"""What the service says of itself, in every document."""

from layers.text import Text

ABOUT = Text("城市治理一张图：万物皆图层要素。", "One map for the city: everything is a feature of a layer.")
KEYWORDS = Text("城市治理", "urban management")
VERSION = "0.1.0"

"""Text that reaches the page as it is."""

from typing import Any

import orjson
from branca.element import Element


class Verbatim(Element):
    """A part of a page that is not read as a template.

    branca compiles whatever a macro wrote as a Jinja template once more, so that a row whose name is
    `{{ 7 * 7 }}` would be run. Whatever comes from rows goes through here instead.
    """

    def __init__(self, text: str) -> None:
        """Hold the text."""
        super().__init__()
        self._name = "Verbatim"
        self.text = text

    def render(self, **kwargs: Any) -> str:
        """Return the text."""
        return self.text


def script_json(value: Any) -> str:
    """Return JSON that can stand inside a <script>: nothing in it can end the element or open a comment."""
    text = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
    return text.decode().replace("<", r"\u003c")


def unbraced(html: str) -> str:
    """Return HTML in which no template can begin, for the names that folium puts through Jinja."""
    return html.replace("{", "&#123;")

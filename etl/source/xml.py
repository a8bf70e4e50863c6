"""XML that others wrote, looked through before a library that trusts it reads it."""

from collections.abc import Mapping
from typing import IO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from spatial.errors import BadSource


def xml_root(stream: IO[bytes], where: str) -> tuple[str, Mapping[str, str]]:
    """Return the root's name and attributes, after the whole proved to be XML without entities of its own.

    Raise BadSource where it is not.
    """
    try:
        events = iterparse(stream, events=("start", "end"), forbid_dtd=True)
        _, root = next(events)
        for event, element in events:
            if event == "end" and element is not root:
                element.clear()
    except (ParseError, DefusedXmlException, StopIteration) as bad:
        raise BadSource(f"{where} is XML that cannot be read: {str(bad)[:200]}") from bad
    return str(root.tag).rsplit("}", 1)[-1], root.attrib

"""Files and services as records: one opener, one shape of chunk, whatever the format."""

from etl.source.model import Chunk, Options, PlaceColumns, Record, Source
from etl.source.opener import open_source

__all__ = ["Chunk", "Options", "PlaceColumns", "Record", "Source", "open_source"]

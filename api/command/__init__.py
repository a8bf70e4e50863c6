"""The command line: `onemap`."""

from api.command.app import main

__all__ = ["main"]

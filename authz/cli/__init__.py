"""The `authz` command: thin layers over the functions that the server uses too."""

from authz.cli.command import main

__all__ = ["main"]

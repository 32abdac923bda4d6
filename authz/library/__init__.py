"""The library: decisions in a program of yours, without the server."""

from authz.decisions.search import Filter, Page
from authz.library.opening import open
from authz.library.pdp import PDP

__all__ = ["PDP", "Filter", "Page", "open"]

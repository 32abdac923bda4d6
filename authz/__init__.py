"""Gatehouse: who may do what, decided from Polar policies."""

__version__ = "0.1.0"

__all__ = ["__version__"]

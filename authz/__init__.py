"""Gatehouse: who may do what, decided from Polar policies.

`authz.open` gives the PDP of a program that decides for itself, without the server:

    with authz.open("config.yaml", tenant="pwani") as pdp:
        pdp.is_allowed({"type": "user", "id": "finance@pwani.example"}, ...)
"""

import typing as _typing

from authz.errors import (
    AuthzError,
    ConfigError,
    NotFound,
    PolicyError,
    RequestError,
    Unavailable,
)
from authz.model import Action, Decision, Entity, EvaluationError, Reason, Request

if _typing.TYPE_CHECKING:
    from authz.library import PDP, Filter, Page, open

__version__ = "0.1.0"

__all__ = [
    "Action",
    "AuthzError",
    "ConfigError",
    "Decision",
    "Entity",
    "EvaluationError",
    "Filter",
    "NotFound",
    "PDP",
    "Page",
    "PolicyError",
    "Reason",
    "Request",
    "RequestError",
    "Unavailable",
    "__version__",
    "open",
]


def __getattr__(name: str) -> _typing.Any:
    """What is in the library, once it is asked for.

    WHY not at import: they bring the database, and every module of the engine, the process
    that checks policies among them, imports this package first.
    """
    if name not in ("PDP", "Filter", "Page", "open"):
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    from authz import library

    return getattr(library, name)

"""Answers that are no page of their own."""

from flask import Response, make_response, redirect

from authz.errors import Conflict


def go(address: str) -> Response:
    """To another page, which is then asked for by GET: a reload sends no form again."""
    return make_response(redirect(address, 303))


def status_of(error: Exception) -> int:
    """That of a form that was not saved."""
    return 409 if isinstance(error, Conflict) else 422

"""Answers that are no page of their own."""

from urllib.parse import quote

from flask import Response, make_response, redirect, request

from authz.errors import Conflict

#: What has a meaning in an address; a header holds nothing beyond ASCII. Source: RFC 3986.
PLAIN = "!#$%&'()*+,/:;=?@[]~"


def go(address: str) -> Response:
    """To another page, which is then asked for by GET: a reload sends no form again."""
    if request.headers.get("HX-Request"):
        # WHY: a script that changes a part of a page would put the other page into it.
        return Response(status=204, headers={"HX-Redirect": quote(address, PLAIN)})
    return make_response(redirect(address, 303))


def status_of(error: Exception) -> int:
    """That of a form that was not saved."""
    return 409 if isinstance(error, Conflict) else 422

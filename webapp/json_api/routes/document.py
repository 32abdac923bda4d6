"""The API's own description, for programs and for people."""

from functools import cache
from importlib import resources

import msgspec
from flask import Response, current_app

from webapp import decision_api
from webapp.decision_api.api_page import page
from webapp.decision_api.openapi import PAGE_POLICY
from webapp.json_api.declared import PREFIX, Routes
from webapp.json_api.errors import JSON
from webapp.json_api.openapi import document
from webapp.json_api.parts import Visit

routes = Routes("document", __name__, group="This API")

HTML, CSS = "text/html; charset=utf-8", "text/css; charset=utf-8"


@routes.route_of(
    "GET",
    "/openapi.json",
    "This document",
    about="OpenAPI 3.1.",
    answer=dict,
    public=True,
)
def openapi(visit: Visit) -> Response:
    """The document."""
    told = msgspec.json.encode(document(current_app))
    return Response(told, content_type=JSON)


@routes.route_of(
    "GET",
    "/docs",
    "This document as a page",
    about="HTML that needs no script.",
    content_type=HTML,
    public=True,
)
def shown(visit: Visit) -> Response:
    """The page."""
    told = page(
        document(current_app),
        document_at=f"{PREFIX}/openapi.json",
        style_at=f"{PREFIX}/docs.css",
    )
    headers = {"Content-Security-Policy": PAGE_POLICY}
    return Response(told, headers=headers, content_type=HTML)


@routes.route_of(
    "GET",
    "/docs.css",
    "The look of that page",
    content_type=CSS,
    public=True,
)
def style(visit: Visit) -> Response:
    """The stylesheet."""
    return Response(_style(), content_type=CSS)


@cache
def _style() -> bytes:
    return resources.files(decision_api).joinpath("api_page.css").read_bytes()

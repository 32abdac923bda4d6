"""What pages are drawn with: the stylesheet, the script of the keys, the mark."""

from flask import Response, abort

from webapp.console.assets import load
from webapp.console.headers import FOR_GOOD
from webapp.console.needs import Pages

pages = Pages("files", __name__)


@pages.page("/static/<name>", public=True)
def asset(name: str) -> Response:
    """One file, for good."""
    found = load().served.get(name)
    if found is None:
        abort(404)
    response = Response(found.content, content_type=found.content_type)
    response.headers["Cache-Control"] = FOR_GOOD
    return response

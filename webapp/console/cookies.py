"""The cookies of the console: their names, and how each is set and taken back.

Behind TLS their names begin with `__Host-`, so that no other host and no unsafe page can
set them; on this machine alone, where there is no TLS, the names are plain.
"""

from flask import Request, Response

PREFIX = "__Host-"
SESSION, VISIT, NOTICE, LOOK = (
    "gatehouse",
    "gatehouse-visit",
    "gatehouse-notice",
    "gatehouse-look",
)
LOOK_SECONDS = 31_536_000


class Cookies:
    """The cookies of one console."""

    #: Where a request keeps the visit that its answer begins.
    NEW_VISIT = "gatehouse.new_visit"

    def __init__(self, *, secure: bool):
        self._secure = secure

    def name(self, name: str) -> str:
        """What the cookie is called here."""
        return PREFIX + name if self._secure else name

    def read(self, request: Request, name: str) -> str:
        """What the browser sent; empty without one."""
        return request.cookies.get(self.name(name), "")

    def visit(self, request: Request) -> str:
        """Whose forms they are; empty until there is an answer."""
        begun: str = request.environ.get(self.NEW_VISIT, "")
        return begun or self.read(request, VISIT)

    def set(
        self, response: Response, name: str, value: str, seconds: int | None = None
    ) -> None:
        """Sends a cookie, for so long, or until the browser is closed."""
        response.set_cookie(
            self.name(name),
            value,
            max_age=seconds,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )

    def end(self, response: Response, name: str) -> None:
        """Has the browser forget a cookie."""
        response.delete_cookie(
            self.name(name), path="/", secure=self._secure, httponly=True, samesite="Lax"
        )

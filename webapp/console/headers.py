"""The headers of every answer: what a browser may do with a page, and who may keep it.

Source: OWASP ASVS 5.0, sections 3.4 and 14.3; CVE-2023-30861 for `Vary`.
"""

from flask import Flask, Response, g

from webapp.console.parts import Door

POLICY = "; ".join(
    (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
COMMON = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # WHY not `no-referrer`: with it, browsers send the forms of our own pages with the
    # origin `null`.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
YEAR_SECONDS = 31_536_000
HSTS = f"max-age={YEAR_SECONDS}; includeSubDomains"
FOR_GOOD = f"public, max-age={YEAR_SECONDS}, immutable"


def install(app: Flask, door: Door) -> None:
    """Has every answer carry them."""

    def finish(response: Response) -> Response:
        response.headers.update(COMMON)
        if door.is_secure:
            response.headers["Strict-Transport-Security"] = HSTS
        if "request_id" in g:
            response.headers["X-Request-ID"] = g.request_id
        # WHY every page: what one person was shown is nobody else's, and no page is worth a
        # mistake about whose it is.
        if response.headers.get("Cache-Control") != FOR_GOOD:
            response.headers["Cache-Control"] = "no-store"
            response.vary.add("Cookie")
        return response

    app.after_request(finish)

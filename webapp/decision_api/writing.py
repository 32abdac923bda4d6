"""An answer as the bytes of HTTP/1.1."""

from http import HTTPStatus

from webapp.decision_api.messages import HttpResponse

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus
}
FAULT = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"
LAST = "Connection: close\r\n"


def written(response: HttpResponse, date: str, *, is_last: bool, is_head: bool) -> bytes:
    """The bytes of an answer.

    date: the header line of that name. is_last: whether the connection is closed after it.
    is_head: whether it answers a HEAD, which gets no body.
    """
    lines, request_id, body = response.common.lines, response.request_id, response.body
    if lines is None or "\n" in request_id or "\r" in request_id:
        # WHY: nothing that is told back may make a line of its own, whatever failed before.
        return FAULT
    head = (
        f"{STATUS_LINES[response.status]}{date}{lines}X-Request-ID: {request_id}\r\n"
        f"{LAST if is_last else ''}Content-Length: {len(body)}\r\n\r\n"
    ).encode("latin-1", "replace")
    return head if is_head else head + body

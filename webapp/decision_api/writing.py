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
    lines = "".join([f"{name}: {value}\r\n" for name, value in response.headers])
    if not lines.count("\n") == lines.count("\r") == len(response.headers):
        # WHY: nothing that is told back may make a line of its own, whatever failed before.
        return FAULT
    body = response.body
    lines += f"{LAST if is_last else ''}Content-Length: {len(body)}\r\n\r\n"
    head = f"{STATUS_LINES[response.status]}{date}{lines}".encode("latin-1", "replace")
    return head if is_head else head + body

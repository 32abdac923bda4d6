"""A mail server, as small as one can be."""

import socketserver
import threading
from contextlib import contextmanager


class Server(socketserver.ThreadingTCPServer):
    """Keeps what it is sent; the first `refusing` mails it refuses."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, refusing: int = 0):
        super().__init__(("127.0.0.1", 0), _Talk)
        self.refusing = refusing
        self.mails: list[str] = []
        self.kept = threading.Event()

    @property
    def port(self) -> int:
        return self.server_address[1]


class _Talk(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            if word == "QUIT":
                self._say("221 bye")
                return
            if word == "DATA":
                self._say("354 go on")
                self._take()
            else:
                self._say("250 SMTPUTF8" if word == "EHLO" else "250 good")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline().decode()) != ".\r\n":
            lines.append(line)
        if self.server.refusing:
            self.server.refusing -= 1
            self._say("451 later")
            return
        self.server.mails.append("".join(lines))
        self.server.kept.set()
        self._say("250 kept")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def running(refusing: int = 0):
    with Server(refusing) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()

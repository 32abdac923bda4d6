"""What stands before the service where apps come to it by https: a proxy that ends TLS.

It answers for one name, and is reached as a forward proxy (CONNECT), so that no name has
to be known to the machine. Of what it hands on it takes the path of the identifier away.
"""

import datetime as dt
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socketserver import ThreadingMixIn

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.api.doors import Door, socket_door

HOST = "pdp.example"
PREFIX = "/authzen"
#: As in the configuration of the tests.
IDENTIFIER = f"https://{HOST}{PREFIX}"
IDLE_SECONDS = 30
#: Headers that belong to one connection, not to the message.
HOP = ("connection", "content-length", "transfer-encoding")


@dataclass(frozen=True)
class Front:
    port: int
    #: Whoever trusts this file trusts the front.
    certificate: Path


class _Listener(ThreadingMixIn, HTTPServer):
    def __init__(self, service: Door, tls: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.service = service
        self.tls = tls


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    server: _Listener

    def do_CONNECT(self) -> None:
        if self.path != f"{HOST}:443":
            self.send_error(403)
            return
        self.send_response_only(200)
        self.end_headers()
        super().finish()
        self.request = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.setup()
        self.close_connection = False

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        kept = {name: headers[name] for name in headers if name not in HOP}
        path = self.path
        if path.startswith(f"{PREFIX}/access/"):
            path = path.removeprefix(PREFIX)
        reply = self.server.service(self.command, path, kept, body)
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            if name not in HOP:
                self.send_header(name, value)
        self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_POST = do_GET

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def log_message(self, *_said: object) -> None:
        pass


@contextmanager
def front_of(port: int, folder: Path) -> Iterator[Front]:
    """A front of the service at that port; its certificate is made in the folder."""
    certificate = folder / "front.pem"
    certificate.write_bytes(_self_made())
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    listener = _Listener(socket_door(port), tls)
    thread = threading.Thread(target=listener.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield Front(listener.server_address[1], certificate)
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()


def _self_made() -> bytes:
    """A key, and the certificate of the name that it signs for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(pem)

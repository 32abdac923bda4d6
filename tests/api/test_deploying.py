"""docs/deploy/: what is shown for nginx, systemd and containers is read by their tools."""

import datetime
import json
import re
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.api.doors import Data, copied, free_port, question, running
from tests.docs.pages import ROOT

DEPLOY = ROOT / "docs" / "deploy"
NAME = "authz.example"


def tool(name: str) -> str:
    """The path of a program. Skips the test where it is not installed."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    found = found or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def says_nothing(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_dockerfile_passes_its_linter():
    says_nothing(tool("hadolint"), str(DEPLOY / "Dockerfile"))


def test_what_the_dockerfile_copies_is_there():
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    copies = re.findall(r"^COPY ((?!--from).*) \S+$", text, re.MULTILINE)
    assert all((ROOT / name).exists() for line in copies for name in line.split())
    assert len(copies) >= 5


def test_systemd_reads_the_unit(tmp_path):
    unit = tmp_path / "gatehouse.service"
    text = (DEPLOY / "gatehouse.service").read_text("utf-8")
    # WHY: what it starts is not installed here.
    unit.write_text(
        re.sub(r"^ExecStart=\S+", "ExecStart=/bin/sh", text, flags=re.MULTILINE)
    )
    says_nothing(tool("systemd-analyze"), "verify", "--man=no", str(unit))


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of NAME and its key, in two files beside each other."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / f"{NAME}.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    file.with_suffix(".key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


@pytest.fixture
def nginx(data: Data, tmp_path: Path, certificate: Path) -> Iterator[int]:
    """The port of nginx as the page has it, in front of a server."""
    program, port = tool("nginx"), free_port()
    own = tmp_path / "own"
    own.mkdir()
    copied(data, own)
    hosts = {"SERVER__ALLOWED_HOSTS": f"127.0.0.1,{NAME}"}
    with running(own, config=own / "config.yaml", **hosts) as server:
        site = (DEPLOY / "nginx.conf").read_text("utf-8")
        site = site.replace("127.0.0.1:8080", f"127.0.0.1:{server.port}")
        site = site.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
        site = site.replace(f"/etc/ssl/{NAME}", str(certificate.with_suffix("")))
        (tmp_path / "site.conf").write_text(site)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        folders = "".join(f"{kind}_temp_path {tmp_path};" for kind in kinds)
        (tmp_path / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {tmp_path}/pid; error_log stderr; "
            f"events {{}} http {{ access_log off; {folders} include site.conf; }}"
        )
        command = [program, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
        subprocess.run([*command, "-t"], check=True, capture_output=True)
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        yield port
        process.terminate()
        process.wait()


@pytest.mark.socket
def test_decisions_are_given_through_nginx(nginx, data, certificate):
    body = json.dumps(question("user:alice", "read", "record:record-1")).encode()
    headers = {
        "Host": NAME,
        "Authorization": f"Bearer {data.key}",
        "Content-Type": "application/json",
        "X-Request-ID": "through nginx",
    }
    trusted = ssl.create_default_context(cafile=certificate)
    trusted.check_hostname = False
    asked = urllib.request.Request(
        f"https://127.0.0.1:{nginx}/access/v1/evaluation", body, headers
    )
    ends = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(asked, context=trusted, timeout=20) as answer:
                assert json.load(answer) == {"decision": True}
                assert answer.headers["X-Request-ID"] == "through nginx"
                return
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError:
            # WHY: nginx may not listen yet.
            assert time.monotonic() < ends
            time.sleep(0.1)

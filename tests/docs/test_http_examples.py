"""The examples of requests in the documentation are answered as it says."""

import json
import re
from pathlib import Path

import pytest

from tests.api.doors import Client, data, function  # noqa: F401
from tests.docs.pages import ROOT

EXAMPLE = re.compile(r"```http\n(GET|POST) (\S+)\n(.*?)\n?\n(\{.*?)\n```", re.DOTALL)


def examples(page: str) -> list[tuple[str, str, str, str]]:
    """Method, path, body, answer."""
    return EXAMPLE.findall((ROOT / "docs" / page).read_text("utf-8"))


@pytest.mark.parametrize(
    ("page", "count"), [("searches-and-filters.md", 6), ("metadata.md", 1)]
)
def test_an_example_is_answered_as_the_page_says(
    function: Client,  # noqa: F811
    page: str,
    count: int,
):
    shown = examples(page)
    assert len(shown) == count
    token = ""
    for method, path, body, wanted in shown:
        sent = body.replace("TOKEN", token).encode()
        reply = function.send(sent, method=method, path=path)
        assert reply.status == 200, reply.body
        answer = reply.body.decode()
        token = reply.json.get("page", {}).get("next_token") or token
        for variable, name in ((token, "TOKEN"), ("[0-9a-f]{64}", "REVISION")):
            answer = re.sub(f'"{variable}"', f'"{name}"', answer) if variable else answer
        answer = re.sub(r'"data_revision":\d+', '"data_revision":50', answer)
        answer = re.sub(r'"ey[\w.-]+"', '"JWT"', answer)
        if "\n" in wanted:
            wanted = json.dumps(json.loads(wanted), separators=(",", ":"))
        assert answer == wanted


def test_the_page_of_the_metadata_shows_the_configuration_of_the_tests():
    configured = (ROOT / "tests" / "authzen" / "config.yaml").read_text("utf-8")
    line = "identifier: https://pdp.example/authzen\n"
    assert line in configured
    assert line in Path(ROOT / "docs" / "metadata.md").read_text("utf-8")

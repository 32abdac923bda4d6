"""The figures of docs/logging-in.md are those of the code."""

import re
from pathlib import Path

from authz.accounts import claims, credentials, protected_pages, resets, tokens
from authz.accounts.claims import Claims
from authz.accounts.throttle import LIMITS, WINDOW_SECONDS
from authz.storage import refresh_tokens, sessions

PAGE = (Path(__file__).parents[2] / "docs" / "logging-in.md").read_text("utf-8")
UNITS = {"minutes": 60, "hours": 3600, "days": 86_400}


def test_how_long_things_last():
    said = re.findall(r"^\| .* \| (\d+) (minutes|hours|days)", PAGE, re.MULTILINE)
    assert [int(number) * UNITS[unit] for number, unit in said] == [
        sessions.IDLE_SECONDS,
        sessions.ABSOLUTE_SECONDS,
        sessions.CONFIRMED_SECONDS,
        protected_pages.UNLOCKED_SECONDS,
        credentials.TICKET_SECONDS,
        resets.LINK_SECONDS,
        claims.TOKEN_SECONDS,
        refresh_tokens.TOKEN_SECONDS,
        refresh_tokens.FAMILY_SECONDS,
    ]
    assert sessions.PREVIOUS_SECONDS == 10, "said in words"


def test_how_often_something_may_be_tried():
    said = re.findall(r"^\| (\w+) \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
    limits = [(kind, str(of.of_one), str(of.from_one)) for kind, of in LIMITS.items()]
    assert said == limits
    assert f"The window is {WINDOW_SECONDS // 60} minutes" in PAGE


def test_every_claim_of_a_token_is_explained():
    [table] = re.findall(r"\| claim \|.*?\n\n", PAGE, re.DOTALL)
    rows = [line.split("|")[1] for line in table.splitlines()[2:] if line]
    named = {claim for row in rows for claim in re.findall(r"`(\w+)`", row)}
    assert named == set(Claims.__struct_fields__)
    assert tokens.TYP in PAGE

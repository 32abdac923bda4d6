"""Findings as SARIF 2.1.0, for services that show them beside the lines of a change.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from authz.assurance.reviewing.rules import RULES
from authz.assurance.reviewing.step import Remark

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#: Name of our fingerprints; another way to make them gets another number.
FINGERPRINT = "gatehouse/1"
_ROOT = "SRCROOT"


def sarif(
    remarks: Iterable[Remark], directory: Path, program_version: str
) -> dict[str, Any]:
    """The findings about a policy directory as one log with one run.

    Files are named from the root of the repository that holds the directory.
    """
    found = list(remarks)
    rules = sorted({one.rule for one in found})
    prefix = _prefix(directory)
    seen: Counter[str] = Counter()
    results = [_result(one, rules.index(one.rule), prefix, seen) for one in found]
    driver = {
        "name": "Gatehouse",
        "version": program_version,
        "rules": [_rule(id) for id in rules],
    }
    return {
        "version": VERSION,
        "$schema": SCHEMA,
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {
                    _ROOT: {"description": {"text": "the root of the repository"}}
                },
                "results": results,
            }
        ],
    }


def _rule(id: str) -> dict[str, Any]:
    rule = RULES[id]
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "help": {"text": rule.help, "markdown": rule.help},
    }


def _result(remark: Remark, rule: int, prefix: str, seen: Counter[str]) -> dict[str, Any]:
    location: dict[str, Any] = {
        "artifactLocation": {
            "uri": quote(f"{prefix}{remark.file}" or "."),
            "uriBaseId": _ROOT,
        }
    }
    if remark.line:
        location["region"] = {"startLine": remark.line}
    return {
        "ruleId": remark.rule,
        "ruleIndex": rule,
        "level": remark.level.value,
        "message": {"text": remark.message},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {FINGERPRINT: _fingerprint(remark, seen)},
    }


def _fingerprint(remark: Remark, seen: Counter[str]) -> str:
    """What the finding is known by, wherever in its file it moves to.

    WHY without numbers: a line or a count in the message changes with every edit.
    """
    said = re.sub(r"\d+", "", remark.message)
    parts = (remark.rule, remark.file, remark.policy_id, said)
    content = "\0".join(parts)
    seen[content] += 1
    return hashlib.sha256(f"{content}\0{seen[content]}".encode()).hexdigest()[:32]


def _prefix(directory: Path) -> str:
    """The path of the directory in its repository, with a `/` behind; empty for its root.

    Outside a repository the directory above it stands for one.
    """
    path = directory.resolve()
    root = next((one for one in (path, *path.parents) if (one / ".git").exists()), None)
    inside = path.relative_to(root or path.parent).as_posix()
    return "" if inside == "." else f"{inside}/"

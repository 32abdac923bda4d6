"""The steps that look at the text: does it load, what may not stand in it, its layout."""

from itertools import zip_longest

from authz.assurance.formatting.document import formatted
from authz.assurance.reviewing.step import Level, Outcome, Remark, Step, counted, unreadable
from authz.engine.gate.vet import SCHEMA_FILE, polar_texts
from authz.engine.lint import Finding
from authz.engine.linting.process import findings_of
from authz.engine.policyset import PolicySet
from authz.engine.schema_file import parse_schema
from authz.engine.source import PolicySource
from authz.engine.text import check_files
from authz.errors import PolicyCheckError, PolicyError, PolicySyntaxError
from authz.settings import Config


def loaded(policies: PolicySet) -> Step:
    """The step of a set that loads."""
    files = {policy.file for policy in policies.policies.values()}
    number = counted(len(policies.policies), "policy", "policies")
    return Step("load", Outcome.PASSED, f"{number} in {counted(len(files), 'file')}")


def linted(source: PolicySource, settings: Config) -> Step:
    """What stands in the rules that may not."""
    try:
        texts = check_files(source.files)
        if SCHEMA_FILE not in texts:
            raise PolicyCheckError(f"there is no {SCHEMA_FILE} in the policy directory")
        parse_schema(texts[SCHEMA_FILE], SCHEMA_FILE)
    except PolicyError as exc:
        return unreadable("lint", exc, "does-not-load")
    found = findings_of(
        polar_texts(texts),
        texts[SCHEMA_FILE],
        cpu_seconds=settings.engine.vet_cpu_seconds,
        memory_mib=settings.engine.vet_memory_mib,
    )
    remarks = tuple(map(remark_of, found))
    outcome = Outcome.FAILED if remarks else Outcome.PASSED
    return Step("lint", outcome, counted(len(remarks), "finding"), remarks)


def remark_of(found: Finding) -> Remark:
    """What the linter found, as a finding of a review."""
    return Remark(
        found.rule, Level.ERROR, found.message, found.file, found.line, found.policy_id
    )


def laid_out(source: PolicySource) -> Step:
    """Which files are laid out otherwise than they should be."""
    remarks = []
    files = {name: text for name, text in source.files.items() if name.endswith(".polar")}
    for file, content in files.items():
        try:
            result = formatted(file, content)
        except PolicySyntaxError as exc:
            return unreadable("fmt", exc, "does-not-load")
        if result.encode() != content:
            line = _first_difference(content.decode(), result)
            said = "would be laid out otherwise from here on"
            remarks.append(Remark("layout", Level.ERROR, said, file, line))
    number = counted(len(files), "file")
    if not remarks:
        return Step("fmt", Outcome.PASSED, f"{number} laid out")
    said = f"{len(remarks)} of {number} would be laid out otherwise"
    return Step("fmt", Outcome.FAILED, said, tuple(remarks))


def _first_difference(before: str, after: str) -> int:
    lines = enumerate(zip_longest(before.split("\n"), after.split("\n")), start=1)
    return next(number for number, (old, new) in lines if old != new)

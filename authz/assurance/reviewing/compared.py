"""The step that says what changes from the base to the candidate, and for whom."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from authz.assurance.differing.difference import Difference, compare_sets
from authz.assurance.differing.markdown import markdown
from authz.assurance.differing.sides import Side
from authz.assurance.reviewing.candidate import Candidate, Progress
from authz.assurance.reviewing.step import Level, Outcome, Remark, Step, counted
from authz.storage.database import Database

Document = Mapping[str, Any]
#: Member of a kind of requests -> rule, what has become of some cases, what people do.
_CHANGES = {
    "gain": ("more-access", "allowed now in cases that were denied", "gain"),
    "loss": ("less-access", "denied now in cases that were allowed", "lose"),
}


def compared(
    candidate: Candidate,
    base: Candidate,
    database: Database | None,
    fail_on: str | None,
    progress: Progress,
) -> Step:
    """What somebody could do more or less than under the base; with a database, who."""
    found = compare_sets(
        _side(base), _side(candidate), database=database, progress=progress
    )
    is_failed = (fail_on == "any" and found.changes) or (fail_on == "gain" and found.gains)
    outcome = Outcome.UNDECIDED if found.is_undecided else Outcome.PASSED
    told = found.document()
    return Step(
        "diff",
        Outcome.FAILED if is_failed else outcome,
        _summary(found, told),
        tuple(_remarks(told, fail_on)),
        told,
        markdown(found),
    )


def _side(candidate: Candidate) -> Side:
    return Side(candidate.name, candidate.source, candidate.policies)


def _summary(found: Difference, told: Document) -> str:
    changed = [one for one in told["policies"] if one["change"] != "moved"]
    policies = counted(len(changed), "policy", "policies")
    counts = told["counts"]
    named = ("looser", "stricter", "both", "undecided")
    kinds = ", ".join(f"{counts[name]} {name}" for name in named if counts.get(name))
    others = counted(len(told["clauses"]), "fact or helper", "facts or helpers")
    said = f"{policies} and {others} changed; kinds of request: {kinds or 'all equal'}"
    if told["people"] is None:
        return f"{said}; nobody was counted: there is no database"
    changes = [one["change"] for one in told["people"]["groups"]]
    gains = counted(changes.count("gain"), "group", "groups")
    return f"{said}; gains in {gains} of people, losses in {changes.count('loss')}"


def _remarks(told: Document, fail_on: str | None) -> Iterator[Remark]:
    levels = {
        "gain": Level.ERROR if fail_on else Level.NOTE,
        "loss": Level.ERROR if fail_on == "any" else Level.NOTE,
    }
    for change, level in levels.items():
        yield from _possible(told, change, level)
        for group in (told["people"] or {}).get("groups", ()):
            if group["change"] == change:
                yield _of_people(group, level)
    for kind in told["kinds"]:
        if kind["verdict"] == "undecided":
            asked = f"{kind['subject']} {kind['action']} {kind['resource']}"
            said = f"{asked}: {kind['reason']}"
            yield Remark("undecided-access", Level.WARNING, said)
    for text in (told["people"] or {}).get("undecided", ()):
        yield Remark("undecided-access", Level.WARNING, str(text))


def _possible(told: Document, change: str, level: Level) -> Iterator[Remark]:
    """One remark for each subject and resource, whoever may come."""
    actions: dict[tuple[str, str], list[str]] = defaultdict(list)
    for kind in told["kinds"]:
        if kind[change]:
            actions[kind["subject"], kind["resource"]].append(kind["action"])
    rule, words, _ = _CHANGES[change]
    for (subject, resource), found in sorted(actions.items()):
        listed = ", ".join(f"`{action}`" for action in sorted(found))
        yield Remark(rule, level, f"{subject} on {resource}, {words}: {listed}")


def _of_people(group: Document, level: Level) -> Remark:
    rule, _, verb = _CHANGES[group["change"]]
    who = counted(group["people"], "person", "people")
    what = f"{group['resources']:,} {group['resource_type']}"
    when = f", when {group['when']}" if group.get("when") else ""
    said = f"{who} of {group['tenant']} {verb} `{group['action']}` on {what}{when}"
    policy: Document = (group["policies"] or ({},))[0]
    file, _, line = str(policy.get("place") or "").rpartition(":")
    number = int(line) if line.isdecimal() else 0
    return Remark(rule, level, said, file, number, str(policy.get("id") or ""))

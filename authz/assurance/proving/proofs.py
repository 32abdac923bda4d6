"""What came of proving the invariants of a policy set."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from authz.assurance.proving.counterexample import Counterexample
from authz.assurance.proving.invariant import FILE, Kind

SCHEMA = "authz.prove/1"


class Verdict(StrEnum):
    """What is known of an invariant."""

    PROVED = "proved"
    VIOLATED = "violated"
    #: Neither; the reason says why.
    NOT_PROVED = "not_proved"


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of one invariant."""

    id: str
    title: str
    kind: Kind
    line: int
    verdict: Verdict
    #: Why it is not proved; empty otherwise.
    reason: str
    #: Kinds of request, or pairs of them, that it is about.
    checked: int
    counterexample: Counterexample | None = None

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "file": FILE}


@dataclass(frozen=True, slots=True)
class Idle:
    """A policy that could be taken out without any decision changing."""

    policy_id: str
    #: `vacuous`: it never holds; `shadowed`: a forbid always overrules this permit, or no
    #: permit ever holds beside this forbid; `redundant`: others decide the same.
    why: str
    #: The policies that decide in its place.
    by: tuple[str, ...]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Proofs:
    """What is known of all invariants, and of the policies that can never matter."""

    policy_revision: str
    invariants: tuple[Proof, ...]
    idle: tuple[Idle, ...]
    #: Why it is not known of every policy whether it can matter; empty when it is.
    idle_reason: str = ""
    seconds: float = 0.0

    def verdicts(self, verdict: Verdict) -> tuple[Proof, ...]:
        """The invariants of which that is known."""
        return tuple(one for one in self.invariants if one.verdict is verdict)

    def document(self) -> dict[str, Any]:
        """As JSON, of schema `authz.prove/1`."""
        return {
            "schema": SCHEMA,
            "policy_revision": self.policy_revision,
            "invariants": [one.document() for one in self.invariants],
            "idle": [asdict(one) for one in self.idle],
            "idle_reason": self.idle_reason,
            "seconds": round(self.seconds, 3),
        }

    @property
    def complete(self) -> bool:
        """Whether nothing is left to prove."""
        return not self.idle_reason and not self.verdicts(Verdict.NOT_PROVED)


def from_document(data: Mapping[str, Any], seconds: float) -> Proofs:
    """The proofs that a document of ours tells of."""
    return Proofs(
        data["policy_revision"],
        tuple(_proof(one) for one in data["invariants"]),
        tuple(Idle(**{**one, "by": tuple(one["by"])}) for one in data["idle"]),
        data["idle_reason"],
        seconds,
    )


def _proof(data: Mapping[str, Any]) -> Proof:
    found = {key: value for key, value in data.items() if key != "file"}
    example = found["counterexample"]
    if example is not None:
        example = {**example, "determining": tuple(example["determining"])}
        found["counterexample"] = Counterexample(**example)
    return Proof(
        **{**found, "kind": Kind(found["kind"]), "verdict": Verdict(found["verdict"])}
    )

"""What a finding of a review means, and what to do: the rules of all steps but the linter.

The linter has pages of its own; see `authz.engine.linting.rules`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from authz.engine.linting.rules import RULES as LINT


@dataclass(frozen=True, slots=True)
class Rule:
    """What a kind of findings is about."""

    id: str
    title: str
    help: str


_OF_STEPS = (
    Rule(
        "does-not-load",
        "the policy set is refused",
        "A server would refuse it too, and go on deciding by the set before it. What may "
        "not stand in a policy is all named by `authz lint`; the catalogue, the schema and "
        "the time for the comparison count as well.",
    ),
    Rule(
        "layout",
        "a file is laid out otherwise",
        "`authz fmt` lays it out; only white space changes.",
    ),
    Rule(
        "unreadable",
        "a file beside the policies cannot be read",
        "The message says what is wrong in it and where.",
    ),
    Rule(
        "test-fails",
        "a policy test fails",
        "Either the policies or what the test expects is wrong. `authz test` shows what "
        "was asked; `authz explain` says why the answer came out so.",
    ),
    Rule(
        "untested-policy",
        "no test shows a policy at work",
        "Add a row to a `*_test.yaml` in which the policy is determining. Without it "
        "nobody notices when the policy is lost.",
    ),
    Rule(
        "invariant-violated",
        "an invariant is broken",
        "There is a request that the invariant rules out. `authz prove` prints it as a "
        "test; mend the policies, and keep the test.",
    ),
    Rule(
        "invariant-not-proved",
        "an invariant is neither proved nor broken",
        "The message says why. Nothing is known until it is proved: give it more time, or "
        "write the policy within what can be unfolded.",
    ),
    Rule(
        "promise-dropped",
        "an invariant of the base is dropped or reworded",
        "No proof says anything of a promise that is not made any more. Keep it, or have "
        "whoever approves agree to it.",
    ),
    Rule(
        "idle-policy",
        "a policy never matters",
        "The answers are the same without it. Take it out, or find out what was meant.",
    ),
    Rule(
        "more-access",
        "something is allowed that was denied",
        "Whoever approves the change says yes to this. `authz diff` shows who gains what.",
    ),
    Rule(
        "less-access",
        "something is denied that was allowed",
        "Somebody will be refused what worked before. `authz diff` shows who loses what.",
    ),
    Rule(
        "undecided-access",
        "it could not be found out whether more is allowed",
        "Take it for more. The message says why there is no answer.",
    ),
    Rule(
        "decision-flips",
        "a recorded decision would come out otherwise",
        "`authz replay` shows the recorded questions.",
    ),
    Rule(
        "not-replayed",
        "recorded decisions could not be replayed",
        "The log does not hold what the policies read. They may come out either way.",
    ),
)
_OF_LINT = (
    Rule(rule.id, rule.title, f"{rule.why}\n\n{rule.instead}") for rule in LINT.values()
)
#: Id -> rule, sorted.
RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.id: rule for rule in sorted((*_OF_STEPS, *_OF_LINT), key=lambda rule: rule.id)}
)

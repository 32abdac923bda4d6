"""`authz prove`: does the policy set keep what it promises?"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from authz.assurance import junit
from authz.assurance.policy_tests import TestCase
from authz.assurance.proving.counterexample import TEST_FILE, Counterexample
from authz.assurance.proving.invariant import FILE
from authz.assurance.proving.invariant_file import read_invariants
from authz.assurance.proving.proofs import Idle, Proof, Proofs, Verdict
from authz.assurance.proving.prove import prove
from authz.assurance.symbolic.solver import INSTALL, solver_version
from authz.cli.exits import Exit
from authz.cli.files import read_text, write_report
from authz.cli.progress import progress
from authz.cli.setup import Setup, load_source, takes_setup
from authz.engine.beside import TEST_LIMIT_BYTES
from authz.engine.gate.passed import Passed
from authz.engine.policyset import PolicySet
from authz.engine.source import read_directory
from authz.errors import RequestError, Unavailable
from authz.visible import visible

NOT_COMPARED = (
    "these policies have not passed the gate yet: the proofs are about their conditions, "
    "which `authz test` and `authz check-all` compare with oso"
)
_WHY = {
    "vacuous": "never holds",
    "shadowed": "never makes a difference",
    "redundant": "changes no decision that others do not make",
}


@click.command("prove", epilog="Example: authz prove policies --save-counterexamples found")
@click.argument(
    "path", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False)
)
@click.option(
    "--save-counterexamples",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write each counterexample there as a policy test.",
)
@click.option("--fail-on", type=click.Choice(["idle"]), help="Fail on idle policies too.")
@click.option(
    "--timeout", type=click.IntRange(min=1), help="Seconds for all invariants together."
)
@click.option("--output", type=click.Choice(["human", "json", "junit"]), default="human")
@takes_setup
def prove_(
    setup: Setup,
    path: Path | None,
    folder: Path | None,
    fail_on: str | None,
    timeout: int | None,
    output: str,
) -> int:
    """Prove the invariants of a policy set for all possible requests and facts.

    PATH is the configured policy directory when it is left out; its invariants.yaml says
    what must hold. Whether the conditions say what the rules say is not asked here: `authz
    test` and `authz check-all` do.

    Exits with 5 when an invariant is violated, or with --fail-on idle when a
    policy can never matter; with 6 when something is neither proved nor violated; with 3
    when a file cannot be read; with 2 when there are no invariants, or other tests stand
    where a counterexample would be saved; with 7 when it cannot be written.
    """
    settings = setup.config()
    directory = path or settings.policy.dir
    if not (directory / FILE).exists():
        raise RequestError(f"there is no `{FILE}` in `{directory}`: nothing to prove")
    if not solver_version():
        click.echo(f"error: {INSTALL}", err=True)
        return Exit.INDETERMINATE
    # WHY: a proof is about the conditions; that they say what the text says is what the
    # gate finds out, which takes longer than all proofs.
    policies = load_source(settings, read_directory(directory), compare=False)
    if Passed(settings.policy.record).outcome(policies.revision) is None:
        click.echo(NOT_COMPARED, err=True)
    with progress("proving the invariants") as advance:
        found = prove(
            policies,
            read_invariants(directory, policies.schema),
            record=settings.policy.proofs,
            budget_s=timeout or settings.engine.prove_seconds,
            progress=advance,
        )
    if folder:
        _save(found, folder)
    if output == "json":
        click.echo(json.dumps(found.document(), ensure_ascii=False, indent=2))
    elif output == "junit":
        click.echo(junit.render(map(_case, found.invariants)), nl=False)
    else:
        _report(found, policies)
    return _exit(found, fail_on)


def _exit(found: Proofs, fail_on: str | None) -> Exit:
    if found.verdicts(Verdict.VIOLATED) or (fail_on == "idle" and found.idle):
        return Exit.GATE_FAILED
    unknown = found.verdicts(Verdict.NOT_PROVED)
    if unknown or (fail_on == "idle" and found.idle_reason):
        return Exit.INDETERMINATE
    return Exit.OK


def _save(found: Proofs, folder: Path) -> None:
    """Raises: RequestError, and then nothing is written, where a file holds other tests;
    Unavailable.
    """
    texts = {
        folder / TEST_FILE.format(id=one.id): one.counterexample.test
        for one in found.invariants
        if one.counterexample and one.counterexample.test
    }
    for file, text in texts.items():
        if file.exists() and _begins(read_text(file, TEST_LIMIT_BYTES)) != _begins(text):
            raise RequestError(f"`{file}` holds other tests: name another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise Unavailable(f"cannot make `{folder}`: {exc.strerror}") from exc
    for file, text in texts.items():
        write_report(file, text)


def _begins(text: str) -> list[str]:
    """The lines that say which suite it is."""
    return text.splitlines()[:2]


def _case(one: Proof) -> TestCase:
    return TestCase(
        suite="invariants",
        name=f"{one.id}: {one.title}",
        file=FILE,
        passed=one.verdict is Verdict.PROVED,
        message=_said(one),
        allowed=None,
        reason="",
        determining=one.counterexample.determining if one.counterexample else (),
    )


def _said(one: Proof) -> str:
    """What is wrong with it, in one sentence; empty when it is proved."""
    if one.counterexample:
        return f"violated: {_asked(one.counterexample)}"
    return f"not proved: {one.reason}" if one.reason else ""


def _asked(example: Counterexample) -> str:
    """What is asked, and by which policies it is decided."""
    by = ", ".join(f"`{id}`" for id in example.determining) or "no policy"
    asked = [_thing(example.action, example.resource)]
    if example.also:
        asked.append(_thing(example.also["action"], example.also["resource"]))
    who = f"{example.subject['type']} `{example.subject['id']}`"
    return f"{who}, {' and '.join(asked)}; decided by {by}"


def _thing(action: str, resource: Mapping[str, Any]) -> str:
    return f"`{action}` of {resource['type']} `{resource['id']}`"


def _report(found: Proofs, policies: PolicySet) -> None:
    for one in found.invariants:
        for line in _lines(one):
            click.echo(visible(line))
    for idle in found.idle:
        click.echo(_idle(idle))
    if found.idle_reason:
        click.echo(f"whether every policy matters is not known: {found.idle_reason}")
    counts = [len(found.verdicts(verdict)) for verdict in Verdict]
    click.echo(
        f"{counts[0]} proved, {counts[1]} violated, {counts[2]} not proved; "
        f"{len(found.idle)} of {len(policies.policies)} policies can never matter"
    )


def _lines(one: Proof) -> Iterator[str]:
    verdict = one.verdict.value.replace("_", " ")
    kinds = "kind" if one.checked == 1 else "kinds"
    about = f" ({one.checked} {kinds} of request)" if one.verdict is Verdict.PROVED else ""
    yield f"{verdict:<10}  {one.id}: {one.title}{about}"
    if one.verdict is Verdict.PROVED:
        return
    yield f"            {FILE}:{one.line}: {_said(one)}"
    if one.counterexample:
        test = one.counterexample.test or "no policy test can ask this\n"
        yield from (f"            {line}".rstrip() for line in test.splitlines())


def _idle(idle: Idle) -> str:
    by = ", ".join(f"`{id}`" for id in idle.by)
    said = f"{idle.file}:{idle.line}: `{idle.policy_id}` is {idle.why}: it {_WHY[idle.why]}"
    return f"{said}, because of {by}" if by else said

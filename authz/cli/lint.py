"""`authz lint`: what may not stand in these policies, and what to write instead?"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from authz import __version__
from authz.assurance.reviewing.sarif import sarif
from authz.assurance.reviewing.texts import remark_of
from authz.cli.exits import Exit
from authz.cli.setup import Setup, takes_setup
from authz.engine.gate.vet import SCHEMA_FILE, polar_texts
from authz.engine.lint import Finding
from authz.engine.linting.process import findings_of
from authz.engine.linting.rules import RULES
from authz.engine.place import near_miss
from authz.engine.schema_file import parse_schema
from authz.engine.source import read_directory
from authz.engine.text import check_files
from authz.errors import PolicyCheckError, RequestError


@click.command(epilog="Example: authz lint policies; authz lint --explain nil-join")
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@click.option("--explain", "rule", help="Say what that rule means, and check nothing.")
@click.option("--output", type=click.Choice(["human", "json", "sarif"]), default="human")
@takes_setup
def lint(setup: Setup, directory: Path | None, rule: str | None, output: str) -> int:
    """Find everything that a policy set may not contain, with file and line.

    DIRECTORY is the configured policy set when it is left out. Exits with 5 when there are
    findings, with 3 when a file cannot be read.
    """
    if rule is not None:
        click.echo(_page(rule), nl=False)
        return Exit.OK
    settings = setup.config()
    directory = directory or settings.policy.dir
    source = read_directory(directory)
    texts = check_files(source.files)
    if SCHEMA_FILE not in texts:
        raise PolicyCheckError(f"there is no {SCHEMA_FILE} in the policy directory")
    parse_schema(texts[SCHEMA_FILE], SCHEMA_FILE)
    engine = settings.engine
    findings = findings_of(
        polar_texts(texts),
        texts[SCHEMA_FILE],
        cpu_seconds=engine.vet_cpu_seconds,
        memory_mib=engine.vet_memory_mib,
    )
    if output == "json":
        click.echo(_as_json(findings, source.revision))
    elif output == "sarif":
        click.echo(_as_sarif(findings, directory))
    else:
        _report(findings)
    return Exit.GATE_FAILED if findings else Exit.OK


def _page(rule: str) -> str:
    if rule not in RULES:
        raise RequestError(f"unknown rule `{rule}`{near_miss(rule, RULES)}")
    return RULES[rule].page()


def _report(findings: Sequence[Finding]) -> None:
    for found in findings:
        place = f"{found.file}:{found.line}" if found.line else found.file
        click.echo(f"{place}: {found.rule}: {found.message}")
        click.echo(f"  why:     {found.why}")
        click.echo(f"  instead: {found.instead}")
    count = len(findings)
    click.echo(f"{count} finding{'' if count == 1 else 's'}" if count else "no findings")


def _as_json(findings: Sequence[Finding], revision: str) -> str:
    return json.dumps(
        {
            "schema": "authz.lint/1",
            "policy_revision": revision,
            "findings": [asdict(found) for found in findings],
        },
        ensure_ascii=False,
        indent=2,
    )


def _as_sarif(findings: Sequence[Finding], directory: Path) -> str:
    log = sarif(map(remark_of, findings), directory, __version__)
    return json.dumps(log, ensure_ascii=False, indent=2)

"""`authz filter`: the condition to put into a query of one's own."""

import json
from collections.abc import Mapping

import click

from authz.cli.exits import Exit
from authz.cli.question import entity, plain
from authz.cli.searching import Asked, desk, takes_search
from authz.cli.setup import Setup, json_object, takes_setup
from authz.decisions.search import Filter
from authz.decisions.tree import as_json
from authz.storage.columns import named
from authz.storage.dialects import DIALECTS
from authz.storage.sql import text


@click.command(
    epilog="Example: authz filter user:field.mafia@pwani.example customer:read customer"
    ' --columns \'{"cluster": "site"}\''
)
@click.argument("subject")
@click.argument("action")
@click.argument("type")
@click.option("--dialect", type=click.Choice(list(DIALECTS)), default="sqlite")
@click.option("--table", help="Of the things; without it called as the type.")
@click.option("--columns", default="{}", help="Attribute -> column, a JSON object.")
@click.option(
    "--output",
    type=click.Choice(["sql", "json", "condition"]),
    default="sql",
    help="SQL and its parameters; all of it as JSON; the neutral condition alone.",
)
@takes_search
@takes_setup
def filter_(
    setup: Setup,
    asked: Asked,
    *,
    subject: str,
    action: str,
    type: str,
    dialect: str,
    table: str | None,
    columns: str,
    output: str,
) -> int:
    """Say which things of TYPE SUBJECT may do ACTION on, as a condition for a query.

    An attribute is in the column of its name, unless `--columns` says otherwise.
    """
    given = json_object(columns, "--columns")
    asker = entity(subject, "SUBJECT")
    with desk(setup, asked, asker, "subject") as at:
        found = at.searches.filter(
            asker,
            asked.action(action),
            plain(type, "TYPE"),
            at.caller,
            context=asked.context,
            tenant_is_column="tenant" in given,
        )
    condition = as_json(found.tree)
    if output == "condition":
        click.echo(json.dumps(condition, ensure_ascii=False, indent=2))
        return Exit.OK
    sql, parameters = _rendered(found, table or type, given, dialect)
    if output == "sql":
        click.echo(sql)
        click.echo(f"-- parameters: {json.dumps(parameters, ensure_ascii=False)}")
        return Exit.OK
    shown = {
        "schema": "authz.filter/1",
        "condition": condition,
        "sql": sql,
        "parameters": parameters,
        "policy_revision": found.policy_revision,
        "data_revision": found.data_revision,
    }
    click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    return Exit.OK


def _rendered(
    found: Filter, table: str, given: Mapping[str, object], dialect: str
) -> tuple[str, list[object]]:
    columns = named(found.kind, table, given)
    return text(found.tree, found.kind, columns, DIALECTS[dialect])

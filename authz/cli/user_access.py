"""`authz user access`: the roles or the access level of a person, options and bindings."""

import time
from collections.abc import Iterator, Mapping, Sequence

import click

from authz.administration import preview as previews
from authz.administration import rights
from authz.administration.access import Access, held
from authz.administration.preview import Difference, Preview
from authz.cli.acting import Acting, at_desk, takes_person
from authz.cli.printing import document, in_form
from authz.cli.printing import time as shown_time
from authz.cli.question import entity, plain
from authz.cli.times import end_of
from authz.cli.user import told, whose
from authz.engine.place import near_miss
from authz.errors import RequestError
from authz.storage.access import BINDING_KINDS

GAINED, LOST = "+", "-"


@click.command(
    epilog="Example: authz user access field@pwani.example --role user=90d"
    " --bind cluster:mafia --preview --as owner@pwani.example"
)
@whose
@click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="ROLE[=END]",
    help="A role or access level, and until when: 12h, 90d, or 2027-01-31T12:00Z. May be"
    " repeated; those not named are taken away.",
)
@click.option("--no-role", is_flag=True, help="Take all roles away.")
@click.option(
    "--option", "options", multiple=True, help="May be repeated; others are taken away."
)
@click.option("--no-option", is_flag=True, help="Take all options away.")
@click.option(
    "--bind",
    "bound",
    multiple=True,
    metavar="KIND:ID",
    help="May be repeated; other bindings of that kind are taken away.",
)
@click.option("--unbind", multiple=True, metavar="KIND", help="Take all of a kind away.")
@click.option("--preview", is_flag=True, help="Say what would change, and save nothing.")
@in_form
@takes_person
def access(
    acting: Acting,
    *,
    named: str,
    roles: tuple[str, ...],
    no_role: bool,
    options: tuple[str, ...],
    no_option: bool,
    bound: tuple[str, ...],
    unbind: tuple[str, ...],
    preview: bool,
    output: str,
) -> None:
    """Set what PERSON may do: all of it is saved, or nothing.

    What is not named stays: without `--role` the roles, without `--option` the options,
    and the bindings of each kind that no `--bind` names.
    """
    _check_either(roles, no_role, "role")
    _check_either(options, no_option, "option")
    with at_desk(acting) as desk:
        before = held(rights.form(desk, plain(named, "PERSON")).account)
        wanted = Access(
            {} if no_role else _roles(roles, before.roles),
            frozenset() if no_option else frozenset(options) or before.options,
            _bindings(bound, unbind, before.bindings),
        )
        if preview:
            _tell(previews.preview(desk, named, wanted), output)
            return
        saved = rights.save(desk, named, wanted)
    told(saved, output)


def _check_either(given: Sequence[str], none: bool, what: str) -> None:
    if given and none:
        raise RequestError(f"`--{what}` and `--no-{what}` exclude each other")


def _roles(
    given: Sequence[str], before: Mapping[str, float | None]
) -> Mapping[str, float | None]:
    """The roles that are named, each until its end; a role that is held keeps its own."""
    if not given:
        return before
    found: dict[str, float | None] = {}
    for text in given:
        role, equals, end = plain(text, "--role").partition("=")
        found[role] = end_of(end, time.time(), "--role") if equals else before.get(role)
    return found


def _bindings(
    bound: Sequence[str], unbind: Sequence[str], before: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    for kind in unbind:
        if kind not in BINDING_KINDS:
            raise RequestError(f"unknown kind `{kind}`{near_miss(kind, BINDING_KINDS)}")
    found = {kind: ids for kind, ids in before.items() if kind not in unbind}
    named: dict[str, frozenset[str]] = {}
    for text in bound:
        target = entity(text, "--bind")
        if target.type in unbind:
            raise RequestError(
                f"`--bind {text}` and `--unbind {target.type}` exclude each other"
            )
        named[target.type] = named.get(target.type, frozenset()) | {target.id}
    return found | named


def _tell(found: Preview, output: str) -> None:
    if output == "json":
        shown = {
            "gains": [_as_json(one) for one in found.gains],
            "loses": [_as_json(one) for one in found.loses],
            "missing": [{"role": role, "kind": kind} for role, kind in found.missing],
            "web_only": list(found.web_only),
            "behind_pages": list(found.behind_pages),
            "ends": {role: shown_time(end) for role, end in found.ends},
        }
        click.echo(document("preview/1", **shown))
        return
    click.echo("\n".join(_lines(found)))


def _as_json(one: Difference) -> dict[str, object]:
    return {
        "actions": list(one.actions),
        "type": one.type,
        "ids": list(one.ids),
        "more": one.more,
    }


def _lines(found: Preview) -> Iterator[str]:
    if found.changes_nothing:
        yield "nobody would notice: nothing is gained or lost"
    for mark, differences in ((GAINED, found.gains), (LOST, found.loses)):
        for one in differences:
            yield f"{mark} {', '.join(one.actions)}"
            ids = ", ".join(one.ids) or "those to come"
            yield f"    on {one.type}: {ids}{' and others' if one.more else ''}"
    for role, kind in found.missing:
        yield f"! {role} opens nothing without a binding of the kind {kind}"
    for actions, where in (
        (found.web_only, "on the web only"),
        (found.behind_pages, "only with the protected pages unlocked"),
    ):
        if actions:
            yield f"! {where}: {', '.join(actions)}"
    for role, end in found.ends:
        yield f"! {role} ends {shown_time(end)}"

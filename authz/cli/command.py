"""The command itself: its global flags, its commands, and how every error leaves it.

An error is one line on stderr that begins with `error:`; the exit code says its kind.
"""

import sys
import traceback
from collections.abc import Sequence

import click

from authz import __version__
from authz.cli import policy_acts
from authz.cli.bench import bench
from authz.cli.can import can
from authz.cli.check import check
from authz.cli.check_all import check_all
from authz.cli.client import client
from authz.cli.configuration import configuration
from authz.cli.diff import diff
from authz.cli.doctor import doctor
from authz.cli.events import events
from authz.cli.exits import Exit, exit_of
from authz.cli.explain import explain
from authz.cli.export import export
from authz.cli.filter import filter_
from authz.cli.fmt import fmt
from authz.cli.import_ import import_
from authz.cli.key import key
from authz.cli.lint import lint
from authz.cli.migrate import migrate
from authz.cli.policy import policy
from authz.cli.policy_test import policy_test
from authz.cli.prove import prove_
from authz.cli.replay import replay_
from authz.cli.serve import demo, serve
from authz.cli.setup import Setup, takes_setup
from authz.cli.tenant import tenant
from authz.cli.user import user
from authz.cli.user_access import access
from authz.cli.user_logins import reset_link, sessions
from authz.cli.who import who
from authz.errors import AuthzError


@click.group(epilog="Each command shows an example: authz check --help")
@click.version_option(__version__, prog_name="authz")
@takes_setup
def authz(setup: Setup) -> None:
    """Who may do what, decided from Polar policies."""
    click.get_current_context().obj = setup


authz.add_command(serve)
authz.add_command(demo)
authz.add_command(check)
authz.add_command(explain)
authz.add_command(who)
authz.add_command(can)
authz.add_command(filter_, "filter")
authz.add_command(policy_test)
authz.add_command(lint)
authz.add_command(prove_)
authz.add_command(diff)
authz.add_command(replay_, "replay")
authz.add_command(fmt)
authz.add_command(check_all)
authz.add_command(policy)
policy.add_command(policy_acts.stage)
policy.add_command(policy_acts.check)
policy.add_command(policy_acts.approve)
policy.add_command(policy_acts.reject)
policy.add_command(policy_acts.withdraw)
policy.add_command(policy_acts.activate)
policy.add_command(policy_acts.roll_back)
authz.add_command(user)
user.add_command(access)
user.add_command(sessions)
user.add_command(reset_link)
authz.add_command(tenant)
authz.add_command(client)
authz.add_command(import_)
authz.add_command(export)
authz.add_command(events)
authz.add_command(key)
authz.add_command(migrate)
authz.add_command(configuration)
authz.add_command(doctor)
authz.add_command(bench)


def run(arguments: Sequence[str]) -> int:
    """The exit code of `authz ARGUMENTS`."""
    try:
        code = authz.main(list(arguments), prog_name="authz", standalone_mode=False)
        return int(code or Exit.OK)
    except AuthzError as exc:
        return _fail(str(exc), exit_of(exc))
    except click.ClickException as exc:
        return _fail(_in_our_words(exc), Exit.USAGE)
    except (click.Abort, KeyboardInterrupt):
        return _fail("interrupted", Exit.INTERNAL)
    except BrokenPipeError:
        return Exit.OK
    except Exception as exc:  # noqa: BLE001 - the last boundary: one line instead of a trace
        place = traceback.extract_tb(exc.__traceback__)[-1]
        said = (
            f"internal error: {type(exc).__name__}: {exc} ({place.filename}:{place.lineno})"
        )
        return _fail(said, Exit.INTERNAL)


def main() -> None:
    """The entry point of the command."""
    sys.exit(run(sys.argv[1:]))


def _in_our_words(error: click.ClickException) -> str:
    message = error.format_message().rstrip(".").replace("'", "`")
    said = message[:1].lower() + message[1:].replace(". Did you mean", "; did you mean")
    if isinstance(error, click.UsageError) and error.ctx and not said.endswith("?"):
        return f"{said}; see `{error.ctx.command_path} --help`"
    return said


def _fail(message: str, code: Exit) -> int:
    click.echo(f"error: {' '.join(message.split())}", err=True)
    return code

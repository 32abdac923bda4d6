"""A person as commands print one."""

from collections.abc import Iterator, Mapping

from authz.cli.printing import time
from authz.storage.people import Account

HEAD = ("e-mail", "name", "status", "roles", "options", "bound to")


def row(account: Account) -> tuple[str, ...]:
    """The person in a table."""
    roles = ", ".join(_role(one.role, one.expires_at) for one in account.roles)
    bound = ", ".join(_bound(account.bindings))
    options = ", ".join(account.options)
    return account.email, account.name, account.status, roles, options, bound


def as_json(account: Account) -> dict[str, object]:
    """The person for programs."""
    names = ("id", "tenant", "email", "name", "status", "phone", "street")
    shown: dict[str, object] = {name: getattr(account, name) for name in names}
    return shown | {
        "timezone": account.timezone,
        "language": account.language,
        "roles": [
            {"role": one.role, "expires_at": time(one.expires_at)} for one in account.roles
        ],
        "options": list(account.options),
        "bindings": {kind: list(ids) for kind, ids in account.bindings.items()},
    }


def lines(account: Account) -> Iterator[tuple[str, str]]:
    """What is recorded of the person, each with its name."""
    for name in ("id", "tenant", "email", "name", "status", "phone", "street"):
        yield name, getattr(account, name) or "-"
    yield "time zone", account.timezone
    yield "language", account.language
    roles = [_role(one.role, one.expires_at) for one in account.roles]
    yield "roles", ", ".join(roles) or "none"
    yield "options", ", ".join(account.options) or "none"
    yield "bound to", ", ".join(_bound(account.bindings)) or "nothing"


def _role(role: str, end: float | None) -> str:
    return role if end is None else f"{role} until {time(end)}"


def _bound(bindings: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for kind, ids in bindings.items():
        yield from (f"{kind}:{id}" for id in ids)

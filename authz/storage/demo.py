"""`demo.json`: how to log in to a seeded database and how to ask about its people."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from authz.accounts import passwords
from authz.accounts.passwords import Hasher
from authz.errors import NotFound
from authz.storage import people
from authz.storage.database import FILE_MODE, Database
from authz.storage.events import SERVICE
from authz.storage.facts_file import read_facts, tenants_of, users_of
from authz.storage.seed import Progress, SeededTenant, SeedResult, issue_keys


def write_demo_json(
    path: Path, result: SeedResult, *, base_url: str, console_url: str | None
) -> None:
    """Write the file for its owner alone, in one move.

    Shape: `{"base_url", "console_url", "tenants": {slug: {"admin": {"email", "password"},
    "api_key", "users": {email: id}}}}`; `admin` is null for a tenant without one.
    """
    described = {
        "base_url": base_url,
        "console_url": console_url,
        "tenants": {
            tenant.slug: _described(tenant, result.password) for tenant in result.tenants
        },
    }
    _write(path, described)


def move_demo(path: Path, source: Path, *, base_url: str, console_url: str | None) -> bool:
    """Say in the file that the server is at these addresses.

    False, and nothing is written, when the file is lost: not there, cut off, or without a
    key for each tenant of the facts file.
    """
    wanted = [tenant.text("slug") for tenant in tenants_of(read_facts(source))]
    try:
        described = json.loads(path.read_text("utf-8"))
        needed = [described["base_url"]]
        needed += [described["tenants"][slug]["api_key"] for slug in wanted]
    except (OSError, ValueError, LookupError, TypeError):
        return False
    if not all(isinstance(text, str) for text in needed):
        return False
    moved = described | {"base_url": base_url, "console_url": console_url}
    if moved != described:
        _write(path, moved)
    return True


def renew_demo(
    database: Database,
    source: Path,
    password: str,
    *,
    hasher: Hasher,
    progress: Progress = lambda done, of: None,
) -> SeedResult:
    """New keys and a new password for the tenants and people of a facts file.

    Accounts that are no longer there are left out. Raises: ConfigError for the file;
    InvalidChange for the password.
    """
    facts = read_facts(source)
    wanted = [
        (tenant.text("slug"), user.text("email"))
        for tenant in tenants_of(facts)
        for user in users_of(tenant)
    ]
    for done, (slug, email) in enumerate(wanted, 1):
        passwords.check(password, email)
        try:
            people.find_account(database, slug, email)
        except NotFound:
            continue
        finally:
            progress(done, len(wanted))
        people.set_password(database, slug, email, hasher.hash(password), actor=SERVICE)
    return issue_keys(database, facts, password)


def _described(tenant: SeededTenant, password: str | None) -> Mapping[str, object]:
    admin = None
    if tenant.admin is not None:
        admin = {"email": tenant.admin, "password": password}
    return {"admin": admin, "api_key": tenant.api_key, "users": tenant.users}


def _write(path: Path, described: Mapping[str, object]) -> None:
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(described, file, indent=2, ensure_ascii=False)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)

"""How many roles each account has been given, so that those without one are found among any
number of others.
"""

from typing import Any

STATEMENTS = (
    "ALTER TABLE account ADD COLUMN role_count INTEGER NOT NULL DEFAULT 0",
    """
    UPDATE account SET role_count = (
        SELECT count(*) FROM role_assignment AS given
        WHERE given.tenant = account.tenant AND given.account = account.id
    )
    """,
    """
    CREATE INDEX account_without_role ON account (tenant, status, name, id)
    WHERE role_count = 0
    """,
    """
    CREATE TRIGGER role_is_given AFTER INSERT ON role_assignment
    BEGIN
        UPDATE account SET role_count = role_count + 1
        WHERE tenant = NEW.tenant AND id = NEW.account;
    END
    """,
    """
    CREATE TRIGGER role_is_taken AFTER DELETE ON role_assignment
    BEGIN
        UPDATE account SET role_count = role_count - 1
        WHERE tenant = OLD.tenant AND id = OLD.account;
    END
    """,
)


def migrate(migrator: Any, database: Any, *, fake: bool = False) -> None:
    """Add the column, fill it, and keep it."""
    for statement in STATEMENTS:
        migrator.sql(statement)

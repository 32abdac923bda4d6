"""Refusals that are counted, areas of settings, and indexes for the lists of people and
events.
"""

from typing import Any

STATEMENTS = (
    """
    CREATE TABLE refusal (
        tenant TEXT NOT NULL,
        account TEXT NOT NULL,
        action TEXT NOT NULL CHECK (action <> ''),
        object_type TEXT NOT NULL,
        object_id TEXT NOT NULL,
        reason TEXT NOT NULL,
        count INTEGER NOT NULL CHECK (count >= 1),
        first_at REAL NOT NULL,
        last_at REAL NOT NULL CHECK (last_at >= first_at),
        actor_label TEXT NOT NULL,
        channel TEXT, address TEXT, request_id TEXT,
        PRIMARY KEY (tenant, account, action),
        FOREIGN KEY (tenant, account) REFERENCES account (tenant, id)
    )
    """,
    "CREATE INDEX refusal_first ON refusal (tenant, first_at)",
    """
    CREATE TABLE setting (
        tenant TEXT NOT NULL REFERENCES tenant (slug),
        area TEXT NOT NULL CHECK (area <> ''),
        document TEXT NOT NULL CHECK (json_valid(document)),
        updated_at REAL NOT NULL,
        PRIMARY KEY (tenant, area)
    )
    """,
    "CREATE INDEX account_by_name ON account (tenant, name, id)",
    "CREATE INDEX account_by_email ON account (tenant, email_key, id)",
    "CREATE INDEX event_object ON event (tenant, object_type, object_id, seq)",
    "CREATE INDEX event_actor ON event (tenant, actor_id, seq)",
    "CREATE INDEX event_action ON event (tenant, action, seq)",
    "CREATE INDEX event_result ON event (tenant, result, seq)",
    "CREATE INDEX event_at ON event (tenant, at, seq)",
    "CREATE INDEX account_by_status ON account (tenant, status, name, id)",
    "CREATE INDEX role_assignment_end ON role_assignment (tenant, expires_at)",
    "CREATE INDEX option_grant_option ON option_grant (tenant, option)",
)


def migrate(migrator: Any, database: Any, *, fake: bool = False) -> None:
    """Create the tables and the indexes."""
    for statement in STATEMENTS:
        migrator.sql(statement)

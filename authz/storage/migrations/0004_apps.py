"""The login of an app is a session too: it is listed, ended, confirmed and unlocked like
that of a browser. And a person may log in by program without an app of the company.

A session and the refresh tokens of one login have the same name, the handle of the one and
the family of the others, and end together, whoever ends either.
"""

from typing import Any

#: WHY first: they name a table that is made anew.
DROPPED = ("account_password_ends_tokens", "api_client_revoked_ends_tokens")

TABLE = (
    """
    CREATE TABLE new_refresh_token (
        hash TEXT NOT NULL PRIMARY KEY CHECK (length(hash) = 64),
        family TEXT NOT NULL CHECK (length(family) >= 16),
        tenant TEXT NOT NULL,
        account TEXT NOT NULL,
        client TEXT,
        channel TEXT NOT NULL CHECK (channel IN ('web', 'android', 'api')),
        family_created_at REAL NOT NULL,
        created_at REAL NOT NULL,
        expires_at REAL NOT NULL,
        used_at REAL,
        ended_at REAL,
        CHECK (client IS NOT NULL OR channel = 'api'),
        FOREIGN KEY (tenant, account) REFERENCES account (tenant, id),
        FOREIGN KEY (tenant, client) REFERENCES api_client (tenant, id)
    )
    """,
    """
    INSERT INTO new_refresh_token (hash, family, tenant, account, client, channel,
        family_created_at, created_at, expires_at, used_at, ended_at)
    SELECT hash, family, tenant, account, client, channel,
        family_created_at, created_at, expires_at, used_at, ended_at
    FROM refresh_token
    """,
    "DROP TABLE refresh_token",
    "ALTER TABLE new_refresh_token RENAME TO refresh_token",
    "CREATE INDEX refresh_token_family ON refresh_token (family)",
    "CREATE INDEX refresh_token_account ON refresh_token (tenant, account)",
    "CREATE INDEX refresh_token_client ON refresh_token (tenant, client)",
    "CREATE INDEX refresh_token_expires ON refresh_token (expires_at)",
    """
    CREATE UNIQUE INDEX refresh_token_one_unused ON refresh_token (family)
    WHERE used_at IS NULL AND ended_at IS NULL
    """,
)

TRIGGERS = (
    """
    CREATE TRIGGER account_password_ends_tokens
    AFTER UPDATE OF status, password_hash, email_key ON account
    WHEN NEW.status <> 'active' OR NEW.password_hash IS NOT OLD.password_hash
        OR NEW.email_key <> OLD.email_key
    BEGIN
        DELETE FROM refresh_token WHERE tenant = NEW.tenant AND account = NEW.id;
        DELETE FROM one_time_token WHERE tenant = NEW.tenant AND account = NEW.id
            AND used_at IS NULL;
    END
    """,
    """
    CREATE TRIGGER api_client_revoked_ends_tokens AFTER UPDATE OF revoked_at ON api_client
    WHEN NEW.revoked_at IS NOT NULL
    BEGIN DELETE FROM refresh_token WHERE tenant = NEW.tenant AND client = NEW.id; END
    """,
    """
    CREATE TRIGGER refresh_token_stays_used BEFORE UPDATE OF used_at, ended_at
    ON refresh_token
    WHEN (OLD.used_at IS NOT NULL AND NEW.used_at IS NOT OLD.used_at)
        OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS NOT OLD.ended_at)
    BEGIN SELECT RAISE(ABORT, 'a refresh token is used once'); END
    """,
    """
    CREATE TRIGGER refresh_token_ended_ends_session AFTER UPDATE OF ended_at
    ON refresh_token
    WHEN NEW.ended_at IS NOT NULL
    BEGIN
        UPDATE session SET revoked_at = NEW.ended_at
        WHERE handle = NEW.family AND revoked_at IS NULL;
    END
    """,
    """
    CREATE TRIGGER refresh_token_gone_ends_session AFTER DELETE ON refresh_token
    BEGIN DELETE FROM session WHERE handle = OLD.family AND revoked_at IS NULL; END
    """,
    """
    CREATE TRIGGER session_ended_ends_tokens AFTER UPDATE OF revoked_at ON session
    WHEN NEW.revoked_at IS NOT NULL
    BEGIN
        UPDATE refresh_token SET ended_at = NEW.revoked_at
        WHERE family = NEW.handle AND ended_at IS NULL;
    END
    """,
)


def migrate(migrator: Any, database: Any, *, fake: bool = False) -> None:
    """Make the refresh tokens anew without the need for an app, and then the triggers."""
    dropped = [f"DROP TRIGGER {name}" for name in DROPPED]
    for statement in (*dropped, *TABLE, *TRIGGERS):
        migrator.sql(statement)

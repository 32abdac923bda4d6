"""Logging in and staying logged in: sessions with limits, attempts, one-time links, second
factors, refresh tokens.

What ends with a change of a person is a trigger: whoever changes a person's rights,
password or status, the logins that rested on the old ones are renewed or gone in the same
transaction. Secrets are here as hashes; that of a second factor is encrypted, as it must
be read again.
"""

from typing import Any

SESSION = (
    """
    CREATE TABLE new_session (
        id TEXT NOT NULL PRIMARY KEY CHECK (length(id) >= 32),
        handle TEXT NOT NULL UNIQUE CHECK (length(handle) >= 16),
        tenant TEXT NOT NULL,
        account TEXT NOT NULL,
        channel TEXT NOT NULL CHECK (channel IN ('web', 'android', 'api')),
        created_at REAL NOT NULL,
        expires_at REAL NOT NULL,
        revoked_at REAL,
        pages_unlocked_until REAL,
        last_seen_at REAL NOT NULL,
        address TEXT,
        user_agent TEXT CHECK (length(user_agent) <= 200),
        confirmed_at REAL,
        is_rotation_due INTEGER NOT NULL DEFAULT 0 CHECK (is_rotation_due IN (0, 1)),
        previous_id TEXT CHECK (previous_id <> id),
        rotated_at REAL,
        CHECK ((previous_id IS NULL) = (rotated_at IS NULL)),
        FOREIGN KEY (tenant, account) REFERENCES account (tenant, id)
    )
    """,
    """
    INSERT INTO new_session (id, handle, tenant, account, channel, created_at, expires_at,
        revoked_at, pages_unlocked_until, last_seen_at)
    SELECT id, lower(hex(randomblob(10))), tenant, account, channel, created_at, expires_at,
        revoked_at, pages_unlocked_until, created_at
    FROM session
    """,
    "DROP TABLE session",
    "ALTER TABLE new_session RENAME TO session",
    "CREATE INDEX session_account ON session (tenant, account)",
    "CREATE INDEX session_expires ON session (expires_at)",
    """
    CREATE UNIQUE INDEX session_previous ON session (previous_id)
    WHERE previous_id IS NOT NULL
    """,
)

TABLES = (
    """
    CREATE TABLE login_attempt (
        id INTEGER NOT NULL PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind <> ''),
        subject TEXT NOT NULL CHECK (length(subject) = 64),
        network TEXT,
        at REAL NOT NULL
    )
    """,
    "CREATE INDEX login_attempt_subject ON login_attempt (kind, subject, at)",
    "CREATE INDEX login_attempt_network ON login_attempt (kind, network, at)",
    "CREATE INDEX login_attempt_at ON login_attempt (at)",
    """
    CREATE TABLE one_time_token (
        hash TEXT NOT NULL PRIMARY KEY CHECK (length(hash) = 64),
        kind TEXT NOT NULL CHECK (kind IN ('login', 'pages', 'second_factor')),
        tenant TEXT NOT NULL,
        account TEXT NOT NULL,
        created_at REAL NOT NULL,
        expires_at REAL NOT NULL,
        used_at REAL,
        FOREIGN KEY (tenant, account) REFERENCES account (tenant, id)
    )
    """,
    "CREATE INDEX one_time_token_account ON one_time_token (tenant, account, kind)",
    "CREATE INDEX one_time_token_expires ON one_time_token (expires_at)",
    """
    CREATE TABLE second_factor (
        tenant TEXT NOT NULL,
        account TEXT NOT NULL,
        secret TEXT NOT NULL CHECK (secret <> ''),
        created_at REAL NOT NULL,
        confirmed_at REAL,
        last_step INTEGER,
        PRIMARY KEY (tenant, account),
        CHECK ((confirmed_at IS NULL) = (last_step IS NULL)),
        FOREIGN KEY (tenant, account) REFERENCES account (tenant, id)
    )
    """,
    """
    CREATE TABLE recovery_code (
        tenant TEXT NOT NULL,
        account TEXT NOT NULL,
        hash TEXT NOT NULL CHECK (length(hash) = 64),
        used_at REAL,
        PRIMARY KEY (tenant, account, hash),
        FOREIGN KEY (tenant, account) REFERENCES second_factor (tenant, account)
            ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE refresh_token (
        hash TEXT NOT NULL PRIMARY KEY CHECK (length(hash) = 64),
        family TEXT NOT NULL CHECK (length(family) >= 16),
        tenant TEXT NOT NULL,
        account TEXT NOT NULL,
        client TEXT NOT NULL,
        channel TEXT NOT NULL CHECK (channel IN ('web', 'android', 'api')),
        family_created_at REAL NOT NULL,
        created_at REAL NOT NULL,
        expires_at REAL NOT NULL,
        used_at REAL,
        ended_at REAL,
        FOREIGN KEY (tenant, account) REFERENCES account (tenant, id),
        FOREIGN KEY (tenant, client) REFERENCES api_client (tenant, id)
    )
    """,
    "CREATE INDEX refresh_token_family ON refresh_token (family)",
    "CREATE INDEX refresh_token_account ON refresh_token (tenant, account)",
    "CREATE INDEX refresh_token_client ON refresh_token (tenant, client)",
    "CREATE INDEX refresh_token_expires ON refresh_token (expires_at)",
    """
    CREATE UNIQUE INDEX refresh_token_one_unused ON refresh_token (family)
    WHERE used_at IS NULL AND ended_at IS NULL
    """,
)

#: `authz_version` counts up with every change of a person's rights.
TRIGGERS = (
    """
    CREATE TRIGGER account_rights_renew_logins AFTER UPDATE OF authz_version ON account
    WHEN NEW.authz_version <> OLD.authz_version
    BEGIN
        UPDATE session
        SET is_rotation_due = 1, pages_unlocked_until = NULL, confirmed_at = NULL
        WHERE tenant = NEW.tenant AND account = NEW.id AND revoked_at IS NULL;
        DELETE FROM one_time_token WHERE tenant = NEW.tenant AND account = NEW.id
            AND kind = 'pages' AND used_at IS NULL;
    END
    """,
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
    CREATE TRIGGER account_deleted_forgets_factor AFTER UPDATE OF status ON account
    WHEN NEW.status = 'deleted'
    BEGIN DELETE FROM second_factor WHERE tenant = NEW.tenant AND account = NEW.id; END
    """,
    """
    CREATE TRIGGER api_client_revoked_ends_tokens AFTER UPDATE OF revoked_at ON api_client
    WHEN NEW.revoked_at IS NOT NULL
    BEGIN DELETE FROM refresh_token WHERE tenant = NEW.tenant AND client = NEW.id; END
    """,
    """
    CREATE TRIGGER session_stays_ended BEFORE UPDATE OF revoked_at ON session
    WHEN OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NOT OLD.revoked_at
    BEGIN SELECT RAISE(ABORT, 'a session that has ended stays so'); END
    """,
    """
    CREATE TRIGGER one_time_token_stays_used BEFORE UPDATE OF used_at ON one_time_token
    WHEN OLD.used_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a one-time link is used once'); END
    """,
    """
    CREATE TRIGGER recovery_code_stays_used BEFORE UPDATE OF used_at ON recovery_code
    WHEN OLD.used_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a recovery code is used once'); END
    """,
    """
    CREATE TRIGGER second_factor_step_grows BEFORE UPDATE OF last_step ON second_factor
    WHEN OLD.last_step IS NOT NULL AND coalesce(NEW.last_step, 0) <= OLD.last_step
    BEGIN SELECT RAISE(ABORT, 'a code is used once'); END
    """,
    """
    CREATE TRIGGER refresh_token_stays_used BEFORE UPDATE OF used_at, ended_at
    ON refresh_token
    WHEN (OLD.used_at IS NOT NULL AND NEW.used_at IS NOT OLD.used_at)
        OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS NOT OLD.ended_at)
    BEGIN SELECT RAISE(ABORT, 'a refresh token is used once'); END
    """,
)


def migrate(migrator: Any, database: Any, *, fake: bool = False) -> None:
    """Make the sessions anew with what they lack, then the other tables and triggers."""
    for statement in (*SESSION, *TABLES, *TRIGGERS):
        migrator.sql(statement)

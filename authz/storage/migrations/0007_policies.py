"""Directories of policies that were staged or in force, and how they came to be: changes,
their checks, what was ticked and said about them, and when each was in force.
"""

from typing import Any

STATEMENTS = (
    """
    CREATE TABLE policy_blob (
        hash TEXT NOT NULL PRIMARY KEY CHECK (length(hash) = 64),
        content BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE policy_directory (
        content TEXT NOT NULL PRIMARY KEY CHECK (length(content) = 64),
        revision TEXT NOT NULL CHECK (length(revision) = 64),
        created_at REAL NOT NULL
    )
    """,
    """
    CREATE TABLE policy_file (
        content TEXT NOT NULL REFERENCES policy_directory (content),
        path TEXT NOT NULL CHECK (path <> ''),
        hash TEXT NOT NULL REFERENCES policy_blob (hash),
        PRIMARY KEY (content, path)
    )
    """,
    """
    CREATE TABLE policy_change (
        number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        tenant TEXT NOT NULL,
        title TEXT NOT NULL CHECK (title <> ''),
        description TEXT NOT NULL,
        author TEXT NOT NULL,
        author_label TEXT NOT NULL,
        created_at REAL NOT NULL,
        created_seq INTEGER NOT NULL,
        updated_at REAL NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('draft', 'checking', 'checked', 'failed',
            'approved', 'activating', 'active', 'rejected', 'withdrawn')),
        base TEXT NOT NULL REFERENCES policy_directory (content),
        candidate TEXT NOT NULL REFERENCES policy_directory (content),
        approver TEXT,
        approver_label TEXT,
        approved_at REAL,
        is_approved_alone INTEGER NOT NULL DEFAULT 0,
        CHECK (base <> candidate),
        CHECK ((approver IS NULL) = (approved_at IS NULL)),
        CHECK (status NOT IN ('approved', 'activating', 'active') OR approver IS NOT NULL),
        FOREIGN KEY (tenant, author) REFERENCES account (tenant, id)
    )
    """,
    "CREATE INDEX policy_change_status ON policy_change (status, number)",
    """
    CREATE TABLE policy_check (
        number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        tenant TEXT NOT NULL,
        change INTEGER REFERENCES policy_change (number),
        base TEXT NOT NULL REFERENCES policy_directory (content),
        candidate TEXT NOT NULL REFERENCES policy_directory (content),
        status TEXT NOT NULL CHECK (status IN ('waiting', 'running', 'passed', 'failed',
            'undecided', 'interrupted')),
        stage TEXT NOT NULL DEFAULT '',
        done INTEGER NOT NULL DEFAULT 0,
        total INTEGER NOT NULL DEFAULT 0,
        account TEXT NOT NULL,
        label TEXT NOT NULL,
        asked_at REAL NOT NULL,
        pid INTEGER,
        beat_at REAL NOT NULL,
        ended_at REAL,
        message TEXT NOT NULL DEFAULT '',
        document TEXT CHECK (document IS NULL OR json_valid(document)),
        CHECK ((ended_at IS NULL) = (status IN ('waiting', 'running')))
    )
    """,
    "CREATE INDEX policy_check_change ON policy_check (change, number)",
    "CREATE INDEX policy_check_sides ON policy_check (candidate, base, number)",
    "CREATE INDEX policy_check_going_on ON policy_check (status) WHERE ended_at IS NULL",
    """
    CREATE TABLE policy_tick (
        change INTEGER NOT NULL REFERENCES policy_change (number),
        gain TEXT NOT NULL CHECK (gain <> ''),
        account TEXT NOT NULL,
        label TEXT NOT NULL,
        at REAL NOT NULL,
        PRIMARY KEY (change, gain, account)
    )
    """,
    """
    CREATE TABLE policy_comment (
        number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        change INTEGER NOT NULL REFERENCES policy_change (number),
        author TEXT NOT NULL,
        author_label TEXT NOT NULL,
        at REAL NOT NULL,
        text TEXT NOT NULL CHECK (text <> '')
    )
    """,
    "CREATE INDEX policy_comment_change ON policy_comment (change, number)",
    """
    CREATE TABLE policy_turn (
        number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        content TEXT NOT NULL REFERENCES policy_directory (content),
        kind TEXT NOT NULL CHECK (kind IN ('found', 'activated', 'rolled_back')),
        change INTEGER REFERENCES policy_change (number),
        account TEXT,
        label TEXT NOT NULL,
        began_at REAL NOT NULL,
        ended_at REAL,
        CHECK ((kind = 'found') = (account IS NULL))
    )
    """,
    "CREATE UNIQUE INDEX policy_turn_one_going_on ON policy_turn (ended_at IS NULL)"
    " WHERE ended_at IS NULL",
)


def migrate(migrator: Any, database: Any, *, fake: bool = False) -> None:
    """Create the tables."""
    for statement in STATEMENTS:
        migrator.sql(statement)

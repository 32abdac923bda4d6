"""The passwords of the devices of metering units, apart from the units that pages show."""

from typing import Any

STATEMENTS = (
    """
    CREATE TABLE device_password (
        tenant TEXT NOT NULL,
        unit TEXT NOT NULL,
        hash TEXT NOT NULL CHECK (hash LIKE '$argon2id$%'),
        set_at REAL NOT NULL,
        PRIMARY KEY (tenant, unit),
        FOREIGN KEY (tenant, unit) REFERENCES metering_unit (tenant, id)
    )
    """,
)


def migrate(migrator: Any, database: Any, *, fake: bool = False) -> None:
    """Create the table."""
    for statement in STATEMENTS:
        migrator.sql(statement)

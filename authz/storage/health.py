"""Is a database file whole? Asked by the doctor, never by a server."""

import sqlite3
from contextlib import closing
from pathlib import Path

from authz.decisions.ports import Clock
from authz.errors import Unavailable
from authz.storage.database import open_database, uri

VERSION = sqlite3.sqlite_version
#: How many faults are looked for.
FAULTS = 5


def check(path: Path, clock: Clock) -> str:
    """How large the database is, in words, once it was looked through.

    Raises: ConfigError when its tables are not those of this version; Unavailable when it
    cannot be read, or is damaged.
    """
    open_database(path, clock).close()
    try:
        with closing(sqlite3.connect(uri(path.absolute()), uri=True)) as connection:
            faults = connection.execute(f"PRAGMA quick_check({FAULTS})").fetchall()
            if faults != [("ok",)]:
                raise Unavailable(f"the database `{path}` is damaged: {faults[0][0]}")
            lost = connection.execute("PRAGMA foreign_key_check").fetchone()
            if lost:
                what = f"row {lost[1]} of `{lost[0]}` refers to no row of `{lost[2]}`"
                raise Unavailable(f"the database `{path}` is damaged: {what}")
            tenants = connection.execute("SELECT count(*) FROM tenant").fetchone()[0]
    except sqlite3.Error as exc:
        raise Unavailable(f"the database `{path}` cannot be read: {exc}") from exc
    mib = path.stat().st_size / (1024 * 1024)
    return f"{tenants} tenants, {mib:.1f} MiB in `{path}`"

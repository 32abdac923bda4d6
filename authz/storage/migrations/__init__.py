"""The numbered steps from an empty file to the tables of today, each applied once and never
changed.

A step is a module `NNNN_name.py` with `migrate(migrator, database, *, fake=False)`. The
constraints live here: what the tables must never hold is refused by the database, whoever
writes.
"""

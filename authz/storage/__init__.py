"""Facts on disk: peewee on SQLite, and nothing of peewee outside.

Every function takes the database handle, then the tenant, and is one transaction. What
comes back are values, never rows.
"""

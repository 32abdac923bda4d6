"""The first tables: tenants, people, places, organizations, metering units, resources,
keys, events.

Ids are unique per tenant and kind, and every reference carries its tenant, so that no row
can point into another tenant. A column that holds the constant kind of what it points to is
generated, for the same reason: a service organization never stands where a supply company
belongs.
"""

from typing import Any

TABLES = (
    """
    CREATE TABLE tenant (
        slug TEXT NOT NULL PRIMARY KEY CHECK (length(slug) BETWEEN 1 AND 64),
        name TEXT NOT NULL UNIQUE CHECK (name <> ''),
        kind TEXT NOT NULL CHECK (kind IN ('minigrid', 'metering', 'system')),
        email TEXT, phone TEXT, address TEXT,
        country TEXT CHECK (length(country) = 2),
        status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
        ppp_enabled INTEGER NOT NULL DEFAULT 0 CHECK (ppp_enabled IN (0, 1)),
        ppp_hash TEXT,
        ppp_changed_at REAL,
        created_at REAL NOT NULL,
        revision INTEGER NOT NULL DEFAULT 0 CHECK (revision >= 0),
        CHECK (ppp_enabled = 0 OR ppp_hash IS NOT NULL)
    )
    """,
    """
    CREATE TABLE account (
        id TEXT NOT NULL PRIMARY KEY CHECK (id <> '' AND instr(id, '@') = 0),
        tenant TEXT NOT NULL REFERENCES tenant (slug),
        email TEXT NOT NULL,
        email_key TEXT NOT NULL CHECK (instr(email_key, '@') > 1),
        name TEXT NOT NULL CHECK (name <> ''),
        password_hash TEXT,
        password_changed_at REAL,
        phone TEXT, street TEXT,
        timezone TEXT NOT NULL DEFAULT 'UTC',
        language TEXT NOT NULL DEFAULT 'en',
        status TEXT NOT NULL DEFAULT 'active'
            CHECK (status IN ('active', 'blocked', 'deleted')),
        authz_version INTEGER NOT NULL DEFAULT 1 CHECK (authz_version >= 1),
        created_at REAL NOT NULL,
        created_by TEXT,
        deleted_at REAL,
        deleted_by TEXT,
        UNIQUE (tenant, id),
        CHECK ((status = 'deleted') = (deleted_at IS NOT NULL))
    )
    """,
    """
    CREATE UNIQUE INDEX account_live_email ON account (email_key)
    WHERE status <> 'deleted'
    """,
    """
    CREATE TABLE role_assignment (
        tenant TEXT NOT NULL,
        account TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role <> ''),
        expires_at REAL,
        granted_by TEXT NOT NULL,
        granted_at REAL NOT NULL,
        PRIMARY KEY (tenant, account, role),
        FOREIGN KEY (tenant, account) REFERENCES account (tenant, id)
    )
    """,
    "CREATE INDEX role_assignment_role ON role_assignment (tenant, role)",
    """
    CREATE TABLE option_grant (
        tenant TEXT NOT NULL,
        account TEXT NOT NULL,
        option TEXT NOT NULL CHECK (option <> ''),
        granted_by TEXT NOT NULL,
        granted_at REAL NOT NULL,
        PRIMARY KEY (tenant, account, option),
        FOREIGN KEY (tenant, account) REFERENCES account (tenant, id)
    )
    """,
    """
    CREATE TABLE place (
        tenant TEXT NOT NULL REFERENCES tenant (slug),
        kind TEXT NOT NULL CHECK (kind IN ('cluster', 'minigrid', 'village')),
        id TEXT NOT NULL CHECK (id <> ''),
        name TEXT NOT NULL CHECK (name <> ''),
        parent TEXT,
        cluster TEXT NOT NULL,
        manager TEXT,
        deleted_at REAL,
        parent_kind TEXT GENERATED ALWAYS AS
            (CASE kind WHEN 'minigrid' THEN 'cluster' WHEN 'village' THEN 'minigrid' END)
                VIRTUAL,
        cluster_kind TEXT GENERATED ALWAYS AS ('cluster') VIRTUAL,
        PRIMARY KEY (tenant, kind, id),
        CHECK ((kind = 'cluster') = (parent IS NULL)),
        CHECK (kind <> 'cluster' OR cluster = id),
        CHECK (kind <> 'minigrid' OR cluster = parent),
        FOREIGN KEY (tenant, parent_kind, parent) REFERENCES place (tenant, kind, id),
        FOREIGN KEY (tenant, cluster_kind, cluster) REFERENCES place (tenant, kind, id),
        FOREIGN KEY (tenant, manager) REFERENCES account (tenant, id)
    )
    """,
    """
    CREATE TABLE organization (
        tenant TEXT NOT NULL REFERENCES tenant (slug),
        kind TEXT NOT NULL CHECK (
            kind IN ('supply_company', 'service_organization', 'manufacturer', 'consumer')),
        id TEXT NOT NULL CHECK (id <> ''),
        name TEXT NOT NULL CHECK (name <> ''),
        parent TEXT,
        supply_company TEXT,
        category TEXT CHECK (category IN ('industrial', 'commercial', 'household')),
        deleted_at REAL,
        supply_kind TEXT GENERATED ALWAYS AS ('supply_company') VIRTUAL,
        PRIMARY KEY (tenant, kind, id),
        CHECK (parent IS NULL OR (kind = 'supply_company' AND parent <> id)),
        CHECK (kind = 'consumer' OR (supply_company IS NULL AND category IS NULL)),
        FOREIGN KEY (tenant, supply_kind, parent)
            REFERENCES organization (tenant, kind, id),
        FOREIGN KEY (tenant, supply_kind, supply_company)
            REFERENCES organization (tenant, kind, id)
    )
    """,
    """
    CREATE TABLE supply_line (
        tenant TEXT NOT NULL,
        company TEXT NOT NULL,
        ancestor TEXT NOT NULL,
        supply_kind TEXT GENERATED ALWAYS AS ('supply_company') VIRTUAL,
        PRIMARY KEY (tenant, company, ancestor),
        FOREIGN KEY (tenant, supply_kind, company)
            REFERENCES organization (tenant, kind, id),
        FOREIGN KEY (tenant, supply_kind, ancestor)
            REFERENCES organization (tenant, kind, id)
    )
    """,
    "CREATE INDEX supply_line_ancestor ON supply_line (tenant, ancestor)",
    """
    CREATE TABLE binding (
        tenant TEXT NOT NULL,
        account TEXT NOT NULL,
        kind TEXT NOT NULL
            CHECK (kind IN ('cluster', 'supply_company', 'service_organization',
                'manufacturer', 'consumer')),
        target TEXT NOT NULL,
        place TEXT GENERATED ALWAYS AS (CASE kind WHEN 'cluster' THEN target END) VIRTUAL,
        organization TEXT GENERATED ALWAYS AS
            (CASE kind WHEN 'cluster' THEN NULL ELSE target END) VIRTUAL,
        PRIMARY KEY (tenant, account, kind, target),
        FOREIGN KEY (tenant, account) REFERENCES account (tenant, id),
        FOREIGN KEY (tenant, kind, place) REFERENCES place (tenant, kind, id),
        FOREIGN KEY (tenant, kind, organization) REFERENCES organization (tenant, kind, id)
    )
    """,
    "CREATE INDEX binding_target ON binding (tenant, kind, target)",
    """
    CREATE TABLE metering_unit (
        tenant TEXT NOT NULL REFERENCES tenant (slug),
        id TEXT NOT NULL CHECK (id <> ''),
        name TEXT NOT NULL CHECK (name <> ''),
        resource TEXT CHECK (resource IN ('gas', 'water', 'electricity')),
        supply_company TEXT NOT NULL,
        service_organization TEXT,
        consumer TEXT,
        manufacturer TEXT,
        model TEXT, serial TEXT, imei TEXT,
        status TEXT NOT NULL DEFAULT 'working'
            CHECK (status IN ('working', 'sealed', 'repair')),
        deleted_at REAL,
        supply_kind TEXT GENERATED ALWAYS AS ('supply_company') VIRTUAL,
        service_kind TEXT GENERATED ALWAYS AS ('service_organization') VIRTUAL,
        consumer_kind TEXT GENERATED ALWAYS AS ('consumer') VIRTUAL,
        manufacturer_kind TEXT GENERATED ALWAYS AS ('manufacturer') VIRTUAL,
        PRIMARY KEY (tenant, id),
        FOREIGN KEY (tenant, supply_kind, supply_company)
            REFERENCES organization (tenant, kind, id),
        FOREIGN KEY (tenant, service_kind, service_organization)
            REFERENCES organization (tenant, kind, id),
        FOREIGN KEY (tenant, consumer_kind, consumer)
            REFERENCES organization (tenant, kind, id),
        FOREIGN KEY (tenant, manufacturer_kind, manufacturer)
            REFERENCES organization (tenant, kind, id)
    )
    """,
    "CREATE INDEX metering_unit_supply ON metering_unit (tenant, supply_company)",
    "CREATE INDEX metering_unit_service ON metering_unit (tenant, service_organization)",
    "CREATE INDEX metering_unit_consumer ON metering_unit (tenant, consumer)",
    "CREATE INDEX metering_unit_manufacturer ON metering_unit (tenant, manufacturer)",
    """
    CREATE TABLE resource (
        tenant TEXT NOT NULL REFERENCES tenant (slug),
        type TEXT NOT NULL CHECK (type <> ''),
        id TEXT NOT NULL CHECK (id <> ''),
        attributes TEXT NOT NULL CHECK (json_valid(attributes)),
        details TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(details)),
        updated_at REAL NOT NULL,
        PRIMARY KEY (tenant, type, id)
    )
    """,
    """
    CREATE TABLE api_client (
        id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
        tenant TEXT NOT NULL REFERENCES tenant (slug),
        name TEXT NOT NULL CHECK (name <> ''),
        key_hash TEXT NOT NULL UNIQUE CHECK (length(key_hash) = 64),
        scopes TEXT NOT NULL CHECK (json_valid(scopes)),
        channel TEXT CHECK (channel IN ('web', 'android', 'api')),
        expires_at REAL,
        created_at REAL NOT NULL,
        created_by TEXT NOT NULL,
        last_used_at REAL,
        revoked_at REAL,
        UNIQUE (tenant, id)
    )
    """,
    """
    CREATE UNIQUE INDEX api_client_live_name ON api_client (tenant, name)
    WHERE revoked_at IS NULL
    """,
    """
    CREATE TABLE session (
        id TEXT NOT NULL PRIMARY KEY CHECK (length(id) >= 32),
        tenant TEXT NOT NULL,
        account TEXT NOT NULL,
        channel TEXT NOT NULL CHECK (channel IN ('web', 'android', 'api')),
        created_at REAL NOT NULL,
        expires_at REAL NOT NULL,
        revoked_at REAL,
        pages_unlocked_until REAL,
        FOREIGN KEY (tenant, account) REFERENCES account (tenant, id)
    )
    """,
    "CREATE INDEX session_account ON session (tenant, account)",
    """
    CREATE TABLE change (
        tenant TEXT NOT NULL REFERENCES tenant (slug),
        revision INTEGER NOT NULL CHECK (revision >= 1),
        object_type TEXT NOT NULL,
        object_id TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('created', 'updated', 'deleted')),
        PRIMARY KEY (tenant, revision, object_type, object_id)
    )
    """,
    """
    CREATE TABLE event (
        tenant TEXT NOT NULL REFERENCES tenant (slug),
        seq INTEGER NOT NULL CHECK (seq >= 1),
        revision INTEGER NOT NULL CHECK (revision >= 0),
        at TEXT NOT NULL,
        actor_kind TEXT NOT NULL,
        actor_id TEXT NOT NULL,
        actor_label TEXT NOT NULL,
        channel TEXT, address TEXT,
        action TEXT NOT NULL,
        object_type TEXT NOT NULL,
        object_id TEXT NOT NULL,
        object_label TEXT NOT NULL,
        before TEXT CHECK (before IS NULL OR json_valid(before)),
        after TEXT CHECK (after IS NULL OR json_valid(after)),
        result TEXT NOT NULL CHECK (result IN ('ok', 'refused')),
        reason TEXT,
        request_id TEXT,
        previous_hash TEXT NOT NULL,
        hash TEXT NOT NULL CHECK (length(hash) = 64),
        PRIMARY KEY (tenant, seq)
    )
    """,
)

#: Updates and deletes are refused, and so is an insert that does not continue its tenant's
#: chain: an `INSERT OR REPLACE` would otherwise remove a row without a delete.
TRIGGERS = (
    """
    CREATE TRIGGER event_no_update BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END
    """,
    """
    CREATE TRIGGER event_no_delete BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END
    """,
    """
    CREATE TRIGGER event_continues_chain BEFORE INSERT ON event
    WHEN NEW.seq <> 1 + coalesce((SELECT max(seq) FROM event WHERE tenant = NEW.tenant), 0)
        OR NEW.previous_hash <> coalesce(
            (SELECT hash FROM event WHERE tenant = NEW.tenant AND seq = NEW.seq - 1), '')
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END
    """,
    """
    CREATE TRIGGER tenant_revision_grows BEFORE UPDATE OF revision ON tenant
    WHEN NEW.revision <= OLD.revision
    BEGIN SELECT RAISE(ABORT, 'a revision never goes back'); END
    """,
)


def migrate(migrator: Any, database: Any, *, fake: bool = False) -> None:
    """Create the tables, then the triggers."""
    for statement in (*TABLES, *TRIGGERS):
        migrator.sql(statement)

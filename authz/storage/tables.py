"""The tables as peewee sees them: columns only.

Constraints, keys and triggers are in `migrations/`, where the database gets them from. A
model is bound to no database: every query names its handle (`.execute(database.db)`), so
two open files never mix. References are plain columns here, because each goes together with
its tenant. Times are epoch seconds.
"""

import peewee as pw


class Tenant(pw.Model):
    """A company, the boundary of everything; `revision` counts the changes of its facts."""

    slug = pw.TextField(primary_key=True)
    name = pw.TextField()
    kind = pw.TextField()
    email = pw.TextField(null=True)
    phone = pw.TextField(null=True)
    address = pw.TextField(null=True)
    country = pw.TextField(null=True)
    status = pw.TextField(default="active")
    ppp_enabled = pw.BooleanField(default=False)
    ppp_hash = pw.TextField(null=True)
    ppp_changed_at = pw.FloatField(null=True)
    created_at = pw.FloatField()
    revision = pw.IntegerField(default=0)


class Account(pw.Model):
    """A person; live means not deleted."""

    id = pw.TextField(primary_key=True)
    tenant = pw.TextField()
    email = pw.TextField()
    email_key = pw.TextField()
    name = pw.TextField()
    password_hash = pw.TextField(null=True)
    password_changed_at = pw.FloatField(null=True)
    phone = pw.TextField(null=True)
    street = pw.TextField(null=True)
    timezone = pw.TextField(default="UTC")
    language = pw.TextField(default="en")
    status = pw.TextField(default="active")
    authz_version = pw.IntegerField(default=1)
    created_at = pw.FloatField()
    created_by = pw.TextField(null=True)
    deleted_at = pw.FloatField(null=True)
    deleted_by = pw.TextField(null=True)
    #: Of the rows below; triggers keep it.
    role_count = pw.IntegerField(default=0)


class RoleAssignment(pw.Model):
    """A role that a person holds, until `expires_at` if that is set."""

    tenant = pw.TextField()
    account = pw.TextField()
    role = pw.TextField()
    expires_at = pw.FloatField(null=True)
    granted_by = pw.TextField()
    granted_at = pw.FloatField()

    class Meta:
        """The key."""

        table_name = "role_assignment"
        primary_key = pw.CompositeKey("tenant", "account", "role")


class OptionGrant(pw.Model):
    """An additional option that a person has."""

    tenant = pw.TextField()
    account = pw.TextField()
    option = pw.TextField()
    granted_by = pw.TextField()
    granted_at = pw.FloatField()

    class Meta:
        """The key."""

        table_name = "option_grant"
        primary_key = pw.CompositeKey("tenant", "account", "option")


class Binding(pw.Model):
    """A person bound to a cluster or an organization of the same tenant."""

    tenant = pw.TextField()
    account = pw.TextField()
    kind = pw.TextField()
    target = pw.TextField()

    class Meta:
        """The key."""

        primary_key = pw.CompositeKey("tenant", "account", "kind", "target")


class Place(pw.Model):
    """A cluster, a mini-grid or a village; `cluster` is the one above, or itself."""

    tenant = pw.TextField()
    kind = pw.TextField()
    id = pw.TextField()
    name = pw.TextField()
    parent = pw.TextField(null=True)
    cluster = pw.TextField()
    manager = pw.TextField(null=True)
    deleted_at = pw.FloatField(null=True)

    class Meta:
        """The key."""

        primary_key = pw.CompositeKey("tenant", "kind", "id")


class Organization(pw.Model):
    """A supply company (in a tree), service organization, manufacturer or consumer."""

    tenant = pw.TextField()
    kind = pw.TextField()
    id = pw.TextField()
    name = pw.TextField()
    parent = pw.TextField(null=True)
    supply_company = pw.TextField(null=True)
    category = pw.TextField(null=True)
    deleted_at = pw.FloatField(null=True)

    class Meta:
        """The key."""

        primary_key = pw.CompositeKey("tenant", "kind", "id")


class SupplyLine(pw.Model):
    """The closure of the supply-company tree: each company with itself and all above it."""

    tenant = pw.TextField()
    company = pw.TextField()
    ancestor = pw.TextField()

    class Meta:
        """The key."""

        table_name = "supply_line"
        primary_key = pw.CompositeKey("tenant", "company", "ancestor")


class MeteringUnit(pw.Model):
    """A meter with those who supply, service, use and made it."""

    tenant = pw.TextField()
    id = pw.TextField()
    name = pw.TextField()
    resource = pw.TextField(null=True)
    supply_company = pw.TextField()
    service_organization = pw.TextField(null=True)
    consumer = pw.TextField(null=True)
    manufacturer = pw.TextField(null=True)
    model = pw.TextField(null=True)
    serial = pw.TextField(null=True)
    imei = pw.TextField(null=True)
    status = pw.TextField(default="working")
    deleted_at = pw.FloatField(null=True)

    class Meta:
        """The key."""

        table_name = "metering_unit"
        primary_key = pw.CompositeKey("tenant", "id")


class Resource(pw.Model):
    """A thing of another type: `attributes` for rules, `details` for people, in JSON."""

    tenant = pw.TextField()
    type = pw.TextField()
    id = pw.TextField()
    attributes = pw.TextField()
    details = pw.TextField(default="{}")
    updated_at = pw.FloatField()

    class Meta:
        """The key."""

        primary_key = pw.CompositeKey("tenant", "type", "id")


class ApiClient(pw.Model):
    """An app with a key; `scopes` is a JSON list, `key_hash` SHA-256 in hex."""

    id = pw.TextField(primary_key=True)
    tenant = pw.TextField()
    name = pw.TextField()
    key_hash = pw.TextField()
    scopes = pw.TextField()
    channel = pw.TextField(null=True)
    expires_at = pw.FloatField(null=True)
    created_at = pw.FloatField()
    created_by = pw.TextField()
    last_used_at = pw.FloatField(null=True)
    revoked_at = pw.FloatField(null=True)

    class Meta:
        """The name."""

        table_name = "api_client"


class Session(pw.Model):
    """A login of a person, and until when it has the protected pages unlocked."""

    id = pw.TextField(primary_key=True)
    tenant = pw.TextField()
    account = pw.TextField()
    channel = pw.TextField()
    created_at = pw.FloatField()
    expires_at = pw.FloatField()
    revoked_at = pw.FloatField(null=True)
    pages_unlocked_until = pw.FloatField(null=True)
    handle = pw.TextField()
    last_seen_at = pw.FloatField()
    address = pw.TextField(null=True)
    user_agent = pw.TextField(null=True)
    confirmed_at = pw.FloatField(null=True)
    is_rotation_due = pw.BooleanField(default=False)
    previous_id = pw.TextField(null=True)
    rotated_at = pw.FloatField(null=True)


class Change(pw.Model):
    """What a revision touched."""

    tenant = pw.TextField()
    revision = pw.IntegerField()
    object_type = pw.TextField()
    object_id = pw.TextField()
    kind = pw.TextField()

    class Meta:
        """The key."""

        primary_key = pw.CompositeKey("tenant", "revision", "object_type", "object_id")


class Event(pw.Model):
    """One entry of the Events Log; `at` is ISO 8601 in UTC, `before` and `after` JSON."""

    tenant = pw.TextField()
    seq = pw.IntegerField()
    revision = pw.IntegerField()
    at = pw.TextField()
    actor_kind = pw.TextField()
    actor_id = pw.TextField()
    actor_label = pw.TextField()
    channel = pw.TextField(null=True)
    address = pw.TextField(null=True)
    action = pw.TextField()
    object_type = pw.TextField()
    object_id = pw.TextField()
    object_label = pw.TextField()
    before = pw.TextField(null=True)
    after = pw.TextField(null=True)
    result = pw.TextField()
    reason = pw.TextField(null=True)
    request_id = pw.TextField(null=True)
    previous_hash = pw.TextField()
    hash = pw.TextField()

    class Meta:
        """The key."""

        primary_key = pw.CompositeKey("tenant", "seq")


MODELS: tuple[type[pw.Model], ...] = (
    Tenant,
    Account,
    RoleAssignment,
    OptionGrant,
    Binding,
    Place,
    Organization,
    SupplyLine,
    MeteringUnit,
    Resource,
    ApiClient,
    Session,
    Change,
    Event,
)

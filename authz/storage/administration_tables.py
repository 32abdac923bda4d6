"""The tables of administration, as `tables.py` has those of the facts."""

import peewee as pw


class Refusal(pw.Model):
    """Refusals of one person and action within a window; the columns say the last one."""

    tenant = pw.TextField()
    account = pw.TextField()
    action = pw.TextField()
    object_type = pw.TextField()
    object_id = pw.TextField()
    reason = pw.TextField()
    count = pw.IntegerField()
    first_at = pw.FloatField()
    last_at = pw.FloatField()
    actor_label = pw.TextField()
    channel = pw.TextField(null=True)
    address = pw.TextField(null=True)
    request_id = pw.TextField(null=True)

    class Meta:
        """The key."""

        primary_key = pw.CompositeKey("tenant", "account", "action")


class Setting(pw.Model):
    """One area of a company's settings, as a JSON object."""

    tenant = pw.TextField()
    area = pw.TextField()
    document = pw.TextField()
    updated_at = pw.FloatField()

    class Meta:
        """The key."""

        primary_key = pw.CompositeKey("tenant", "area")


class DevicePassword(pw.Model):
    """The password of a metering unit's device, as a hash."""

    tenant = pw.TextField()
    unit = pw.TextField()
    hash = pw.TextField()
    set_at = pw.FloatField()

    class Meta:
        """The key."""

        table_name = "device_password"
        primary_key = pw.CompositeKey("tenant", "unit")


MODELS: tuple[type[pw.Model], ...] = (Refusal, Setting, DevicePassword)

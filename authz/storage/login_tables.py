"""The tables of logging in, beside sessions, as peewee sees them: columns only, as in
`tables.py`.
"""

import peewee as pw


class LoginAttempt(pw.Model):
    """A try that failed or is under way; `subject` is a hash, `network` where from."""

    id = pw.AutoField()
    kind = pw.TextField()
    subject = pw.TextField()
    network = pw.TextField(null=True)
    at = pw.FloatField()

    class Meta:
        """The name."""

        table_name = "login_attempt"


class OneTimeToken(pw.Model):
    """What was sent to a person to be used once; `hash` is SHA-256 in hex."""

    hash = pw.TextField(primary_key=True)
    kind = pw.TextField()
    tenant = pw.TextField()
    account = pw.TextField()
    created_at = pw.FloatField()
    expires_at = pw.FloatField()
    used_at = pw.FloatField(null=True)

    class Meta:
        """The name."""

        table_name = "one_time_token"


class SecondFactor(pw.Model):
    """The TOTP secret of a person, encrypted, and the last step whose code was used."""

    tenant = pw.TextField()
    account = pw.TextField()
    secret = pw.TextField()
    created_at = pw.FloatField()
    confirmed_at = pw.FloatField(null=True)
    last_step = pw.IntegerField(null=True)

    class Meta:
        """The key."""

        table_name = "second_factor"
        primary_key = pw.CompositeKey("tenant", "account")


class RecoveryCode(pw.Model):
    """A code for when the second factor is lost; `hash` is SHA-256 in hex."""

    tenant = pw.TextField()
    account = pw.TextField()
    hash = pw.TextField()
    used_at = pw.FloatField(null=True)

    class Meta:
        """The key."""

        table_name = "recovery_code"
        primary_key = pw.CompositeKey("tenant", "account", "hash")


class RefreshToken(pw.Model):
    """A refresh token; all that follow from one login are a family."""

    hash = pw.TextField(primary_key=True)
    family = pw.TextField()
    tenant = pw.TextField()
    account = pw.TextField()
    client = pw.TextField(null=True)
    channel = pw.TextField()
    family_created_at = pw.FloatField()
    created_at = pw.FloatField()
    expires_at = pw.FloatField()
    used_at = pw.FloatField(null=True)
    ended_at = pw.FloatField(null=True)

    class Meta:
        """The name."""

        table_name = "refresh_token"


MODELS: tuple[type[pw.Model], ...] = (
    LoginAttempt,
    OneTimeToken,
    SecondFactor,
    RecoveryCode,
    RefreshToken,
)

"""The tables of policies and their changes, as `tables.py` has those of the facts."""

import peewee as pw


class Blob(pw.Model):
    """The content of a file, once for all directories that hold it."""

    hash = pw.TextField(primary_key=True)
    content = pw.BlobField()

    class Meta:
        """The name."""

        table_name = "policy_blob"


class Directory(pw.Model):
    """All files of a policy directory at one moment, named by their hash."""

    content = pw.TextField(primary_key=True)
    revision = pw.TextField()
    created_at = pw.FloatField()

    class Meta:
        """The name."""

        table_name = "policy_directory"


class File(pw.Model):
    """One file of a directory."""

    content = pw.TextField()
    path = pw.TextField()
    hash = pw.TextField()

    class Meta:
        """The key."""

        table_name = "policy_file"
        primary_key = pw.CompositeKey("content", "path")


class Change(pw.Model):
    """A change of the policies that somebody asks for."""

    number = pw.AutoField()
    tenant = pw.TextField()
    title = pw.TextField()
    description = pw.TextField()
    author = pw.TextField()
    author_label = pw.TextField()
    created_at = pw.FloatField()
    #: Number of the last event before it.
    created_seq = pw.IntegerField()
    updated_at = pw.FloatField()
    status = pw.TextField()
    base = pw.TextField()
    candidate = pw.TextField()
    approver = pw.TextField(null=True)
    approver_label = pw.TextField(null=True)
    approved_at = pw.FloatField(null=True)
    is_approved_alone = pw.BooleanField(default=False)

    class Meta:
        """The name."""

        table_name = "policy_change"


class Check(pw.Model):
    """A look at what a candidate changes, as a process of its own makes it."""

    number = pw.AutoField()
    tenant = pw.TextField()
    #: None for the look at a roll back.
    change = pw.IntegerField(null=True)
    base = pw.TextField()
    candidate = pw.TextField()
    status = pw.TextField()
    stage = pw.TextField(default="")
    done = pw.IntegerField(default=0)
    total = pw.IntegerField(default=0)
    account = pw.TextField()
    label = pw.TextField()
    asked_at = pw.FloatField()
    pid = pw.IntegerField(null=True)
    #: When the process was last known to live.
    beat_at = pw.FloatField()
    ended_at = pw.FloatField(null=True)
    message = pw.TextField(default="")
    document = pw.TextField(null=True)

    class Meta:
        """The name."""

        table_name = "policy_check"


class Tick(pw.Model):
    """A gain that somebody has seen and wants."""

    change = pw.IntegerField()
    gain = pw.TextField()
    account = pw.TextField()
    label = pw.TextField()
    at = pw.FloatField()

    class Meta:
        """The key."""

        table_name = "policy_tick"
        primary_key = pw.CompositeKey("change", "gain", "account")


class Comment(pw.Model):
    """What somebody said about a change."""

    number = pw.AutoField()
    change = pw.IntegerField()
    author = pw.TextField()
    author_label = pw.TextField()
    at = pw.FloatField()
    text = pw.TextField()

    class Meta:
        """The name."""

        table_name = "policy_comment"


class Turn(pw.Model):
    """A directory that came into force, and by whom; without an end it is being written."""

    number = pw.AutoField()
    content = pw.TextField()
    kind = pw.TextField()
    change = pw.IntegerField(null=True)
    account = pw.TextField(null=True)
    label = pw.TextField()
    began_at = pw.FloatField()
    ended_at = pw.FloatField(null=True)

    class Meta:
        """The name."""

        table_name = "policy_turn"


MODELS: tuple[type[pw.Model], ...] = (
    Blob,
    Directory,
    File,
    Change,
    Check,
    Tick,
    Comment,
    Turn,
)

"""Whole directories of policies, kept by the hash of their content for as long as the
database lives: whatever was staged or in force can be looked at and brought back.
"""

import hashlib
from collections.abc import Mapping, Sequence

from authz.engine.gate.vet import digest
from authz.engine.source import source_of
from authz.errors import NotFound
from authz.storage.database import Database
from authz.storage.policy_tables import Blob, Directory, File

#: Path in the directory -> content.
Files = Mapping[str, bytes]


def content_of(files: Files) -> str:
    """The hash of all files; the revision is that of those that decide."""
    return digest(files)


def keep(database: Database, files: Files) -> str:
    """The hash by which the files can be asked for from now on."""
    content = content_of(files)
    with database.transaction():
        if Directory.select().where(Directory.content == content).exists(database.db):
            return content
        revision = source_of(files).revision
        row = {"content": content, "revision": revision, "created_at": database.now()}
        Directory.insert(**row).execute(database.db)
        for path, data in files.items():
            hash = hashlib.sha256(data).hexdigest()
            Blob.insert(hash=hash, content=data).on_conflict_ignore().execute(database.db)
            File.insert(content=content, path=path, hash=hash).execute(database.db)
    return content


def find(database: Database, content: str) -> Files:
    """The files of that hash, by path. Raises: NotFound."""
    chosen = (
        File.select(File.path, Blob.content)
        .join(Blob, on=(Blob.hash == File.hash))
        .where(File.content == content)
        .order_by(File.path)
    )
    with database.reading():
        found = chosen.tuples().execute(database.db)
        files = {path: bytes(data) for path, data in found}
    if not files:
        raise NotFound(f"no policies `{content}`")
    return files


def revisions(database: Database, contents: Sequence[str]) -> dict[str, str]:
    """Content -> revision of what decides in it."""
    chosen = Directory.select(Directory.content, Directory.revision)
    wanted = chosen.where(Directory.content.in_(list(set(contents))))
    with database.reading():
        return dict(wanted.tuples().execute(database.db))

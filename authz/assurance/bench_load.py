"""The generated policies, loaded without the comparison that a set must pass to be served.

WHY: all that is timed is compared with a function written by hand and, in part, with the
reference; comparing a thousand rules would take longer than all the rest.
"""

from collections.abc import Mapping

from authz.engine import checks, clauses
from authz.engine.gate.vet import SCHEMA_FILE, digest, polar_texts
from authz.engine.policyset import PolicySet, assembled
from authz.engine.schema_file import parse_schema
from authz.engine.text import check_files, statements
from authz.engine.unfold import unfold

#: Milliseconds for one decision of the reference: a busy machine is no reason for another
#: answer.
BUDGET_MS = 10_000


def uncompared(files: Mapping[str, bytes]) -> PolicySet:
    """The set, read in this process and compared with nothing. Raises: PolicyError."""
    texts = check_files(files)
    schema = parse_schema(texts[SCHEMA_FILE], SCHEMA_FILE)
    found = [
        clauses.read(statement)
        for file, content in polar_texts(texts).items()
        for statement in statements(file, content)
    ]
    heads = checks.check(found, schema)
    unfolded = unfold(found, schema)
    return assembled(digest(files), texts, schema, heads, unfolded, BUDGET_MS)

"""Reads the YAML files of policy tests and their fixtures."""

from pathlib import Path

from authz.engine.place import Place, read_text
from authz.errors import PolicySyntaxError

FILE_LIMIT_BYTES = 1024 * 1024


def read_document(path: Path, name: str) -> tuple[Place, object]:
    """The content of a YAML file, and the place of its root.

    Raises: PolicySyntaxError when it cannot be read, is over 1 MiB or is not strict YAML.
    """
    try:
        with path.open("rb") as file:
            data = file.read(FILE_LIMIT_BYTES + 1)
        if len(data) > FILE_LIMIT_BYTES:
            raise PolicySyntaxError(f"larger than {FILE_LIMIT_BYTES} bytes", file=name)
        return read_text(name, data.decode("utf-8"))
    except UnicodeDecodeError as exc:
        raise PolicySyntaxError("not UTF-8 text", file=name) from exc
    except OSError as exc:
        reason = (exc.strerror or "no such file").lower()
        raise PolicySyntaxError(f"cannot be read: {reason}", file=name) from exc

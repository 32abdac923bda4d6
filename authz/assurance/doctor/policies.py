"""Do the policies pass, and what would decide if they did not?"""

from collections.abc import Iterator

from authz.assurance.doctor.finding import Finding, failure, ok, warning
from authz.assurance.doctor.folders import is_there
from authz.decisions.active import Load
from authz.decisions.last_good import LastGood
from authz.engine.source import read_directory
from authz.errors import PolicyError, Unavailable
from authz.settings import PolicySection

SHOWN_CHARS = 12


def policies(settings: PolicySection, load: Load) -> Iterator[Finding]:
    """Whether the directory holds a set that passes every check, and what is kept."""
    kept = LastGood(settings.last_good).read()
    stands_in = f"revision {kept.revision[:SHOWN_CHARS]} would decide" if kept else ""
    try:
        source = read_directory(settings.dir)
        found = load(source)
    except PolicyError as exc:
        advice = "`authz lint` says more" if exc.rule else "mend the file"
        beside = f"; {stands_in} after a restart" if kept else "; nothing starts beside it"
        yield failure("policies", exc, advice + beside)
        return
    except OSError as exc:
        error = Unavailable(f"they cannot be checked now: {exc.strerror or exc}")
        yield failure("policies", error, "make room for one more process, and repeat")
        return
    count, revision = len(found.policies), found.revision[:SHOWN_CHARS]
    yield ok("policies", f"{count} policies in `{settings.dir}`, revision {revision}")
    if kept is None and is_there(settings.last_good):
        yield warning(
            "last good",
            f"what `{settings.last_good}` holds is not as it was kept, and is not used",
            "the next start keeps the set in force; ask who changed it",
        )
    elif kept is None:
        yield ok("last good", f"none yet in `{settings.last_good}`: a server keeps it")
    else:
        yield ok("last good", f"{stands_in} if the files were broken at a start")

"""The policies that are in force: their files, one of them, and what their checks said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import abort, current_app, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from authz.administration import policy_checks, policy_files, policy_revisions
from authz.administration import policy_outline as outlines
from authz.administration.policy_checks import Check
from authz.administration.policy_files import FileInfo, Files
from authz.administration.policy_revisions import Status, Turn
from authz.engine.catalogue import in_language
from authz.engine.policyset import PolicySet
from authz.errors import Conflict, NotFound
from authz.model import Effect
from webapp.console import highlight, labels
from webapp.console.answers import go
from webapp.console.asked import sentence
from webapp.console.needs import Pages
from webapp.console.parts import console_of
from webapp.console.reviewed import Covered, Review
from webapp.console.visitor import present
from webapp.console.words import language

pages = Pages("policies", __name__)

#: Kinds of files, in the order in which they are listed.
KINDS = ("rules", "schema", "catalogue", "invariants", "test", "fixture")
#: Lines of a policy that are shown on its page, at most.
EXCERPT_LINES = 60


@dataclass(frozen=True, slots=True)
class InForce:
    """The set that is in force, as pages show it."""

    status: Status
    turn: Turn
    files: Files
    #: The checks of exactly these files; None where there were none.
    check: Check | None

    @property
    def review(self) -> Review:
        """What the checks found."""
        return Review(self.check.document if self.check else None)

    def text(self, name: str) -> str:
        """The text of one of the files. Raises: NotFound."""
        if name not in self.files:
            raise NotFound(f"no policy file `{name}`")
        return text_of(self.files[name])


@dataclass(frozen=True, slots=True)
class Row:
    """A file in the list of files."""

    info: FileInfo
    lines: int
    permits: int
    forbids: int
    covered: Covered | None


def text_of(content: bytes) -> str:
    """The text of a file; what is no text is shown as far as it is one."""
    return content.decode("utf-8", "replace").replace("\r\n", "\n")


def progress_of(check: Check | None, address: str, back: str) -> ResponseReturnValue:
    """How far checks are: a part of a page for the script, a page for everybody else.

    address: that of this answer; back: the page that shows what they found.
    """
    is_part = bool(request.headers.get("HX-Request"))
    if is_part and (check is None or check.is_over):
        return go(back)
    template = "_progress.html" if is_part else "progress.html"
    return render_template(template, check=check, address=address, back=back)


def in_force() -> InForce:
    """What is in force now, with its files. Raises: Unavailable where nobody knows them."""
    desk, site = present().desk, console_of(current_app).site
    turn = policy_revisions.in_force(desk, site)
    return InForce(
        policy_revisions.status(desk, site),
        turn,
        policy_revisions.files_of(desk, turn.content),
        policy_checks.of_content(desk, turn.content),
    )


@pages.page("/policies", action="policy:read")
def page() -> ResponseReturnValue:
    """What is in force, its files, and what the checks said of it."""
    found, desk = in_force(), present().desk
    running = policy_checks.reverse(desk, console_of(current_app).site, found.turn.content)
    return render_template(
        "policies.html",
        found=found,
        review=found.review,
        rows=_rows(found, desk.policies),
        policies=len(desk.policies.policies),
        running=running if running and not running.is_over else None,
        may={"stage": desk.may("policy:stage", "tenant", desk.tenant)},
    )


@pages.page("/policies", methods=["POST"], action="policy:read")
def look() -> ResponseReturnValue:
    """Has the checks look at what is in force."""
    desk, site = present().desk, console_of(current_app).site
    turn = policy_revisions.in_force(desk, site)
    try:
        policy_checks.start_reverse(desk, site, turn.content)
    except Conflict as exc:
        flash(sentence(exc), "deny")
    return go(url_for("policies.page"))


@pages.page("/policies/progress", action="policy:read")
def progress() -> ResponseReturnValue:
    """How far the checks of what is in force are, as the part of the page that says so."""
    desk, site = present().desk, console_of(current_app).site
    turn = policy_revisions.in_force(desk, site)
    return progress_of(
        policy_checks.reverse(desk, site, turn.content),
        url_for("policies.progress"),
        url_for("policies.page"),
    )


@pages.page("/policies/<path:name>", action="policy:read")
def file(name: str) -> ResponseReturnValue:
    """One file, with links to its lines."""
    found, policies = in_force(), present().desk.policies
    text, review = found.text(name), found.review
    covered = {one.file: one for one in review.covered}.get(name)
    return render_template(
        "policy_file.html",
        found=found,
        name=name,
        lines=highlight.lines(name, text),
        outline=outlines.outline(policies, name, text),
        findings=[
            one for one in review.findings("lint", "fmt", "test") if one["file"] == name
        ],
        covered=covered,
        review=review,
        info=_info(found.files, name),
        beside=_beside(found.files, name),
    )


@pages.page("/policy/<id>", action="policy:read")
def policy(id: str) -> ResponseReturnValue:
    """One policy: what it says to people, why it is there, and what it takes part in."""
    found, policies = in_force(), present().desk.policies
    if id not in policies.policies:
        abort(404)
    it = policies.policies[id]
    texts = {name: text_of(content) for name, content in found.files.items()}
    part = outlines.part_of(policies, id)
    kinds: dict[str, list[outlines.Kind]] = {}
    for kind in part.kinds:
        kinds.setdefault(kind.signature.resource, []).append(kind)
    return render_template(
        "policy.html",
        it=it,
        found=found,
        title=labels.policy(it.entry),
        sentence=in_language(language(), it.entry.sentences),
        why=in_language(language(), it.entry.whys),
        excerpt=_excerpt(texts.get(it.file, ""), it.file, it.line),
        tests=outlines.tests_of(texts, id),
        part=part,
        kinds=kinds,
        catalogue=_catalogue(texts, it.file, id),
        languages=labels.LANGUAGE_NAMES,
        idle=[one for one in _idle(found.review) if one["policy_id"] == id],
    )


def _rows(found: InForce, policies: PolicySet) -> list[Row]:
    """The files, those with rules first."""
    covered = {one.file: one for one in found.review.covered}
    effects: dict[str, list[Effect]] = {}
    for one in policies.policies.values():
        effects.setdefault(one.file, []).append(one.effect)
    rows = [
        Row(
            info,
            text_of(found.files[info.path]).count("\n"),
            effects.get(info.path, []).count(Effect.PERMIT),
            effects.get(info.path, []).count(Effect.FORBID),
            covered.get(info.path),
        )
        for info in policy_files.infos(found.files)
    ]
    return sorted(rows, key=lambda row: (KINDS.index(row.info.kind), row.info.path))


def _info(files: Files, name: str) -> FileInfo:
    return next(info for info in policy_files.infos(files) if info.path == name)


def _beside(files: Files, name: str) -> list[str]:
    """The files that belong to the same rules: catalogue and tests."""
    stem = name.removesuffix(".polar").removesuffix(".yaml").removesuffix("_test")
    ends = (".polar", ".yaml", "_test.yaml")
    return [other for end in ends if (other := f"{stem}{end}") in files and other != name]


def _excerpt(text: str, file: str, line: int) -> list[list[highlight.Piece]]:
    """The lines of one policy, up to its end."""
    rest = highlight.lines(file, text)[line - 1 : line - 1 + EXCERPT_LINES]
    ends = (n for n, pieces in enumerate(rest, 1) if _bare(pieces).rstrip().endswith(";"))
    return rest[: next(ends, len(rest))]


def _bare(pieces: Iterable[highlight.Piece]) -> str:
    return "".join(text for kind, text in pieces if kind != highlight.COMMENT)


def _catalogue(texts: Mapping[str, str], file: str, id: str) -> tuple[str, int]:
    """The catalogue beside a file of rules, and the line of the entry."""
    name = file.removesuffix(".polar") + ".yaml"
    return name, outlines.catalogue_line(texts.get(name, ""), id)


def _idle(review: Review) -> list[Mapping[str, object]]:
    return list((review.document("prove") or {}).get("idle", ()))

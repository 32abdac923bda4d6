"""A decision in words: for the person concerned, and for an administrator.

It reads the decision and never decides again. The person's sentence comes from the
catalogue and names no attribute of any resource. Who may not know why is told `no_permit`
both where nothing permits and where the thing asked about is not known, so that the answer
never tells the two apart.
"""

from typing import Any

from authz.decisions.languages import N_, Words, words_of
from authz.decisions.pdp import Answer
from authz.engine.catalogue import FALLBACK_LANGUAGE, in_language
from authz.engine.policyset import PolicySet
from authz.model import Decision, Reason

#: What a person is told where no policy speaks.
SENTENCES: dict[Reason, str] = {
    Reason.NO_PERMIT: N_("You do not have access to do this."),
    Reason.ATTRIBUTE_TYPE: N_(
        "The app asked in a way that cannot be answered. Please tell your administrator."
    ),
    Reason.ERROR: N_(
        "This could not be decided, so it is refused. Please tell your administrator."
    ),
}
#: Reasons that only who may see explanations is told; for everybody else they are
#: NO_PERMIT.
CONCEALED = frozenset({Reason.UNKNOWN, Reason.MISSING_ATTRIBUTE})


def reasons(
    answer: Answer,
    *,
    language: str = FALLBACK_LANGUAGE,
    for_admin: bool,
    admin_language: str = FALLBACK_LANGUAGE,
) -> dict[str, Any]:
    """Why, as the members of the answer's `context`.

    language: of the sentence for the person; admin_language: of what is for_admin.
    Shape: `{"reason", "reason_user", "determining_policies"}`, and `reason_admin` when
    for_admin.
    """
    decision = answer.decision
    told = decision if for_admin else _concealed(decision)
    found: dict[str, Any] = {
        "reason": told.reason.value,
        "reason_user": _for_user(_concealed(decision), answer.policies, language),
        "determining_policies": list(told.determining),
    }
    if for_admin:
        found["reason_admin"] = _for_admin(answer, words_of(admin_language))
    return found


def _concealed(decision: Decision) -> Decision:
    """What may be told to anybody: nothing that tells a thing apart from no such thing.

    WHY a forbid too: it holds for things that are there alone, so it is told only to those
    whom something permits the same.
    """
    hidden = decision.reason in CONCEALED
    if hidden or (decision.reason is Reason.FORBIDDEN and not decision.overruled):
        return Decision(False, Reason.NO_PERMIT)
    return decision


def _for_user(decision: Decision, policies: PolicySet, language: str) -> str:
    if not decision.determining:
        return words_of(language).gettext(SENTENCES[decision.reason])
    sentences = [policies.policies[i].entry.sentences for i in decision.determining]
    spoken = [in_language(language, by_language) for by_language in sentences]
    return spoken[0] if decision.allowed else " ".join(dict.fromkeys(spoken))


def _for_admin(answer: Answer, words: Words) -> str:
    _, decision = words.gettext, answer.decision
    outcome = _("allowed, {reason}") if decision.allowed else _("denied, {reason}")
    parts = [outcome.format(reason=decision.reason.value)]
    for policy_id in decision.determining:
        policy = answer.policies.policies[policy_id]
        place = f"{policy.file}:{policy.line}"
        parts.append(_("`{policy}` at {place}").format(policy=policy_id, place=place))
    if decision.detail:
        parts.append(decision.detail)
    if decision.reason is Reason.NO_PERMIT:
        parts.append(_("no policy permits it"))
    for error in decision.errors:
        parts.append(
            _("`{policy}` could not be evaluated: {error}").format(
                policy=error.policy_id, error=error.message
            )
        )
    return "; ".join(parts)

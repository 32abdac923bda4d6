"""A decision in words: for the person concerned, and for an administrator.

It reads the decision and never decides again. The person's sentence comes from the
catalogue and names no attribute of any resource. Who may not know why is told `no_permit`
both where nothing permits and where the thing asked about is not known, so that the answer
never tells the two apart.
"""

from typing import Any

from authz.decisions.pdp import Answer
from authz.engine.catalogue import FALLBACK_LANGUAGE
from authz.engine.policyset import PolicySet
from authz.model import Decision, Reason

#: What a person is told where no policy speaks. Order of languages: as in the catalogues.
SENTENCES: dict[Reason, dict[str, str]] = {
    Reason.NO_PERMIT: {
        "en": "You do not have access to do this.",
        "ru": "У вас нет доступа к этому действию.",
        "uz": "Sizda bu amal uchun ruxsat yoʻq.",
        "fr": "Vous n’avez pas accès à cette action.",
    },
    Reason.ATTRIBUTE_TYPE: {
        "en": "The app asked in a way that cannot be answered. Please tell your "
        "administrator.",
        "ru": "Приложение задало вопрос, на который нельзя ответить. Сообщите "
        "администратору.",
        "uz": "Ilova javob berib boʻlmaydigan soʻrov yubordi. Administratorga xabar "
        "bering.",
        "fr": "L’application a posé une question sans réponse possible. Prévenez "
        "votre administrateur.",
    },
    Reason.ERROR: {
        "en": "This could not be decided, so it is refused. Please tell your "
        "administrator.",
        "ru": "Решение принять не удалось, поэтому отказано. Сообщите администратору.",
        "uz": "Qaror qabul qilib boʻlmadi, shuning uchun rad etildi. Administratorga "
        "xabar bering.",
        "fr": "La décision n’a pas pu être prise, donc c’est refusé. Prévenez votre "
        "administrateur.",
    },
}
#: Reasons that only who may see explanations is told; for everybody else they are
#: NO_PERMIT.
CONCEALED = frozenset({Reason.UNKNOWN, Reason.MISSING_ATTRIBUTE})


def reasons(
    answer: Answer, *, language: str = FALLBACK_LANGUAGE, for_admin: bool
) -> dict[str, Any]:
    """Why, as the members of the answer's `context`.

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
        found["reason_admin"] = _for_admin(answer)
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
        return _in(language, SENTENCES[decision.reason])
    sentences = [policies.policies[i].entry.sentences for i in decision.determining]
    spoken = [_in(language, by_language) for by_language in sentences]
    return spoken[0] if decision.allowed else " ".join(dict.fromkeys(spoken))


def _in(language: str, sentences: Any) -> str:
    """The sentence in that language, its base language (`fr` of `fr-CA`), or English."""
    for wanted in (language, language.split("-")[0], FALLBACK_LANGUAGE):
        if wanted in sentences:
            return str(sentences[wanted])
    raise KeyError(FALLBACK_LANGUAGE)


def _for_admin(answer: Answer) -> str:
    decision = answer.decision
    parts = [f"{'allowed' if decision.allowed else 'denied'}, {decision.reason.value}"]
    for policy_id in decision.determining:
        policy = answer.policies.policies[policy_id]
        parts.append(f"`{policy_id}` at {policy.file}:{policy.line}")
    if decision.detail:
        parts.append(decision.detail)
    if decision.reason is Reason.NO_PERMIT:
        parts.append("no policy permits it")
    return "; ".join(parts + _errors(decision))


def _errors(decision: Decision) -> list[str]:
    return [f"`{e.policy_id}` could not be evaluated: {e.message}" for e in decision.errors]

"""What holds for everybody: one's own profile, on every channel."""

import pytest

from tests.policies.support import CHANNELS, decide, person

EVERYBODY = [
    *(person("minigrid", role) for role in ("owner", "admin", "financial-manager", "user")),
    *(person("metering", role) for role in ("platform_admin", "platform_reader", "branch")),
    *(person("metering", role) for role in ("supply_company_admin", "manufacturer")),
    *(person("metering", role) for role in ("service_company_admin", "consumer")),
    *(person("system", role) for role in ("operator", "reviewer")),
    *(person(kind) for kind in ("minigrid", "metering", "system")),
]


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("verb", ["read", "update", "change_password"])
def test_everybody_looks_after_their_own_profile_and_nobody_elses(verb, channel):
    for subject in EVERYBODY:
        own = ("user", "subject", subject)
        other = ("user", "other", {**subject, "id": "other"})
        assert decide(subject, f"profile:{verb}", own, {"channel": channel}), subject
        assert not decide(subject, f"profile:{verb}", other, {"channel": channel}), subject


def test_a_person_of_another_company_is_out_of_reach_for_every_role():
    for subject in EVERYBODY:
        other = ("user", "other", {**subject, "id": "other", "tenant": "elsewhere"})
        assert not decide(subject, "user:read", other, {"channel": "web"}), subject

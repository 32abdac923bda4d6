"""A person asks every route of the JSON API about things of their own and of others, and
what is surprising.

What to expect is in `reach_table`, by hand; how it is tried is as for the pages of the
console.
"""

import json

import pytest

from tests.console import trials
from tests.console.reach_table import FOREIGN, PEOPLE, TARGETS, rows
from tests.console.trials import NOBODY, address_of, surprises, things
from tests.json_api.bodies_to_try import BODIES, QUERIES
from tests.json_api.conftest import App, api_of, error_code, front, key_of
from tests.json_api.reach_table import (
    EVERYWHERE,
    ON_THE_WEB,
    PERSONS,
    THINGS_EVERYWHERE,
    THINGS_ON_THE_WEB,
)

WEB, PHONE = "web", "android"
#: What a refusal may say. WHY no other: to be asked for a password is no refusal.
REFUSALS = ("forbidden", "not_found")
#: The entry of the Events Log that is asked for; every company has one of that number.
ENTRY = "1"


class Trial(trials.Trial):
    """One person with an app of that channel."""

    done = {200, 201, 204, 409, 422}

    def __init__(self, prepared, folder, letter, channel, made):
        self.channel = channel
        self._made = made
        super().__init__(prepared, folder, letter)

    def enter(self):
        tenant = self.world.tenant_of(PEOPLE[self.letter])
        key = key_of(self.world, tenant, self.channel)
        self.app = App(front(self._made, api_of(self.world)), key)
        assert self.app.log_in(PEOPLE[self.letter]).status_code == 200

    def asked(self, method, address, id):
        """The answer to a request with a body that fits."""
        row = method, address
        path = address_of(address, id) + self._own(QUERIES.get(row, ""))
        body = json.loads(self._own(json.dumps(BODIES.get(row))))
        answer = self.app.send(method, path, body)
        if answer.status_code in trials.REFUSED:
            assert error_code(answer) in REFUSALS, (row, answer.text)
        return answer

    def _own(self, text):
        return text.replace("<me>", self.id(self.letter))


@pytest.fixture
def trial(prepared, tmp_path, letter, channel, made):
    started = Trial(prepared, tmp_path, letter, channel, made)
    yield started
    started.world.close()


def routes_and_things(trial):
    """What was answered otherwise than the documents say, of the company and its things."""
    found, letter = [], trial.letter
    for table, open_to in ((ON_THE_WEB, (WEB,)), (EVERYWHERE, (WEB, PHONE))):
        for (method, address), (letters, _) in rows(table).items():
            may = letter in letters and trial.channel in open_to
            found += surprises(trial, method, address, may, [("", ENTRY, True)])
    for table, open_to in ((THINGS_ON_THE_WEB, (WEB,)), (THINGS_EVERYWHERE, (WEB, PHONE))):
        for (method, address), (letters, type) in rows(table, typed=True).items():
            may = letter in letters and trial.channel in open_to
            found += surprises(trial, method, address, may, list(things(trial, type)))
    return "\n".join(found)


def persons(trial):
    """The same of what is done to other people."""
    found, letter = [], trial.letter
    for (method, address), may in PERSONS.items():
        tries = [
            (target, trial.id(target), target in may.get(letter, ""))
            for target in TARGETS[letter]
        ]
        tries.append(("of another company", trial.id(FOREIGN[letter]), False))
        tries.append(("nobody", NOBODY, False))
        found += surprises(trial, method, address, trial.channel == WEB, tries)
    return "\n".join(found)

"""What asks the API with requests that schemathesis makes from its document: no 500, no
answer that breaks it, and nothing taken that the document does not allow.

WHY in this process: a request to a server costs more than making the answer, and there are
many routes.
"""

import random

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
#: WHY not these: what is right by its shape may still be refused with 422; and that nobody
#: comes in without a token is asked of every route elsewhere.
LEFT_OUT = ("positive_data_acceptance", "ignored_auth")


class Fuzzer:
    """Asks the routes of an application in the name of whoever has the token."""

    def __init__(self, app):
        load_all_checks()
        self.app = app
        self.schema = schemathesis.openapi.from_wsgi(
            "/api/v1/openapi.json", app.flask, base_url="http://localhost"
        )
        self.left_out = [CHECKS.get_one(name) for name in LEFT_OUT]
        self.answers = 0

    def operations(self, number):
        """All routes, in an order that follows from the number."""
        found = [one.ok() for one in self.schema.get_all_operations()]
        random.Random(number).shuffle(found)
        return found

    def ask(self, operation, number, examples):
        for mode in MODES:

            @seed(number)
            @settings(
                max_examples=examples,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def one(case):
                said = {"Authorization": f"Bearer {self.app.token}"}
                answer = case.call(headers=said)
                case.validate_response(answer, excluded_checks=self.left_out)
                self.answers += 1

            one()

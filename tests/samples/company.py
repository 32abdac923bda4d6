"""A tenant of the samples, its searches, and the same answers pair by pair."""

import sqlite3
from pathlib import Path
from random import Random

from authz.decisions.search import Searches
from authz.engine.conditions import Signature
from authz.engine.policyset import PolicySet
from authz.model import Action, Caller, Entity
from authz.storage.database import Database, open_database
from authz.storage.facts import StoredFacts
from authz.storage.search import StoredSearch
from tests.samples.pairs import Pairs


def clock() -> float:
    return 1_900_000_000.0


def copy_of(path: Path, target: Path) -> Database:
    """The same facts in another file."""
    source, copy = sqlite3.connect(path), sqlite3.connect(target)
    source.backup(copy)
    source.close()
    copy.close()
    return open_database(target, clock)


class Company:
    """A tenant with its searches, and the same answers pair by pair."""

    def __init__(
        self, policies: PolicySet, database: Database, tenant: str, channel: str = "web"
    ) -> None:
        self.facts = StoredFacts(database, clock)
        self.caller = Caller(tenant, channel)
        self.policies = policies
        self.pairs = Pairs(policies, self.facts, database, self.caller, clock)
        self.searches = Searches(
            lambda: policies, self.facts, StoredSearch(database), clock
        )

    def agree(
        self, random: Random, signature: Signature, *, subjects: int, resources: int
    ) -> int:
        """How many were found, of so many subjects and resources that are known."""
        everybody = sorted(self.pairs.values[signature.subject])
        everything = sorted(self.pairs.values[signature.resource])
        action = Action(signature.action)
        found = 0
        for subject in random.sample(everybody, min(subjects, len(everybody))):
            page = self.searches.resources(
                Entity(signature.subject, subject),
                action,
                signature.resource,
                self.caller,
                limit=100_000,
            )
            want = [r for r in everything if self.pairs.allowed(signature, subject, r)]
            assert list(page.ids) == want, (signature, subject)
            found += len(want)
        for resource in random.sample(everything, min(resources, len(everything))):
            page = self.searches.subjects(
                signature.subject,
                action,
                Entity(signature.resource, resource),
                self.caller,
                limit=100_000,
            )
            want = [s for s in everybody if self.pairs.allowed(signature, s, resource)]
            assert list(page.ids) == want, (signature, resource)
            found += len(want)
        return found

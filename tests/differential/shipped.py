"""Questions about the shipped policies: whatever people and things may be."""

from pathlib import Path
from random import Random

from authz.assurance.bench_load import uncompared
from authz.engine.conditions import Signature
from tests.differential.campaign import Tally, near_a_condition
from tests.differential.worlds import Asked, Pools, World

POLICIES = Path(__file__).parents[2] / "policies"
IDS = ("one", "two", "three", "é", "ONE")


def files() -> dict[str, bytes]:
    """The files of the shipped set."""
    return {
        path.name: path.read_bytes()
        for path in sorted(POLICIES.iterdir())
        if path.suffix in (".polar", ".yaml")
        and not path.name.endswith(("_test.yaml", "invariants.yaml"))
    }


class Shipped:
    """The shipped set, with the values that its facts name."""

    def __init__(self) -> None:
        self.policies = uncompared(files())
        self.signatures = self.policies.signatures()
        #: Policy -> the kinds of request in which it may hold.
        self.where: dict[str, list[Signature]] = {}
        for signature in self.signatures:
            ways = self.policies.ways(signature)
            for policy in {c.policies[0] for c in (*ways.permits, *ways.forbids)}:
                self.where.setdefault(policy, []).append(signature)
        rows = self.policies.rows
        self._roles = sorted({role for _, role in rows("role", None, None)})
        options = sorted({option for option, _ in rows("option_permission", None, None)})
        kinds = sorted({kind for _, kind in rows("role_requires_binding", None, None)})
        roles = [*self._roles, "galactic_admin", "Owner", ""]
        self._tenant_kinds = ("minigrid", "metering", "system", "", "Metering")
        self.pools = Pools(
            {
                "": IDS,
                "tenant": ("here", "here", "here", "here", "here", "there", "HERE"),
                "tenant_kind": self._tenant_kinds,
                "kind": self._tenant_kinds,
                "tenant_status": ("active",) * 8 + ("suspended", ""),
                "status": ("active",) * 8 + ("deleted", "blocked", ""),
                "roles": roles,
                "options": [*options, "none-such"],
                "binding_kinds": [*kinds, "none-such"],
                "channel": ("web", "web", "web", "android", "api", "unknown", "WEB", ""),
                "action_role": roles,
                "action_options": [*options, "none-such"],
                "action_binding_kinds": [*kinds, "none-such"],
                "action_subject_matter": ("users", "Users", "customers", "debts", ""),
            }
        )

    def _sensible(self, random: Random, world: World) -> None:
        """Somebody with a role of their kind of tenant who reaches what is asked about."""
        kind = random.choice(self._tenant_kinds[:3])
        rows = self.policies.rows("role", kind, None)
        world["subject"] |= {
            "tenant_kind": kind,
            "tenant_status": "active",
            "status": "active",
            "roles": (random.choice(rows)[1],),
        }
        world["resource"]["tenant"] = world["subject"]["tenant"]
        for name, value in world["resource"].items():
            held = "supply_companies" if name == "supply_line" else f"{name}s"
            if held in world["subject"] and value and random.random() < 0.7:
                ids = (value,) if isinstance(value, str) else tuple(value)
                world["subject"][held] = ids
        if random.random() < 0.7:
            world["subject"]["binding_kinds"] = self.pools.strings("binding_kinds")

    def question(self, random: Random, signature: Signature) -> Asked:
        """A question of that kind: by chance, a sensible one, or near to a condition."""
        way = random.random()
        near = near_a_condition(random, self.policies, self.pools, signature)
        if way < 0.4 and near is not None:
            return near
        push = None if way < 0.6 else lambda world: self._sensible(random, world)
        return self.pools.question(random, self.policies.schema, signature, push)

    def about(self, random: Random, policy: str) -> Asked:
        """A question that the policy almost decides."""
        signature = random.choice(self.where[policy])
        asked = near_a_condition(random, self.policies, self.pools, signature, policy)
        assert asked is not None
        return asked


def of_shipped(shipped: Shipped, name: str, questions: int, tally: Tally) -> None:
    """So many questions: half of them of every kind in turn, half about every policy."""
    random = Random(name)
    kinds, policies = list(shipped.signatures), sorted(shipped.where)
    random.shuffle(kinds)
    for number in range(questions):
        if number % 2:
            asked = shipped.about(random, policies[number // 2 % len(policies)])
        else:
            asked = shipped.question(random, kinds[number // 2 % len(kinds)])
        tally.compare(shipped.policies, asked, f"{name}, question {number}")

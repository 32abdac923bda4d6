"""Which values do the conditions of a policy set mention?"""

from collections.abc import Iterable

from authz.engine.conditions import Attr, Literal, Value, Ways, order_of


class Known:
    """The values that the conditions of a policy set mention."""

    def __init__(self, ways: Iterable[Ways], constants: Iterable[str] = ()):
        """`constants` are all strings of the policy text: what a condition should mention
        and does not is among them.
        """
        self._of: dict[Attr, list[Value]] = {}
        #: The attributes that any condition compares with another one.
        self.joined: set[Attr] = set()
        for way in ways:
            for condition in (*way.permits, *way.forbids):
                for literal in condition.literals:
                    self._add(literal)
        #: Set attribute -> the strings that it is asked for.
        self.strings = {
            attr: tuple(sorted(v for v in known if isinstance(v, str)))
            for attr, known in self._of.items()
        }
        mentioned = {v for known in self.strings.values() for v in known}
        self.constants = tuple(sorted(mentioned.union(constants)))

    def _add(self, literal: Literal) -> None:
        if isinstance(literal.right, Attr):
            self.joined.update(literal.attributes())
        if isinstance(literal.right, tuple):
            known = self._of.setdefault(literal.left, [])
            known += [v for v in literal.right if not among(v, known)]

    def of(self, attr: Attr) -> list[Value]:
        """What an attribute is compared with anywhere."""
        return self._of.get(attr, [])


def among(value: Value, values: Iterable[Value]) -> bool:
    """Whether it is one of the values: `True` is not `1`."""
    return any(order_of(value) == order_of(other) for other in values)

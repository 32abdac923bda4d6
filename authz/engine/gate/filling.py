"""What sets hold in a generated request, once all single values are known."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from authz.engine.conditions import Attr, Literal, Op, Value
from authz.engine.gate.requests import Declared, Request, Style, holds


class Filling:
    """The contents of all sets, given all single values."""

    def __init__(
        self,
        literals: Sequence[Literal],
        never: Sequence[Literal],
        attributes: Declared,
        records: str,
        style: Style,
        scalars: Mapping[Attr, Value],
    ):
        self._literals = literals
        self._never = never
        self._attributes = attributes
        self._records = records
        self._style = style
        self._scalars = scalars
        sets = [a for a, of in attributes.items() if of.type == "string-set"]
        self._must: dict[Attr, set[str]] = {attr: set() for attr in sets}
        self._banned: dict[Attr, set[str]] = {attr: set() for attr in sets}

    def request(self, pool: Mapping[Attr, Iterable[str]]) -> Request | None:
        """The whole request; None when it does not come out right."""
        self._ban()
        for literal in self._literals:
            self._fill(literal)
        self._fill_up(pool)
        request: Request = {"subject": {}, "resource": {}, "context": {}, "record": {}}
        for attr in self._attributes:
            request[attr.root][attr.name] = self._value(attr, request)
        if not all(holds(literal, request) for literal in self._literals):
            return None
        if any(holds(literal, request) for literal in self._never):
            return None
        return {root: values for root, values in request.items() if root != "record"}

    def _ban(self) -> None:
        for literal in self._literals:
            if literal.op is Op.LACKS and isinstance(literal.right, tuple):
                self._banned[literal.left].update(map(str, literal.right))
            elif literal.op is Op.NOT_IN and isinstance(literal.right, Attr):
                self._banned[literal.right].add(str(self._scalars[literal.left]))

    def _fill(self, literal: Literal) -> None:
        op, left, right = literal.op, literal.left, literal.right
        if op is Op.IN and isinstance(right, Attr):
            self._must[right].add(str(self._scalars[left]))
        elif op is Op.HOLDS and isinstance(right, tuple):
            order = (self._style.chosen.get(literal, right[0]), *right)
            usable = [str(v) for v in order if v not in self._banned[left]]
            self._must[left].update(usable[:1])
        elif op is Op.OVERLAPS and isinstance(right, Attr):
            self._share(left, right)
        elif op is Op.HOLDS_OTHER and left in self._must:
            self._must[left].add(f"{left.root}-{left.name}-other")

    def _share(self, left: Attr, right: Attr) -> None:
        shared = "x" if self._style.collapsed else f"{left.name}-{right.name}"
        if shared in self._banned[left] | self._banned[right]:
            shared = f"{left.name}-{right.name}"
        self._must[left].add(shared)
        self._must[right].add(shared)

    def _fill_up(self, pool: Mapping[Attr, Iterable[str]]) -> None:
        """What sets hold beyond what they must."""
        apart = [x.attributes() for x in self._never if x.op is Op.OVERLAPS]
        bare = {x.left for x in self._never if x.op is Op.HOLDS_OTHER}
        for attr, held in self._must.items():
            if attr in bare:
                continue
            others = {
                v for pair in apart if attr in pair for o in pair for v in self._must[o]
            }
            extra = set(pool.get(attr, ())) if self._style.full else set()
            extra |= {"x"} if self._style.collapsed else set()
            held |= extra - self._banned[attr] - others
            if not self._style.collapsed:
                held.add(f"{attr.root}-{attr.name}-more")

    def _value(self, attr: Attr, request: Request) -> Any:
        if attr in self._scalars:
            return self._scalars[attr]
        if attr in self._style.absent:
            return None
        if attr in self._must:
            return tuple(sorted(self._must[attr]))
        if attr != Attr("subject", self._records):
            return ()
        fields = [a for a in self._attributes if a.root == "record"]
        return ({field.name: self._scalars[field] for field in fields},)

"""Faults in the modules that unfold and compile: one expression exchanged for another.

The text is that of `ast.unparse`, so that comments and line ends are free to change.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """One fault: what stands in a module of the engine, and what is put there."""

    what: str
    module: str
    old: str
    new: str


EDITS = [
    Edit(*fault)
    for fault in (
        # What is known of one path.
        (
            "a join forgets what was known of one side",
            "unfolding.store",
            "return joined.limit(first, self.only.get(second), self.never.get(second, ()))",
            "return joined",
        ),
        (
            "a join is lost",
            "unfolding.store",
            "return self.join(left, right)",
            "return self",
        ),
        (
            "excluded values stay possible",
            "unfolding.store",
            "only -= never",
            "only = only",
        ),
        (
            "`!=` with a value is lost",
            "unfolding.store",
            "return self.limit(left, but=right)",
            "return self",
        ),
        (
            "`=` with a value is lost",
            "unfolding.store",
            "return self.limit(left, right)",
            "return self",
        ),
        (
            "a list of values adds to the earlier one",
            "unfolding.store",
            "only.intersection(values)",
            "only.union(values)",
        ),
        (
            "an attribute differs from itself",
            "unfolding.store",
            "return self if op in (Op.AT_MOST, Op.AT_LEAST) else None",
            "return self",
        ),
        (
            "a comparison of known values is not made",
            "unfolding.store",
            "{v for v in known if ORDERED[op](v, right[0])}",
            "known",
        ),
        (
            "only the last literal is kept",
            "unfolding.store",
            "rest=(*self.rest, literal)",
            "rest=(literal,)",
        ),
        # From knowledge to literals.
        (
            "the test for nil is skipped",
            "unfolding.canonical",
            "v is not None or nullable",
            "v is not None",
        ),
        (
            "excluded values are forgotten",
            "unfolding.canonical",
            "yield Literal(Op.NONE_OF, first, _ordered(never))",
            "pass",
        ),
        (
            "joined attributes are not said to be the same",
            "unfolding.canonical",
            "yield Literal(Op.SAME, first, member)",
            "pass",
        ),
        (
            "one possible value is not said",
            "unfolding.canonical",
            "yield Literal(Op.ONE_OF, member, tuple(only))",
            "pass",
        ),
        (
            "several possible values are not said",
            "unfolding.canonical",
            "yield Literal(Op.ONE_OF, first, _ordered(only))",
            "pass",
        ),
        (
            "the first of several values is lost",
            "unfolding.canonical",
            "yield Literal(Op.ONE_OF, first, _ordered(only))",
            "yield Literal(Op.ONE_OF, first, _ordered(only)[1:])",
        ),
        (
            "a comparison is not mirrored with its sides",
            "unfolding.canonical",
            "op, left, right = (MIRRORED[op], right, at)",
            "left, right = (right, at)",
        ),
        (
            "an element of a list is in every set but one",
            "unfolding.canonical",
            "yield {Literal(Op.OVERLAPS, left, right)}",
            "yield {Literal(Op.OVERLAPS, left, left)}",
        ),
        (
            "an element may be one that was excluded",
            "unfolding.canonical",
            "yield {Literal(Op.HOLDS_OTHER, held, _ordered(never)) for held in sets}",
            "yield {Literal(Op.HOLDS_OTHER, held, ()) for held in sets}",
        ),
        (
            "the membership of an element is forgotten",
            "unfolding.canonical",
            "Literal(Op.HOLDS, held, values) for held in sets",
            "Literal(Op.HOLDS, held, values) for held in ()",
        ),
        (
            "what a set lacks is forgotten",
            "unfolding.canonical",
            "for attr, values in lacking.items()",
            "for attr, values in ()",
        ),
        (
            "a membership of a known value is of another set test",
            "unfolding.canonical",
            "_OF_VALUE = {Op.IN: Op.HOLDS, Op.NOT_IN: Op.LACKS}",
            "_OF_VALUE = {Op.IN: Op.LACKS, Op.NOT_IN: Op.HOLDS}",
        ),
        # From goals to literals.
        (
            "`<` becomes `<=`",
            "unfolding.literals",
            "'Lt': Op.LESS",
            "'Lt': Op.AT_MOST",
        ),
        (
            "`>=` becomes `>`",
            "unfolding.literals",
            "'Geq': Op.AT_LEAST",
            "'Geq': Op.GREATER",
        ),
        (
            "`!=` becomes `=`",
            "unfolding.literals",
            "'Neq': Op.DIFFERS",
            "'Neq': Op.SAME",
        ),
        (
            "a constant on the left is not mirrored",
            "unfolding.literals",
            "MIRRORED[op])",
            "op)",
        ),
        (
            "a variable stands for any element",
            "unfolding.literals",
            "store = st.store.also(Literal(Op.IN, element, of))",
            "store = st.store",
        ),
        (
            "a membership is not asked",
            "unfolding.literals",
            "return [replace(st, store=st.store.also(self._membership(a, of, st, at)))]",
            "return [st]",
        ),
        (
            "a value of a list is lost",
            "unfolding.literals",
            "tuple((item.value for item in constants))",
            "tuple((item.value for item in constants[1:]))",
        ),
        (
            "constants of two values are the same",
            "unfolding.literals",
            "return equal is (op is Op.SAME)",
            "return True",
        ),
        (
            "everything is of every type",
            "unfolding.attributes",
            "return class_name in self._classes.get(root, ())",
            "return True",
        ),
        # The tables of conditions.
        (
            "the opposite of `holds` is `holds`",
            "conditions",
            "(Op.HOLDS, Op.LACKS)) for one",
            "(Op.HOLDS, Op.HOLDS)) for one",
        ),
        (
            "the opposite of `<` is `>`",
            "conditions",
            "(Op.LESS, Op.AT_LEAST), (Op.GREATER, Op.AT_MOST)",
            "(Op.LESS, Op.GREATER), (Op.AT_LEAST, Op.AT_MOST)",
        ),
        (
            "the opposite of `in` is `in`",
            "conditions",
            "(Op.IN, Op.NOT_IN)",
            "(Op.IN, Op.IN)",
        ),
        (
            "the opposite of `is` is `is`",
            "conditions",
            "(Op.ONE_OF, Op.NONE_OF)",
            "(Op.ONE_OF, Op.ONE_OF)",
        ),
        (
            "`>` is `<=` from right to left",
            "conditions",
            "Op.GREATER: Op.LESS",
            "Op.GREATER: Op.AT_MOST",
        ),
        (
            "`>=` of known values is `>`",
            "conditions",
            "Op.AT_LEAST: operator.ge",
            "Op.AT_LEAST: operator.gt",
        ),
        # Negation.
        (
            "what must not hold is asked to hold",
            "unfolding.negation",
            "Literal(opposite, literal.left",
            "Literal(literal.op, literal.left",
        ),
        (
            "only one way not to hold is found",
            "unfolding.negation",
            "for literal in literals:",
            "for literal in literals[:1]:",
        ),
        (
            "a contradiction of what is denied is overlooked",
            "unfolding.negation",
            "(s := assume(negated, st)) is not None",
            "(s := (assume(negated, st) or st)) is not None",
        ),
        # Clauses found by their heads.
        (
            "the clauses that fit are those that contradict",
            "unfolding.rules",
            "all((_may_be(",
            "all((not _may_be(",
        ),
        (
            "a clause with a variable is found for no constant",
            "unfolding.rules",
            "by_value.setdefault(key, list(other))",
            "by_value.setdefault(key, [])",
        ),
        (
            "a constant without facts finds none of the other clauses",
            "unfolding.rules",
            "by_value.get(tuple(constant), other)",
            "by_value.get(tuple(constant), [])",
        ),
        # What functions are given.
        (
            "the index forgets the earlier record",
            "prepared",
            "index.setdefault(key, []).append(record)",
            "index[key] = [record]",
        ),
        (
            "the index forgets the earlier value",
            "prepared",
            "index.setdefault(key, set()).add(record[of])",
            "index[key] = {record[of]}",
        ),
        (
            "one record of several is indexed",
            "prepared",
            "for record in self._records:",
            "for record in self._records[:1]:",
        ),
        (
            "a set is never empty",
            "prepared",
            "frozenset(value) if",
            "frozenset(value or ('',)) if",
        ),
        # Resolution.
        (
            "the last way of an `or` is lost",
            "unfolding.resolve",
            "for g in goal.goals for t in self._solve(g, frame, st, at, stack)",
            "for g in goal.goals[:-1] for t in self._solve(g, frame, st, at, stack)",
        ),
        (
            "the last step of an `and` is lost",
            "unfolding.resolve",
            "for part in goal.goals:",
            "for part in goal.goals[:-1]:",
        ),
        (
            "`not` denies nothing",
            "unfolding.resolve",
            "return self._negation(goal.goals[0], frame, st, at, stack)",
            "return [st]",
        ),
        (
            "`not` denies the last alternative alone",
            "unfolding.resolve",
            "for alternative in alternatives:",
            "for alternative in alternatives[-1:]:",
        ),
        (
            "a call finds the first clause alone",
            "unfolding.resolve",
            "for clause in self._rules.fitting(name, args)",
            "for clause in self._rules.fitting(name, args)[:1]",
        ),
        (
            "facts are found once",
            "unfolding.resolve",
            "return list(found.values())",
            "return list(found.values())[:1]",
        ),
        (
            "the answers of facts bind nothing",
            "unfolding.resolve",
            "new = self._tests.unify(arg, value, new, at)",
            "new = new",
        ),
        (
            "variables of two uses are one",
            "unfolding.resolve",
            "frame = self._frames",
            "frame = 1",
        ),
        # Fewer conditions.
        (
            "values merge across different conditions",
            "unfolding.simplify",
            "key = (rest, len(mine) == 1, condition.records)",
            "key = (len(mine) == 1, condition.records)",
        ),
        (
            "merged values are those of one",
            "unfolding.simplify",
            "values = {v for _, (literal,) in found for v in _values(literal)}",
            "values = set(_values(mine[0]))",
        ),
        (
            "a wider condition is covered by a narrower one",
            "unfolding.simplify",
            "narrow <= wide",
            "narrow >= wide",
        ),
        (
            "any condition covers",
            "unfolding.simplify",
            "return all((x in has or",
            "return any((x in has or",
        ),
        (
            "conditions on records cover others",
            "unfolding.simplify",
            "if weaker.records and weaker.records != stronger.records",
            "if False",
        ),
        # Functions.
        (
            "the probe's key is in another order",
            "nodes",
            "[key[f] for f in fields]",
            "[key[f] for f in reversed(fields)]",
        ),
        (
            "the probe knows the last field alone",
            "nodes",
            "key[joined[0]] = joined[1]",
            "key = {joined[0]: joined[1]}",
        ),
        (
            "what else is asked of a record is forgotten",
            "nodes",
            "if not others:",
            "if True:",
        ),
        (
            "a set must hold all of the values",
            "nodes",
            "return either(tests) if holds else every(tests)",
            "return every(tests) if holds else every(tests)",
        ),
        (
            "overlapping sets are disjoint ones",
            "nodes",
            "return _not(_method(left, 'isdisjoint', _read(right)))",
            "return _method(left, 'isdisjoint', _read(right))",
        ),
        (
            "other values are all values",
            "nodes",
            "return _not(_method(left, 'issubset', _set(right))) if right else left",
            "return left",
        ),
        ("`<` is tested as `<=`", "nodes", "Op.LESS: ast.Lt,", "Op.LESS: ast.LtE,"),
        (
            "`in` is tested as `not in`",
            "nodes",
            "Op.IN: ast.In,",
            "Op.IN: ast.NotIn,",
        ),
        (
            "many values are tested the other way round",
            "nodes",
            "return _not(disjoint) if holds else disjoint",
            "return disjoint if holds else _not(disjoint)",
        ),
        (
            "one value is tested the other way round",
            "nodes",
            "ast.Eq() if positive else ast.NotEq()",
            "ast.NotEq() if positive else ast.Eq()",
        ),
        (
            "ordered comparisons stand first",
            "nodes",
            "return (False, test.op in ORDERED, cost(test))",
            "return (False, test.op not in ORDERED, cost(test))",
        ),
        (
            "a shared literal is tested for nobody",
            "compiled",
            "body.append(ast.If(test_of(shared), _nested(having, then), []))",
            "body += _nested(having, then)",
        ),
        (
            "only those with the shared literal are tested",
            "compiled",
            "tests = [t for t in tests if shared not in t.plain]",
            "tests = []",
        ),
        (
            "permits stand before forbids",
            "compiled",
            "((False, ways.forbids), (True, ways.permits))",
            "((True, ways.permits), (False, ways.forbids))",
        ),
        (
            "the last alternative of a policy is not tested",
            "compiled",
            "for t in tests])",
            "for t in tests[:1]])",
        ),
    )
]

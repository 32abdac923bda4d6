"""Every rule of the linter: why it is there, what to write instead, and two examples."""

from collections.abc import Mapping
from types import MappingProxyType

from authz.engine.linting.rules.language import LANGUAGE
from authz.engine.linting.rules.meaning import MEANING
from authz.engine.linting.rules.names import NAMES
from authz.engine.linting.rules.outside import OUTSIDE
from authz.engine.linting.rules.rule import Rule

#: Id -> rule, sorted.
RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.id: rule
        for rule in sorted(
            (*LANGUAGE, *NAMES, *OUTSIDE, *MEANING), key=lambda rule: rule.id
        )
    }
)

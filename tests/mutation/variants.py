"""The modules that unfold and compile, loaded once more with a fault in one of them."""

import ast
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import authz.engine
from authz.engine.compiled import Compiled
from authz.engine.conditions import Ways
from authz.engine.packed import Packed
from authz.engine.prepared import Prepared, Records
from authz.engine.prepared import plain as plain_values
from authz.engine.schema import Attribute
from tests.mutation.edits import Edit

#: Each after those that it imports.
CHAIN = (
    "conditions",
    "prepared",
    "packed",
    "unfolding.store",
    "unfolding.attributes",
    "unfolding.terms",
    "unfolding.canonical",
    "unfolding.literals",
    "unfolding.negation",
    "unfolding.rules",
    "unfolding.resolve",
    "unfolding.simplify",
    "unfold",
    "nodes",
    "compiled",
)
#: Their classes stay those in use, so that what the others make can be compared.
_SHARED = ("conditions",)


@dataclass(frozen=True)
class Variant:
    """Two functions of the faulty modules."""

    unfold: Callable[..., Any]
    compile_ways: Callable[[Ways], Compiled]


def _path(module: str) -> Path:
    return Path(authz.engine.__file__).parent / f"{module.replace('.', '/')}.py"


@cache
def plain(module: str) -> str:
    """The text of a module without comments, in one form."""
    tree = ast.parse(_path(module).read_text("utf-8"))
    if module in _SHARED:
        tree.body = [x for x in tree.body if not isinstance(x, ast.ClassDef)]
    return ast.unparse(tree)


@cache
def _code(module: str) -> CodeType:
    return compile(plain(module), str(_path(module)), "exec")


def _classes(module: ModuleType) -> dict[str, type]:
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__
    }


def _compiling(
    compile_ways: Callable[[Ways], Any], prepared: Callable[..., Prepared]
) -> Callable[[Ways], Compiled]:
    """Functions that get their attributes as these modules prepare them."""

    def again(packed: Packed) -> Packed:
        values = dict(zip(map(str, range(len(packed))), packed, strict=True))
        kinds = {
            name: Attribute(name, "record-set", "stored")
            for name, value in values.items()
            if isinstance(value, Records)
        }
        return tuple(prepared(kinds, plain_values(values)).values())

    def with_prepared(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda s, r, c: function(again(s), again(r), again(c))

    def compiling(ways: Ways) -> Compiled:
        made = compile_ways(ways)
        functions = made.is_allowed, made._permits, made._forbids
        return Compiled(made.layout, *map(with_prepared, functions))

    return compiling


def variant(edit: Edit) -> Variant:
    """The modules with that fault; those in use stay as they are."""
    names = [f"authz.engine.{module}" for module in CHAIN]
    before = {name: sys.modules[name] for name in names if name in sys.modules}
    try:
        for module, name in zip(CHAIN, names, strict=True):
            spec = importlib.util.spec_from_file_location(name, _path(module))
            assert spec is not None
            made = importlib.util.module_from_spec(spec)
            sys.modules[name] = made
            code = _code(module)
            if module == edit.module:
                text = plain(module).replace(edit.old, edit.new)
                code = compile(text, f"<{edit.what}>", "exec")
            if module in _SHARED:
                made.__dict__.update(_classes(before[name]))
            exec(code, made.__dict__)
        unfold = sys.modules["authz.engine.unfold"].unfold
        compile_ways = sys.modules["authz.engine.compiled"].compile_ways
        if edit.module == "prepared":
            prepared = sys.modules["authz.engine.prepared"].prepared
            compile_ways = _compiling(compile_ways, prepared)
        return Variant(unfold, compile_ways)
    finally:
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(before)

"""The architecture, as a test: who may import whom, and who may touch the outside world.

Imports go down only. A file's floor is the longest matching prefix below.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import authz

ROOT = Path(__file__).parents[1]
PACKAGES = ("authz", "webapp")
FLOORS = {
    "authz": 5,
    "authz.cli": 5,
    "authz.library": 5,
    "authz.model": 0,
    "authz.errors": 0,
    "authz.said": 0,
    "authz.terms": 0,
    "authz.yamlfile": 0,
    "authz.visible": 0,
    "authz.logs": 0,
    "authz.config": 0,
    "authz.settings": 0,
    "authz.engine": 1,
    "authz.decisions": 2,
    "authz.storage": 3,
    "authz.decision_log": 3,
    "authz.accounts": 3,
    "authz.administration": 3,
    "authz.assurance": 3,
    "authz.samples": 3,
    "authz.composition": 3,
    "webapp": 4,
}
#: Library -> where alone it is imported.
HOMES = {
    "oso": ("authz.engine.polar",),
    "polar": ("authz.engine.polar",),
    "yaml": ("authz.yamlfile",),
    "peewee": ("authz.storage",),
    "playhouse": ("authz.storage",),
    "peewee_migrate": ("authz.storage",),
    "sqlite3": ("authz.storage",),
    "argon2": ("authz.accounts",),
    "joserfc": ("authz.accounts",),
    "httptools": ("webapp.decision_api.heads", "webapp.decision_api.bodies"),
    "uvicorn": (
        "webapp.decision_api.server",
        "webapp.decision_api.worker",
        "webapp.decision_api.protocol",
    ),
    "uvloop": ("webapp.decision_api.worker",),
    "watchfiles": ("webapp.decision_api.watch", "authz.cli.watching"),
    "prometheus_client": ("webapp.decision_api.metrics", "webapp.metrics_server"),
    "flask": ("webapp.console", "webapp.json_api"),
    "flask_babel": ("webapp.console",),
    "flask_login": ("webapp.console",),
    "flask_wtf": ("webapp.console",),
    "pyotp": ("authz.accounts",),
    "segno": ("authz.accounts",),
    "waitress": ("webapp.console.process",),
    "click": ("authz.cli",),
    "rich": ("authz.cli",),
    "z3": ("authz.assurance.symbolic.solver",),
}
#: Import name -> the distribution that brings it, where the two differ.
DISTRIBUTIONS = {
    "argon2": "argon2-cffi",
    "flask_babel": "flask-babel",
    "flask_login": "flask-login",
    "flask_wtf": "flask-wtf",
    "peewee_migrate": "peewee-migrate",
    "polar": "oso",
    "prometheus_client": "prometheus-client",
    "yaml": "pyyaml",
    "z3": "z3-solver",
}
#: Modules that exist for type checkers only.
STUBS = ("_typeshed",)
#: The clock is read where a process is composed, and passed in everywhere else.
CLOCK_READERS = ("authz.cli", "authz.library", "webapp.serve")
CLOCK = {"time.time", "time.time_ns", "datetime.now", "datetime.today", "date.today"}
#: Module -> variables that it sets for a library which takes settings from nowhere else.
LIBRARY_VARIABLES = {"authz.engine.polar": ("POLAR_TIMEOUT_MS",)}
#: Module -> calls at its top level that only complete a definition.
DEFINING_CALLS = {
    "authz.yamlfile": ("_Loader.add_implicit_resolver", "_Loader.add_constructor"),
    "authz.cli.command": (
        "authz.add_command",
        "policy.add_command",
        "user.add_command",
    ),
}
#: Module over 300 lines -> why it stays in one piece.
LONG_MODULES: dict[str, str] = {}


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


MODULES = dict(modules())
TREES = {name: ast.parse(path.read_text("utf-8")) for name, path in MODULES.items()}


def within(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(place + ".") for place in places)


def floor(name: str) -> int:
    while name not in FLOORS:
        name = name.rpartition(".")[0]
    return FLOORS[name]


def imports(name: str) -> Iterator[tuple[str, int]]:
    """Every module that `name` imports, anywhere in it, with the line."""
    package = name if MODULES[name].name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")
            parents = above[: len(above) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield (inner if inner in MODULES else base), node.lineno


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def test_every_module_has_a_floor():
    assert {name for name in MODULES if floor(name) == 5} == {
        name
        for name in MODULES
        if name == "authz" or within(name, ("authz.cli", "authz.library"))
    }


@pytest.mark.parametrize("name", MODULES)
def test_imports_go_down_only(name):
    for imported, line in imports(name):
        if imported.split(".")[0] in PACKAGES and imported != "authz":
            assert floor(imported) <= floor(name), f"{name}:{line} imports {imported}"


@pytest.mark.parametrize("name", MODULES)
def test_a_library_is_imported_only_in_its_home(name):
    for imported, line in imports(name):
        homes = HOMES.get(imported.split(".")[0])
        assert homes is None or within(name, homes), f"{name}:{line} imports {imported}"


def test_floor_zero_knows_no_package_of_ours():
    for name in MODULES:
        if floor(name) == 0:
            inner = {
                imported for imported, _ in imports(name) if imported.startswith("authz.")
            }
            assert all(floor(imported) == 0 for imported in inner), name


def passed_on(name: str) -> set[int]:
    """The lines that set a variable which only a library can read."""
    return {
        node.lineno
        for node in ast.walk(TREES[name])
        if isinstance(node, ast.Assign)
        and isinstance(target := node.targets[0], ast.Subscript)
        and dotted(target.value) == "os.environ"
        and isinstance(target.slice, ast.Constant)
        and target.slice.value in LIBRARY_VARIABLES.get(name, ())
    }


@pytest.mark.parametrize("name", MODULES)
def test_the_environment_is_read_in_the_configuration_only(name):
    if name == "authz.config":
        return
    for node in ast.walk(TREES[name]):
        if dotted(node) in ("os.environ", "os.getenv"):
            assert node.lineno in passed_on(name), f"{name}:{node.lineno}"


@pytest.mark.parametrize("name", MODULES)
def test_the_clock_is_passed_in(name):
    if within(name, CLOCK_READERS):
        return
    for node in ast.walk(TREES[name]):
        place = f"{name}:{getattr(node, 'lineno', 0)} reads the clock"
        assert not any(dotted(node).endswith(clock) for clock in CLOCK), place


@pytest.mark.parametrize("name", MODULES)
def test_nothing_runs_on_import(name):
    for node in TREES[name].body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = dotted(node.value.func)
            assert called in DEFINING_CALLS.get(name, ()), f"{name}:{node.lineno} {called}"
        assert not isinstance(node, ast.For | ast.While | ast.With), f"{name}:{node.lineno}"


@pytest.mark.parametrize("name", MODULES)
def test_no_global_statement(name):
    assert not [node for node in ast.walk(TREES[name]) if isinstance(node, ast.Global)]


def test_long_modules_have_a_reason():
    long = {
        name
        for name, path in MODULES.items()
        if len(path.read_text("utf-8").splitlines()) > 300
    }
    assert long == set(LONG_MODULES)


def test_what_is_exported_is_there():
    assert sorted(authz.__all__) == authz.__all__
    assert all(hasattr(authz, name) for name in authz.__all__)
    public = {name for name in vars(authz) if not name.startswith("_")}
    assert public - {name.split(".")[1] for name in MODULES if "." in name} <= set(
        authz.__all__
    )


def tracked() -> Iterator[Path]:
    """The files that are or would be in the repository; all text files without git."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = listing.stdout.split("\0") if listing.returncode == 0 else []
    for path in (ROOT / name for name in names if name):
        if path.is_file() and path.suffix not in (".png", ".ico", ".woff2"):
            yield path


def test_no_file_names_a_machine_or_a_package_host():
    foreign = re.compile(
        r"(?<![\w.])/(?:home|root|Users|work|opt)/[a-z]|files\.python"
        + r"hosted|py"
        + r"pi\.org"
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if foreign.search(line)
    ]
    assert found == []


def test_locks_pin_every_package_with_hashes_and_name_no_source():
    for name in ("requirements.txt", "requirements-test.txt"):
        text = (ROOT / name).read_text("utf-8")
        for entry in re.split(r"\n(?=\S)", text):
            if not entry.startswith("#"):
                assert re.match(r"[a-z0-9-]+==\S+", entry), entry
                assert "--hash=sha256:" in entry, entry
        assert not re.search(r"^(-|\s*--(?!hash))|://", text, re.MULTILINE)


def test_the_declared_dependencies_are_those_that_are_imported():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = project["dependencies"] + project["optional-dependencies"]["prove"]
    declared = {re.split("[<>=]", text)[0].lower() for text in needed}
    imported = {found.split(".")[0] for name in MODULES for found, _ in imports(name)}
    ours = {*PACKAGES, *sys.stdlib_module_names, *STUBS}
    assert {DISTRIBUTIONS.get(name, name) for name in imported - ours} == declared


def test_the_locks_agree_and_hold_the_declared_override():
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / name).read_text("utf-8")
        return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))

    run, test = pins("requirements.txt"), pins("requirements-test.txt")
    assert run.items() <= test.items()
    assert run["cffi"] == "2.1.1"

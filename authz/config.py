"""What the operator decides: config.yaml and the environment become one frozen tree.

Precedence: flags, then the environment (`AUTHZ_SECTION__KEY`), then the file, then the
defaults, which stand here and nowhere else. `load` runs once, in a command; everything
below gets plain values. An unknown key and a value of the wrong type are errors that name
file and line. Relative paths are relative to the file. Secrets are never settings.
"""

import difflib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any, cast, get_type_hints
from urllib.parse import urlsplit

from authz import yamlfile
from authz.errors import ConfigError
from authz.settings import Config

PREFIX = "AUTHZ_"
NO_FLAGS: Mapping[str, object] = {}
_PORT = r"([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])"
_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Setting:
    """One key as the documentation and the checks see it."""

    #: Dotted: `server.decisions.listen`.
    name: str
    type: Any
    default: object
    about: str
    least: int
    most: int
    #: What a text may be; empty for an address.
    choices: tuple[str, ...]
    #: What any other text is: one of `_FORMS`.
    form: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper().replace(".", "__")


@dataclass(frozen=True, slots=True)
class Origin:
    """A setting's value and who said so."""

    name: str
    value: object
    #: `default`, `flag`, the variable's name or `file:line`.
    origin: str


def load(
    path: Path | None,
    environ: Mapping[str, str] = os.environ,
    flags: Mapping[str, object] = NO_FLAGS,
) -> Config:
    """The configuration in force; without a path only environment and defaults count.

    `flags` maps dotted names to values; their paths start at the working directory.
    Raises: ConfigError for an unreadable file, an unknown key, a value that does not fit.
    """
    values = {origin.name: origin.value for origin in origins(path, environ, flags)}
    return cast(Config, _build(Config, "", values))


def origins(
    path: Path | None,
    environ: Mapping[str, str] = os.environ,
    flags: Mapping[str, object] = NO_FLAGS,
) -> list[Origin]:
    """Every setting with its value and its origin.  Raises: as `load`."""
    written, result = _from_file(path) | _from_environment(environ), []
    base = path.parent if path else Path()
    for setting in settings():
        if setting.name in flags:
            value = _check(setting, flags[setting.name], "flag")
            result.append(Origin(setting.name, value, "flag"))
            continue
        value, origin = written.get(setting.name, (setting.default, "default"))
        value = _check(setting, value, origin)
        if isinstance(value, Path):
            value = base / value
        result.append(Origin(setting.name, value, origin))
    return result


def settings(section: Any = Config, prefix: str = "") -> Iterator[Setting]:
    """Every key there is, in the order of config.yaml."""
    types = get_type_hints(section)
    for item in fields(section):
        name = prefix + item.name
        if is_dataclass(types[item.name]):
            yield from settings(types[item.name], f"{name}.")
        else:
            yield Setting(name, types[item.name], item.default, **item.metadata)


def _build(section: Any, prefix: str, values: Mapping[str, object]) -> Any:
    types = get_type_hints(section)
    return section(
        **{
            item.name: _build(types[item.name], f"{prefix}{item.name}.", values)
            if is_dataclass(types[item.name])
            else values[prefix + item.name]
            for item in fields(section)
        }
    )


def _from_file(path: Path | None) -> dict[str, tuple[object, str]]:
    """Dotted name -> (value, `file:line`) of what a file says."""
    if path is None:
        return {}
    content, lines = _read(path)
    known = {setting.name for setting in settings()}
    sections = {
        name[:end] for name in known for end, sign in enumerate(name) if sign == "."
    }
    found: dict[str, tuple[object, str]] = {}
    waiting: list[tuple[tuple[str, ...], object]] = [((), content)]
    for keys, value in waiting:
        name = ".".join(keys)
        place = f"{path}:{lines.get(keys, 1)}"
        if name in known:
            found[name] = (value, place)
        elif keys and name not in sections:
            raise ConfigError(
                f"{place}: unknown key `{name}`{_near(name, known | sections)}"
            )
        elif isinstance(value, dict):
            waiting.extend(((*keys, str(key)), inner) for key, inner in value.items())
        else:
            raise ConfigError(f"{place}: `{name or path.name}` must be keys and values")
    return found


def _read(path: Path) -> tuple[object, Mapping[tuple[str | int, ...], int]]:
    """What the file holds, and on which line.  Raises: ConfigError."""
    try:
        text = path.read_text(encoding="utf-8")
        content = yamlfile.parse(text)
        return {} if content is None else content, yamlfile.lines(text)
    except OSError as exc:
        raise ConfigError(f"cannot read `{path}`: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise ConfigError(f"cannot read `{path}`: not UTF-8") from exc
    except yamlfile.YamlError as exc:
        raise ConfigError(f"{path}:{exc.line}: {exc.message}") from exc


def _from_environment(environ: Mapping[str, str]) -> dict[str, tuple[object, str]]:
    """Dotted name -> (value, variable) of what the environment says."""
    known = {setting.variable: setting for setting in settings()}
    found: dict[str, tuple[object, str]] = {}
    for variable, text in sorted(environ.items()):
        if not (variable.startswith(PREFIX) and "__" in variable):
            continue
        if variable not in known:
            raise ConfigError(f"unknown variable `{variable}`{_near(variable, set(known))}")
        setting = known[variable]
        found[setting.name] = (_from_text(setting, text), variable)
    return found


def _from_text(setting: Setting, text: str) -> object:
    """What the text of a variable means for this setting; itself where it fits nothing."""
    if setting.type is bool:
        return {"true": True, "false": False}.get(text, text)
    if setting.type is int and text.isascii() and text.isdigit():
        return int(text)
    if setting.type is float and _DECIMAL.fullmatch(text):
        return float(text)
    if setting.type == tuple[str, ...]:
        return [part.strip() for part in text.split(",") if part.strip()]
    if setting.type in (Path | None, str | None):
        return text or None
    return text


def _check(setting: Setting, value: object, origin: str) -> object:
    """The value in its final type.  Raises: ConfigError."""
    match value:
        case bool() if setting.type is bool:
            return value
        case int() if setting.type is int and not isinstance(value, bool):
            if setting.least <= value <= setting.most:
                return value
            raise _wrong(setting, value, origin, f"from {setting.least} to {setting.most}")
        case int() | float() if setting.type is float and not isinstance(value, bool):
            if setting.least <= value <= setting.most:
                return float(value)
            raise _wrong(setting, value, origin, f"from {setting.least} to {setting.most}")
        case str() if setting.choices:
            if value in setting.choices:
                return value
            raise _wrong(setting, value, origin, _either(setting.choices))
        case str() if setting.type in (str, str | None) and value:
            return _FORMS[setting.form](setting, value, origin)
        case str() | Path() if setting.type in (Path, Path | None) and str(value):
            return Path(value)
        case None if setting.type in (Path | None, str | None):
            return None
        case list() | tuple() if setting.type == tuple[str, ...]:
            if (value or not setting.default) and all(
                isinstance(part, str) and part for part in value
            ):
                return tuple(value)
    expected = _either(setting.choices) if setting.choices else _EXPECTED[setting.type]
    raise _wrong(setting, value, origin, expected)


def _either(choices: tuple[str, ...]) -> str:
    return " or ".join(f"`{choice}`" for choice in choices)


_EXPECTED: Mapping[Any, str] = {
    bool: "`true` or `false`",
    int: "a whole number",
    float: "a number",
    str: "text",
    str | None: "text or null",
    Path: "a path",
    Path | None: "a path or null",
    tuple[str, ...]: "a list of texts",
}


def _address(setting: Setting, value: str, origin: str) -> str:
    """The value when it is IP:PORT. Raises: ConfigError."""
    host, _, port = value.rpartition(":")
    try:
        if host.startswith("[") and host.endswith("]"):
            IPv6Address(host[1:-1])
        else:
            IPv4Address(host)
        if port.isascii() and port.isdigit() and 0 < int(port) < 65536:
            return value
    except ValueError:
        pass
    raise _wrong(setting, value, origin, "an IP address and a port, as `127.0.0.1:8080`")


def _url(setting: Setting, value: str, origin: str) -> str:
    """The value when it is the URL of a service (AuthZEN 1.0, section 9.1.1).

    Raises: ConfigError.
    """
    try:
        parts = urlsplit(value)
        plain = value.isascii() and value.isprintable() and value[-1] != "/"
        plain = plain and not set(" ?#@") & set(value)
        if parts.scheme == "https" and parts.hostname and parts.port != 0 and plain:
            return value
    except ValueError:
        pass
    raise _wrong(
        setting, value, origin, "an https URL without query, fragment or final slash"
    )


def _pattern(pattern: str, expected: str) -> Callable[[Setting, str, str], str]:
    def check(setting: Setting, value: str, origin: str) -> str:
        if not re.fullmatch(pattern, value, re.ASCII):
            raise _wrong(setting, value, origin, expected)
        return value

    return check


_FORMS: Mapping[str, Callable[[Setting, str, str], str]] = {
    "address": _address,
    "url": _url,
    "host": _pattern(
        rf"([\w.-]+|\[[0-9a-fA-F:]+\]):{_PORT}",
        "a name and a port, as `smtp.example:587`",
    ),
    "email": _pattern(r"[^@\s]+@[\w.-]+", "an e-mail"),
    "text": _pattern(r"[ -~]+", "one line of plain text"),
}


def _wrong(setting: Setting, value: object, origin: str, expected: str) -> ConfigError:
    return ConfigError(f"{origin}: `{setting.name}` must be {expected}, not `{value}`")


def _near(name: str, known: set[str]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean `{nearest[0]}`?" if nearest else ""

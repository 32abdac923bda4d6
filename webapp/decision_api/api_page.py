"""The OpenAPI document as a page for people: plain HTML, made here, without scripts.

Every text of the document is escaped; words in backticks become code.
"""

import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

Schema = Mapping[str, Any]

_CODE = re.compile(r"`([^`]+)`")

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="{style_at}">
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header>
<h1>{title} <small>{version}</small></h1>
<p>{about}</p>
{keys}
<p>The same for programs: <a href="{document_at}"><code>{document_at}</code></a>.</p>
</header>
<nav aria-label="Contents">{contents}</nav>
<main id="main" tabindex="-1">
{operations}
<section id="errors"><h2>Errors</h2>
<p>An error is an answer of this shape; it never holds a decision, and a deny is none.</p>
{errors}</section>
<section id="shapes"><h2>Shapes</h2>
{shapes}</section>
</main>
</body>
</html>
"""


def page(
    document: Schema,
    *,
    document_at: str = "/openapi.json",
    style_at: str = "/docs/api.css",
) -> str:
    """The whole page of an OpenAPI document of ours, which is at that address."""
    parts = document["components"]
    info = document["info"]
    asked = [
        (path, method, said)
        for path, methods in document["paths"].items()
        for method, said in methods.items()
    ]
    groups = {
        tag["name"]: [one for one in asked if tag["name"] in one[2]["tags"]]
        for tag in document["tags"]
    }
    return _PAGE.format(
        title=escape(info["title"]),
        version=escape(info["version"]),
        about=_words(info["description"]),
        document_at=escape(document_at),
        style_at=escape(style_at),
        keys="".join(
            f"<p>{name.capitalize()}s: {_words(one['description'])}</p>"
            for name, one in parts["securitySchemes"].items()
        ),
        contents=_contents(groups),
        operations="".join(_group(name, found) for name, found in groups.items()),
        errors=_errors(parts["responses"]),
        shapes="".join(_shape(name, one) for name, one in sorted(parts["schemas"].items())),
    )


_Asked = tuple[str, str, Schema]


def _contents(groups: Mapping[str, Iterable[_Asked]]) -> str:
    lists = []
    for name, found in groups.items():
        links = "".join(
            f'<li><a href="#{said["operationId"]}">{escape(said["summary"])}</a></li>'
            for _, _, said in found
        )
        lists.append(f"<h2>{escape(name)}</h2><ul>{links}</ul>")
    more = '<li><a href="#errors">Errors</a></li><li><a href="#shapes">Shapes</a></li>'
    return "".join(lists) + f"<h2>More</h2><ul>{more}</ul>"


def _group(name: str, found: Iterable[_Asked]) -> str:
    return f"<h2>{escape(name)}</h2>\n" + "".join(_operation(*one) for one in found)


def _operation(path: str, method: str, said: Schema) -> str:
    parts = [
        f'<section id="{said["operationId"]}">',
        f"<h3>{escape(said['summary'])}</h3>",
        f'<p class="path"><b>{method.upper()}</b> <code>{_breakable(path)}</code></p>',
        f"<p>{_words(said['description'])} {_scope(said['security'])}</p>".replace(
            " </", "</"
        ),
    ]
    if rows := "".join(_parameter(one) for one in said["parameters"] if "name" in one):
        parts.append(_table(("parameter", "what it is"), rows))
    if "requestBody" in said:
        parts.append(_content("Request", said["requestBody"]["content"]))
    answer = next(iter(said["responses"].values()))
    if "content" in answer:
        parts.append(_content("Answer", answer["content"]))
    statuses = ", ".join(
        f'<a href="#status-{status}">{status}</a>' for status in list(said["responses"])[1:]
    )
    headers = ", ".join(f"<code>{escape(name)}</code>" for name in answer["headers"])
    parts.append(f"<p>Headers: {headers}. Errors: {statuses}.</p></section>\n")
    return "".join(parts)


def _scope(security: list[Mapping[str, list[str]]]) -> str:
    scopes = [scope for one in security for scope in one.get("key", ())]
    if scopes:
        return f"The key needs the scope <code>{escape(', '.join(scopes))}</code>."
    return "" if security else "No key is needed."


def _content(heading: str, content: Mapping[str, Schema]) -> str:
    ((kind, one),) = content.items()
    parts = [
        f"<h4>{heading}</h4><p><code>{escape(kind)}</code>: {_kind(one['schema'])}</p>"
    ]
    if "example" in one:
        text = escape(_example(one["example"]))
        # WHY focusable: what is wider than its box is scrolled with the keyboard too.
        parts.append(f'<pre tabindex="0" aria-label="Example"><code>{text}</code></pre>')
    return "".join(parts)


def _example(value: Mapping[str, Any]) -> str:
    """One member a line."""
    lines = [f"  {_json(k)}: {_json(v)}" for k, v in value.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _errors(refusals: Mapping[str, Schema]) -> str:
    rows = "".join(
        f'<tr id="status-{status}"><th scope="row">{status}</th>'
        f"<td>{_words(one['description'])}</td></tr>"
        for status, one in refusals.items()
    )
    (one,) = list(refusals.values())[0]["content"].values()
    return f"<p>{_kind(one['schema'])}</p>" + _table(("status", "when"), rows)


def _shape(name: str, schema: Schema) -> str:
    parts = [
        f'<section class="shape" id="shape-{escape(name)}"><h3>{escape(name)}</h3>',
        f"<p>{_words(schema.get('description', ''))}</p>",
    ]
    if "enum" in schema:
        parts.append(f"<p>{_kind(schema)}</p>")
    rows = "".join(
        _member(name, one, name in schema.get("required", ()))
        for name, one in schema.get("properties", {}).items()
    )
    if rows:
        parts.append(_table(("member", "what it is"), rows))
    return "".join(parts) + "</section>\n"


def _parameter(one: Schema) -> str:
    where = f"<br><small>{escape(one['in'])}</small>"
    named = f'<th scope="row"><code>{escape(one["name"])}</code>{where}</th>'
    return f"<tr>{named}<td>{_kind(one['schema'])}</td></tr>"


def _member(name: str, schema: Schema, is_required: bool) -> str:
    mark = "<br><small>required</small>" if is_required else ""
    about = f". {_words(schema['description'])}" if "description" in schema else ""
    named = f'<th scope="row"><code>{escape(name)}</code>{mark}</th>'
    return f"<tr>{named}<td>{_kind(schema)}{about}</td></tr>"


def _table(names: Iterable[str], rows: str) -> str:
    heads = "".join(f'<th scope="col">{name}</th>' for name in names)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _kind(schema: Schema) -> str:
    """What may stand there, in a few words."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#shape-{name}"><code>{name}</code></a>'
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " or ".join(f"<code>{escape(_json(one))}</code>" for one in values)
    if "anyOf" in schema and "type" not in schema:
        return " or ".join(dict.fromkeys(_kind(one) for one in schema["anyOf"]))
    kinds = schema.get("type", "anything")
    said = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if said == "array" and schema.get("items"):
        most = f"at most {schema['maxItems']:,} " if "maxItems" in schema else ""
        return f"array of {most}{_kind(schema['items'])}"
    return said + _bounds(schema)


def _bounds(schema: Schema) -> str:
    words = {"minimum": "at least", "maximum": "at most"}
    found = [f"{text} {schema[name]:,}" for name, text in words.items() if name in schema]
    return f", {', '.join(found)}" if found else ""


def _words(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _breakable(path: str) -> str:
    """On a narrow screen a path goes on in the next line, after a slash."""
    return escape(path).replace("/", "/<wbr>")

"""Questions of every scenario of the fixtures, by what they are about."""

from collections.abc import Mapping
from typing import Any

from tests.api.doors import question

RICK, MORTY, BETH = (
    f"CiRmZD{number}MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs"
    for number in ("A2", "E2", "M2")
)

Question = dict[str, Any]


def with_properties(asked: Question, **properties: Mapping[str, Any]) -> Question:
    """properties: by `subject`, `action`, `resource`."""
    return asked | {
        member: asked[member] | {"properties": given}
        for member, given in properties.items()
    }


MORTYS = {"ownerID": "morty@the-citadel.com"}
UPDATES = question(f"user:{MORTY}", "can_update_todo", "todo:7240d0db")
DELETES = question("user:alice", "delete", "record:record-1")
PROBES = "user:alice", "probe-context", "probe:p1"

ALLOWED: dict[str, Question] = {
    "an editor updates the own todo": with_properties(UPDATES, resource=MORTYS),
    "an admin deletes any todo": question(f"user:{RICK}", "can_delete_todo", "todo:x"),
    "a profile is named by e-mail": question(
        f"user:{BETH}", "can_read_user", "user:rick@the-citadel.com"
    ),
    "a route with braces": question(f"identity:{RICK}", "PUT", "route:/todos/{todoId}"),
    "a manager views all": question("user:alice", "view", "record:115"),
    "a department that the caller vouches for": with_properties(
        question("user:felix", "view", "record:101"), subject={"department": "Legal"}
    ),
    "a record that is said to be archived": with_properties(
        question("user:bob", "write", "record:record-1"), resource={"status": "archived"}
    ),
    "a property of the action": with_properties(DELETES, action={"soft": True}),
    "a member of the context": question(*PROBES, token="open"),
}
DENIED: dict[str, Question] = {
    "an editor updates the todo of another": with_properties(
        UPDATES, resource={"ownerID": "rick@the-citadel.com"}
    ),
    "an editor updates a todo of nobody": UPDATES,
    "a viewer creates a todo": question(f"user:{BETH}", "can_create_todo", "todo:todo-1"),
    "a viewer posts": question(f"identity:{BETH}", "POST", "route:/todos"),
    "what only its owner edits": question("user:carol", "edit", "record:101"),
    "what is sent wins over what is stored": with_properties(
        question("user:alice", "write", "record:record-1"), resource={"status": "archived"}
    ),
    "what cannot be sent": with_properties(
        question("user:alice", "read", "record:101"), resource={"fixture": "cert"}
    ),
    "no property of the action": DELETES,
    "a text for a boolean": with_properties(DELETES, action={"soft": "true"}),
    "a number for a boolean": with_properties(DELETES, action={"soft": 1}),
    "one member of the context too many": question(*PROBES, token="open", extra="x"),
    "a list in the context": question(*PROBES, token=["open"]),
    "an id that is empty": question("user:", "view", "record:101"),
    "nobody": question("user:nobody", "view", "record:101"),
    "an action that is not known": question("user:alice", "burn", "record:101"),
    "a type that is not known": question("user:alice", "view", "ship:101"),
    "an id with a line end": question("user:alice\n", "view", "record:101"),
    "an id with separators": question("user:alice|view", "view", "record:101"),
    "an id beyond ASCII": question("user:алиса\U0001f511", "view", "record:101"),
}
QUESTIONS = ALLOWED | DENIED

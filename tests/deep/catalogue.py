"""Tables of actions, written as `nouns | verbs` with whatever else in further columns."""


def rows(table: str) -> dict[str, tuple[str, ...]]:
    """Each `noun:verb` of the table, with the further columns of its line."""
    found = {}
    for line in table.strip().splitlines():
        nouns, verbs, *more = (part.strip() for part in line.split("|"))
        for noun in nouns.split():
            for verb in verbs.split():
                found[f"{noun}:{verb}"] = tuple(more)
    return found

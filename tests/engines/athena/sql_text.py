"""Looking at the text of a statement: comments, names, brackets and lists, with quotes respected."""

import re
from collections.abc import Iterator

from tests.engines.athena.errors import AthenaRefusal

NAME = r'((?:["`]?[\w$-]+["`]?\.){0,2}["`]?[\w$-]+["`]?)'
_OPENING, _CLOSING, _QUOTES = "([<{", ")]>}", "'\"`"


def without_comments(sql: str) -> str:
    """A statement without the comments before it and the semicolon behind it."""
    return re.sub(r"^\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)+", "", sql, flags=re.S).strip().rstrip(";").strip()


def without_literals(sql: str) -> str:
    """A statement with its string literals emptied and its comments removed, for looking at its words."""
    return re.sub(
        r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", lambda found: "''" if found[0][0] == "'" else " ", sql, flags=re.S
    )


def schema_and_table(name: str, schema: str | None) -> tuple[str, str]:
    """The schema and the table that a name stands for, in lower case; `schema` where the name has none."""
    parts = [part.strip('`"') for part in re.findall(r'"[^"]+"|`[^`]+`|[^.]+', name)]
    return (parts[-2] if len(parts) > 1 else schema or "default").lower(), parts[-1].lower()


def list_items(text: str) -> list[str]:
    """The items of a list, parted by the commas that are in no bracket and in no quotes."""
    items, depth, current = [], 0, ""
    for character, is_quoted in _characters(text):
        if not is_quoted:
            depth += (character in _OPENING) - (character in _CLOSING)
        if character == "," and depth == 0 and not is_quoted:
            items.append(current)
            current = ""
        else:
            current += character
    return [item.strip() for item in [*items, current] if item.strip()]


def bracketed(text: str, begin: int) -> tuple[str, str]:
    """What stands in the bracket that opens at `begin`, and what follows it.

    Raises:
        AthenaRefusal: it does not close.
    """
    depth = 0
    for at, (character, is_quoted) in enumerate(_characters(text[begin:]), begin):
        if is_quoted:
            continue
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return text[begin + 1 : at], text[at + 1 :]
    raise AthenaRefusal("mismatched input '<EOF>'. Expecting: ')'")


def properties(text: str) -> dict[str, str]:
    """The pairs of a list such as TBLPROPERTIES has: 'key'='value', …"""
    return dict(re.findall(r"'([^']+)'\s*=\s*'([^']*)'", text))


def _characters(text: str) -> Iterator[tuple[str, bool]]:
    quote = None
    for character in text:
        if quote:
            yield character, True
            quote = None if character == quote else quote
        else:
            quote = character if character in _QUOTES else None
            yield character, quote is not None

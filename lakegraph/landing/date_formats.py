"""What a strptime format of dates must be, so that it is read as it is written."""

import re
from datetime import UTC, datetime

# what strptime reads: of all platforms, and in the words of the machine's language
DIRECTIVES = frozenset("aAbBcdfGHIjmMpSuUVwWxXyYzZ%")
DIRECTIVE = re.compile("%([-_^#EO]?.)?", re.DOTALL)


def date_format_fault(text: str) -> str | None:
    """What is wrong with a date format, or None."""
    used = [found[1] or "" for found in DIRECTIVE.finditer(text)]
    if unknown := [name for name in used if name not in DIRECTIVES]:
        return f"has %{unknown[0]}, which is no directive of strptime; write it like %d/%m/%Y"
    # what follows is read by strptime without a word, and wrongly
    if "Z" in used:
        return (
            "has %Z, and the name of a zone says no time of UTC: write a name that is always the same as it stands, such as "
            "'%H:%M:%S UTC', or have it written as an offset, which is %z"
        )
    if "p" in used and "I" not in used:
        return "has %p without %I, so that AM and PM would not count; hours from 1 to 12 are %I"
    if "I" in used and "H" in used:
        return "has %H beside %I, of which only one can say the hour"
    if "I" in used and "p" not in used:
        return "has %I without %p, so that the afternoon would be the morning; hours from 0 to 23 are %H"
    return None if _says_the_day(text) else "does not say year, month and day; write it like %d/%m/%Y"


def _says_the_day(text: str) -> bool:
    moment = datetime(2024, 11, 23, 13, 45, 56, tzinfo=UTC)
    try:
        return datetime.strptime(moment.strftime(text), text).date() == moment.date()
    except (ValueError, re.error):  # the latter for a directive that stands twice
        return False

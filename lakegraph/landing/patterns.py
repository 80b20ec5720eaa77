"""File names with a date in them: `customers_{date}.csv`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

DATE_DIRECTIVES = {"%Y": r"\d{4}", "%y": r"\d{2}", "%m": r"\d{2}", "%d": r"\d{2}", "%j": r"\d{3}"}
WHOLE_DATES = ({"%m", "%d"}, {"%j"})
# Hidden files and folders, marks of other programs, uploads that are not whole, and the generator's lists of faults. A name
# with any other underscore before it is somebody's.
NO_DELIVERY = re.compile(
    r"\..*|~\$.*|_(success|committed_.*|started_.*|temporary|metadata|common_metadata|delta_log|spark_metadata)"
    r"|.*\.(part|partial|filepart|crdownload|tmp|temp)|faults_.*\.json",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True)
class FilePattern:
    """A file name, or a path below the drops folder, in which `{date}` stands for a date and `*` for any characters.

    Attributes:
        text: the pattern as its user wrote it.
        dates: how `{date}` is written, as a strptime format; with slashes, it is spread over several folders.
    """

    text: str
    dates: str

    @property
    def dated(self) -> bool:
        """Whether the files' names carry a date."""
        return "{date}" in self.text

    @property
    def has_day_in_name(self) -> bool:
        """Whether the whole date stands in the files' own names, and nothing of it in those of their folders."""
        return "{date}" in self.text.rpartition("/")[2] and "/" not in self.dates

    @property
    def is_nested(self) -> bool:
        """Whether the files lie in folders below the drops folder."""
        return "/" in self._glob

    @cached_property
    def _glob(self) -> str:
        date = re.sub("%.", "*", self.dates)
        return re.sub(r"\*+", "*", re.sub(r"([\[?])", r"[\1]", self.text.replace("{date}", date)))

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        parts = re.split(r"(\{date\}|\*)", self.text)
        known = {"{date}": f"(?P<date>{date_regex(self.dates)})", "*": "[^/]*"}
        return re.compile("".join(known.get(part, re.escape(part)) for part in parts))

    def date_in(self, path: str) -> date | None:
        """The date in the path of a matching file; None where the pattern has none or the digits are no date."""
        found = self._regex.fullmatch(path)
        if not (found and self.dated):
            return None
        try:
            return datetime.strptime(found["date"], self.dates).date()
        except ValueError:
            return None

    def matches(self, path: str) -> bool:
        """Whether a path, relative to the drops folder, fits the pattern; a dated one must hold a real date.

        One that is not UTF-8 fits none: no table could say where its records come from.
        """
        fits = bool(self._regex.fullmatch(path)) and (not self.dated or self.date_in(path) is not None)
        return fits and _is_utf8(path)

    def hides(self, path: str) -> bool:
        """Whether a matching path is called like what is no delivery; a pattern that is written so itself means it."""
        own = self._glob.split("/")
        return any(
            is_no_delivery(part) and not is_no_delivery(own[place]) for place, part in enumerate(path.split("/"))
        )

    def files(self, folder: Path) -> Iterator[Path]:
        """The files below a folder that fit the pattern, in the order of their names."""
        for path in sorted(folder.glob(self._glob)):
            if path.is_file() and self.matches(path.relative_to(folder).as_posix()):
                yield path

    def folders(self, folder: Path) -> Iterator[Path]:
        """The folders at or below a folder in which files that fit the pattern can lie."""
        parent, _, _ = self._glob.rpartition("/")
        return folder.glob(parent) if parent else iter([folder])


def _is_utf8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_no_delivery(name: str) -> bool:
    """Whether a file or a folder is called like what nobody delivers."""
    return bool(NO_DELIVERY.fullmatch(name))


def date_regex(dates: str) -> str:
    """The regular expression of a date as a strptime format writes it.

    Raises:
        ValueError: the format does not fix a day, uses a directive other than %Y, %y, %m, %d and %j, or cannot be a path.
    """
    if fault := pattern_fault(dates):
        raise ValueError(fault)
    if "*" in dates:
        raise ValueError("holds '*': only directives stand for something else")
    if "//" in dates or dates.endswith("/"):
        raise ValueError("holds an empty folder name")
    parts = re.split(r"(%.)", dates)
    directives = {part for part in parts if part.startswith("%")}
    if unknown := directives - DATE_DIRECTIVES.keys():
        raise ValueError(f"{sorted(unknown)[0]} is not one of {', '.join(DATE_DIRECTIVES)}")
    if not (directives & {"%Y", "%y"} and any(whole <= directives for whole in WHOLE_DATES)):
        raise ValueError(f"'{dates}' does not say year, month and day")
    return "".join(DATE_DIRECTIVES.get(part, re.escape(part)) for part in parts)


def pattern_fault(text: str) -> str | None:
    """What is wrong with a file pattern, or None."""
    if not text:
        return "is empty"
    if Path(text).is_absolute() or ".." in Path(text).parts:
        return "must lie below the drops folder"
    if text.count("{date}") > 1:
        return "holds {date} twice"
    if strange := re.search(r"[{}]|\*\*", text.replace("{date}", "")):
        return f"holds '{strange[0]}': only {{date}} and single * are known"
    return None

"""Questions kept beside the graph models: a Cypher file whose header says what is asked and which values it takes.

    // Which customers ordered for the largest amount?
    // $limit: integer = 10, how many rows
    MATCH …

A parameter without a default must be given. The header ends at the first line that is no comment.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from graph_loader.answers import Answer, as_text, plain
from graph_loader.problems import did_you_mean
from lakegraph.runtime.errors import ConfigurationError

if TYPE_CHECKING:
    from graph_loader.connection import Connection
    from lakegraph.runtime.settings import Settings

FOLDER = Path("models/graph/questions")
COMMENT = "//"
EXAMPLE = "`// $limit: integer = 10, how many rows`"
# an integer of Neo4j has 64 bits
INTEGERS = range(-(2**63), 2**63)

Value = str | int | float | bool | dt.date


class QuestionError(ConfigurationError):
    """A question does not exist, its file is not as it must be, or it is asked with the wrong values."""


class HeaderError(QuestionError):
    """A question's header is not as it must be."""

    def __init__(self, file: Path, line: int, text: str):
        super().__init__(f"{file}, line {line}: {text}.")
        self.file = file
        self.line = line


@dataclass(frozen=True)
class ValueType:
    """A type of values: how one is read from text (ValueError when it cannot be), and what such text looks like."""

    read: Callable[[str], Value]
    looks: str


def _string(text: str) -> str:
    # bytes of the command line that are no UTF-8 cannot be sent
    text.encode()
    return text


def _integer(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]+", text) or int(text) not in INTEGERS:
        raise ValueError(text)
    return int(text)


def _float(text: str) -> float:
    if not math.isfinite(value := float(text)):
        raise ValueError(text)
    return value


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


TYPES = {
    "string": ValueType(_string, "text in UTF-8"),
    "integer": ValueType(_integer, "a whole number of at most 64 bits, such as 10"),
    "float": ValueType(_float, "a number, such as 0.5"),
    "boolean": ValueType(_boolean, "true or false"),
    "date": ValueType(dt.date.fromisoformat, "a date, such as 2025-01-31"),
}


@dataclass(frozen=True)
class Parameter:
    """A value that a question takes; without a default it must be given."""

    name: str
    type: str
    default: Value | None = None
    about: str = ""

    def __str__(self) -> str:
        default = "" if self.default is None else f" = {as_text(plain(self.default))}"
        return f"{self.name}: {self.type}{default}{', ' if self.about else ''}{self.about}"


@dataclass(frozen=True)
class Question:
    """A question to the graph.

    Attributes:
        name: the file's name without its ending.
        question: what is asked, as a sentence.
        cypher: the file's whole text, so that the lines which the server names are the file's.
    """

    name: str
    question: str
    parameters: tuple[Parameter, ...]
    cypher: str

    def values(self, given: Iterable[str] = ()) -> dict[str, Value]:
        """The value of every parameter: what is given, else its default.

        Args:
            given: `name=value`, each name at most once.

        Raises:
            QuestionError: one is not written so, is unknown, is given twice, is not of its type, or is missing.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        values: dict[str, Value] = {}
        for pair in given:
            name, equals, text = pair.partition("=")
            if not equals:
                raise QuestionError(f"Parameter '{pair}' has no value.", f"Write it as `--param {pair}=…`.")
            if name not in known:
                takes = f"It takes: {', '.join(known)}." if known else "It takes none."
                raise QuestionError(
                    f"Question '{self.name}' has no parameter '{name}'{did_you_mean(name, known)}.", takes
                )
            if name in values:
                raise QuestionError(f"Parameter '{name}' is given twice.", "Give it once.")
            try:
                values[name] = TYPES[known[name].type].read(text)
            except ValueError as error:
                raise QuestionError(
                    f"Parameter '{name}' of question '{self.name}' must be {TYPES[known[name].type].looks}, not '{text}'."
                ) from error
        for parameter in self.parameters:
            if parameter.name not in values:
                if parameter.default is None:
                    raise QuestionError(
                        f"Question '{self.name}' needs a value ({parameter}).",
                        f"Give it as `--param {parameter.name}=…`.",
                    )
                values[parameter.name] = parameter.default
        return values


def parse_question(file: Path, text: str) -> Question:
    """The question that a file's text holds.

    Args:
        file: names the question, and the place of what is wrong.

    Raises:
        HeaderError: the header is not as it must be, or there is no Cypher below it.
    """
    lines = text.splitlines() or [""]
    asked = lines[0].removeprefix(COMMENT).strip()
    if not lines[0].startswith(COMMENT) or not asked or asked.startswith("$"):
        raise HeaderError(file, 1, "must be the question as a comment, such as `// Which products sell best?`")
    header = list(takewhile(lambda line: line.startswith(COMMENT), lines))
    body = "\n".join(lines[len(header) :])
    if not body.strip():
        raise HeaderError(file, len(lines), "there is no Cypher below the header")
    parameters: dict[str, Parameter] = {}
    for number, line in enumerate(header[1:], start=2):
        try:
            parameter = _parameter(line)
        except ValueError as error:
            raise HeaderError(file, number, str(error)) from error
        if parameter.name in parameters:
            raise HeaderError(file, number, f"parameter ${parameter.name} is declared twice")
        if not re.search(rf"\${parameter.name}\b", body):
            used = re.findall(r"\$(\w+)", body)
            hint = did_you_mean(parameter.name, used)
            raise HeaderError(file, number, f"parameter ${parameter.name} is not used below{hint}")
        parameters[parameter.name] = parameter
    return Question(file.stem, asked, tuple(parameters.values()), text)


def find_question(name: str, folder: Path | None = None) -> Question:
    """A kept question.

    Args:
        name: its file's name without the ending.
        folder: where questions are kept; None is the project's folder.

    Raises:
        QuestionError: there is no such question, or its file is not readable as one.
    """
    files = _files(folder)
    if name not in files:
        raise QuestionError(
            f"There is no question '{name}'{did_you_mean(name, files)}.", f"There are: {', '.join(files)}."
        )
    return _read(files[name])


def all_questions(folder: Path | None = None) -> list[Question]:
    """Every kept question, by name.

    Args:
        folder: where questions are kept; None is the project's folder.

    Raises:
        QuestionError: there is none, or a file is not readable as one.
    """
    return [_read(file) for file in _files(folder).values()]


def catalogue(questions: Iterable[Question]) -> Answer:
    """Which questions there are, with what they ask and the parameters they take."""
    rows = [[question.name, question.question, [str(given) for given in question.parameters]] for question in questions]
    return Answer("Questions to the graph", ["name", "question", "parameters"], rows)


def answered(name: str, given: Iterable[str], settings: "Settings") -> Answer:
    """Ask the graph of an environment a kept question.

    Args:
        name: the question's.
        given: `name=value`, as for `Question.values`.

    Raises:
        QuestionError: there is no such question, its file is not readable as one, or a value is wrong; nobody was asked.
        ConfigurationError: no server is named and none runs.
        GraphError: the server does not answer, or refuses the login or the question.
    """
    from graph_loader.connection import connect
    from lakegraph.runtime.neo4j_target import resolve_target

    question = find_question(name)
    values = question.values(given)
    with connect(resolve_target(settings)) as connection:
        return ask(connection, question, values)


def ask(connection: "Connection", question: Question, values: dict[str, Value]) -> Answer:
    """Ask the graph, which is only read.

    Args:
        values: one per parameter, as `Question.values` gives them.

    Raises:
        GraphError: the server is gone or refuses the question, for instance because it writes.
    """
    columns, rows = connection.read(question.cypher, values)
    return Answer(question.question, columns, [[plain(value) for value in row] for row in rows])


def _parameter(line: str) -> Parameter:
    found = re.fullmatch(
        r"//\s*\$(?P<name>[A-Za-z]\w*)\s*:\s*(?P<type>\w+)\s*(?:=(?P<default>[^,]*))?(?:,\s*(?P<about>\S.*))?",
        line.rstrip(),
    )
    if not found:
        raise ValueError(f"must be a parameter, such as {EXAMPLE}; other comments stand further below")
    name, type_, default, about = found.group("name", "type", "default", "about")
    if type_ not in TYPES:
        raise ValueError(
            f"'{type_}' is no type of a parameter{did_you_mean(type_, TYPES)}; there are: {', '.join(TYPES)}"
        )
    if default is None:
        return Parameter(name, type_, about=about or "")
    try:
        return Parameter(name, type_, TYPES[type_].read(default.strip()), about or "")
    except ValueError as error:
        raise ValueError(f"the default of ${name} must be {TYPES[type_].looks}, not '{default.strip()}'") from error


def _files(folder: Path | None) -> dict[str, Path]:
    from lakegraph.runtime.project import project_root

    folder = folder or project_root() / FOLDER
    files = {file.stem: file for file in sorted(folder.glob("*.cypher"))}
    if not files:
        raise QuestionError(f"There are no questions in {folder}.", "Put one there as <name>.cypher.")
    return files


def _read(file: Path) -> Question:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(f"{file} is not readable as UTF-8 text: {error}.") from error
    return parse_question(file, text)

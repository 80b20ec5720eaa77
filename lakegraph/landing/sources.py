"""configs/data-sources.yml: how a user's files become feeds."""

import codecs
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from lakegraph.landing.date_formats import date_format_fault
from lakegraph.landing.feeds import Delivery, declared_feeds
from lakegraph.landing.header import map_columns
from lakegraph.landing.hints import did_you_mean
from lakegraph.landing.patterns import FilePattern, date_regex, pattern_fault
from lakegraph.landing.readers.contract import DEFAULT_DELIMITER, DELIMITER, UnreadableFileError
from lakegraph.landing.yaml_file import read_yaml
from lakegraph.runtime.errors import ConfigurationError

MUST_BE = {
    "model_type": "must be a mapping",
    "dict_type": "must be a mapping",
    "tuple_type": "must be a list",
    "string_type": "must be a text",
    "invalid_key": "must be a text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "greater_than_equal": "must not be negative",
}
NAMED_DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
# The mark of databases for no value (\N) and what else begins with a backslash are other signs between double quotes.
YAML_ESCAPES = {
    "\u0085": r"\N",
    "\u00a0": r"\_",
    "\0": r"\0",
    "\a": r"\a",
    "\b": r"\b",
    "\x1b": r"\e",
    "\v": r"\v",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\u2028": r"\L",
    "\u2029": r"\P",
}


class SourcesError(ConfigurationError):
    """The sources file cannot be understood."""


def _checked_pattern(text: str) -> str:
    if fault := pattern_fault(text):
        raise ValueError(fault)
    return text


def _checked_dates(text: str) -> str:
    date_regex(text)
    return text


def _checked_delimiter(text: str) -> str:
    delimiter = NAMED_DELIMITERS.get(text, text)
    if not re.fullmatch(DELIMITER, delimiter):
        names = ", ".join(NAMED_DELIMITERS)
        raise ValueError(
            f"must be one ASCII character that is no letter, digit, dot, hyphen, underscore or quote, or one of {names}"
        )
    return delimiter


def _checked_encoding(text: str) -> str:
    try:
        "".encode(text)
        return codecs.lookup(text).name
    except LookupError as error:
        raise ValueError("is not an encoding that Python knows") from error


def _one_or_several(given: Any) -> Any:
    texts = [given] if isinstance(given, str) else given
    if not (isinstance(texts, list) and texts and all(isinstance(text, str) for text in texts)):
        raise ValueError("must be a text or a list of texts")
    return given if isinstance(given, str) else tuple(texts)


def _checked_date_formats(given: Any) -> Any:
    formats = _one_or_several(given)
    for text in [formats] if isinstance(formats, str) else formats:
        if fault := date_format_fault(text):
            raise ValueError(fault)
    return formats


def _checked_header(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise ValueError("names no column")
    return tuple(name.strip() for name in names)


def _checked_null_value(text: str) -> str:
    # a no-break space is a blank like others beside other signs
    for sign, written in YAML_ESCAPES.items():
        if text == sign or (sign in text and sign != "\u00a0"):
            raise ValueError(
                f"holds U+{ord(sign):04X}, which is what YAML makes of {written} in double quotes; "
                f"write '{written}' in single quotes"
            )
    return text


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class FileOptions(_Declared):
    """How files are written.

    Attributes:
        format: the file format.
        delimiter: what separates two fields.
        encoding: the files' character encoding, by a name that Python knows.
        skip_lines: how many lines stand above the header, or above the records where there is none.
        header: what the files' columns are called, where they have no header.
        decimal_comma: numbers are written 1.234,56 or 1 234,56.
        date_format: dates and times are written in this strptime format instead of ISO 8601, or in one of several, of which
            the first that fits holds.
        null_values: texts that mean that there is no value.
    """

    format: Literal["csv"] = "csv"
    delimiter: Annotated[str, AfterValidator(_checked_delimiter)] = DEFAULT_DELIMITER
    encoding: Annotated[str, AfterValidator(_checked_encoding)] = "utf-8"
    skip_lines: Annotated[int, Field(ge=0)] = 0
    header: Annotated[tuple[str, ...], Field(strict=False), AfterValidator(_checked_header)] | None = None
    decimal_comma: bool = False
    date_format: Annotated[str | tuple[str, ...], BeforeValidator(_checked_date_formats)] | None = None
    null_values: tuple[Annotated[str, AfterValidator(_checked_null_value)], ...] = Field(default=(), strict=False)


class FeedFiles(FileOptions):
    """Where a feed's files lie and what they call its columns.

    Attributes:
        files: the pattern of the file names, below the drops folder.
        names: canonical column to the header's name for it, which must be there, or to several, of which the first that is
            there counts; a column that is not listed has its canonical name.
        delivery: overrides the feed's own in vars.yml.
    """

    files: Annotated[str, AfterValidator(_checked_pattern)]
    names: dict[str, Annotated[str | tuple[str, ...], BeforeValidator(_one_or_several)]] = Field(
        default_factory=dict, alias="from"
    )
    delivery: Delivery | None = None


class TriggerFiles(_Declared):
    """Where trigger files lie."""

    file: Annotated[str, AfterValidator(_checked_pattern)]


class Sources(_Declared):
    """The whole file.

    Attributes:
        trigger: the trigger files that announce a batch; None when files are taken as they lie.
        dates: how `{date}` is written in file names.
        archive: whether landed files move to `<lake>/archive/<batch id>/`.
        feeds: the feeds that are delivered, by name.
    """

    trigger: Annotated[TriggerFiles | None, BeforeValidator(lambda given: None if given == "none" else given)] = None
    dates: Annotated[str, AfterValidator(_checked_dates)] = "%Y_%m_%d"
    archive: bool = True
    feeds: dict[str, FeedFiles]

    def pattern(self, feed: str) -> FilePattern:
        """The file pattern of a feed."""
        return FilePattern(self.feeds[feed].files, self.dates)

    @property
    def trigger_pattern(self) -> FilePattern | None:
        """The file pattern of the triggers, if there are any."""
        return FilePattern(self.trigger.file, self.dates) if self.trigger else None


def load_sources(path: Path) -> Sources:
    """Read and check a sources file.

    Raises:
        SourcesError: the file is missing or not YAML, a key is unknown or wrong, or a feed or a column is not in vars.yml.
    """
    content = read_yaml(path)
    defaults = content.pop("defaults", None) or {}
    _validated(FileOptions, defaults, path, ("defaults",))
    feeds = content.get("feeds")
    if isinstance(feeds, dict):
        content["feeds"] = {
            name: {**defaults, **feed} if isinstance(feed, dict) else feed for name, feed in feeds.items()
        }
    sources = _validated(Sources, content, path, ())
    _check_names(sources, path)
    return sources


def _validated(model: type[BaseModel], content: Any, path: Path, key: tuple[str, ...]) -> Any:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        location = (*key, *(str(part) for part in first["loc"] if part != "[key]"))
        raise SourcesError(f"{path}: {_complaint(first, location)}") from None


def _complaint(error: Any, location: tuple[str, ...]) -> str:
    key = ".".join(location)
    if error["type"] == "extra_forbidden":
        return f"'{key}' is not a key that can stand here{did_you_mean(location[-1], _known_keys(location[:-1]))}."
    if error["type"] == "missing":
        return f"'{key}' is missing."
    given = "nothing" if error["input"] is None else repr(error["input"])
    return f"'{key}' {_wrong(error, location)} (given: {given})."


def _wrong(error: Any, location: tuple[str, ...]) -> str:
    match error["type"], location:
        case "model_type" | "dict_type", ("trigger",):
            return "must be `none` or a mapping with `file`"
        case "model_type" | "dict_type", ("feeds", _):
            return "must be a mapping with at least `files`"
        case "literal_error", _:
            return f"must be {error['ctx']['expected']}"
        case type_, _:
            return MUST_BE.get(type_) or error["msg"].removeprefix("Value error, ")


def _known_keys(parent: tuple[str, ...]) -> list[str]:
    match parent:
        case ():
            models = [Sources]
        case ("trigger",):
            models = [TriggerFiles]
        case ("defaults",):
            models = [FileOptions]
        case _:
            models = [FeedFiles]
    return [field.alias or name for model in models for name, field in model.model_fields.items()] + ["defaults"] * (
        not parent
    )


def _check_names(sources: Sources, path: Path) -> None:
    declared = declared_feeds()
    if not sources.feeds:
        raise SourcesError(f"{path}: 'feeds' names no feed.", f"Known feeds: {', '.join(declared)}.")
    for name, files in sources.feeds.items():
        if name not in declared:
            raise SourcesError(f"{path}: 'feeds.{name}' is not a feed of vars.yml{did_you_mean(name, declared)}.")
        for column in files.names:
            if column not in declared[name].types:
                hint = did_you_mean(column, declared[name].columns)
                raise SourcesError(f"{path}: 'feeds.{name}.from.{column}' is not a column of {name}{hint}.")
        if files.header:
            try:
                map_columns(files.header, declared[name], files.names, files.delimiter)
            except UnreadableFileError as error:
                raise SourcesError(f"{path}: 'feeds.{name}.header': {error.message}.", error.hint) from None

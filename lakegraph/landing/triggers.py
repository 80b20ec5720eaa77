"""Trigger files: the JSON that announces a batch."""

import codecs
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from lakegraph.runtime.errors import LakegraphError

SETTLED_S = 1.0
# file systems take no longer ones, and fail when they are asked for one
LONGEST_NAME = 255
SAFE_ID = r"[A-Za-z0-9][A-Za-z0-9._-]*"


class TriggerError(LakegraphError):
    """A trigger file cannot be understood."""


class TriggerFileError(TriggerError):
    """A trigger file cannot even be read; what it says may be right."""


def _file_name(name: str) -> str:
    if not name or PurePosixPath(name).name != name or "\\" in name or "\0" in name:
        raise ValueError("must be a plain file name")
    if len(name.encode()) > LONGEST_NAME:
        raise ValueError(f"must be a file name of at most {LONGEST_NAME} bytes")
    return name


def _utc(moment: datetime) -> datetime:
    try:
        return (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None)
    except OverflowError:
        raise ValueError("lies outside the years 1 to 9999 in UTC") from None


def _asked(checks: Any) -> Any:
    return {str(check): True for check in checks if check is not None} if isinstance(checks, list) else checks or {}


# said of a check that nobody here knows: that it is not asked for
UNASKED = ("false", "no", "off", "f", "n", "0", "none", "disabled")
Flag = Annotated[bool, BeforeValidator(lambda given: False if given is None else given)]


class QualityChecks(BaseModel):
    """The checks that a trigger asks for.

    Attributes:
        file_count_validation: as many files as it expects must come.
        schema_validation: the columns of the feeds' last deliveries must be there.
        business_rules_validation: the batch checks, which every batch undergoes once it is in staging; where they are asked
            for, a batch that fails them is held back whatever the policy.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    file_count_validation: Flag = False
    schema_validation: Flag = False
    business_rules_validation: Flag = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of those that are asked for."""
        return tuple(name for name in type(self).model_fields if getattr(self, name))

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names of others that are asked for, which nothing here does."""
        others = self.model_extra.items()
        return tuple(name for name, asked in others if asked and str(asked).lower() not in UNASKED)


class Trigger(BaseModel):
    """What a trigger says; of its other keys only record counts matter (lakegraph.landing.announced).

    Attributes:
        trigger_id: the batch's id, such as batch_2025_01_15_001 or TRG_20250115_001.
        trigger_timestamp: when it was written, in UTC.
        batch_date: the day the batch stands for.
        client_name: who delivers.
        data_files_ready: whether all files are there.
        expected_files: the files that must be there.
        metadata: whatever else the sender says.
        data_quality_checks: the checks that the sender asks for.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    trigger_id: Annotated[str, Field(pattern=f"^{SAFE_ID}$", max_length=128)]
    trigger_timestamp: Annotated[datetime, AfterValidator(_utc)] | None = None
    batch_date: date
    client_name: str | None = None
    data_files_ready: bool
    expected_files: Annotated[
        tuple[Annotated[str, AfterValidator(_file_name)], ...], BeforeValidator(lambda given: given or ())
    ] = ()
    metadata: Any = None
    data_quality_checks: Annotated[QualityChecks, BeforeValidator(_asked)] = QualityChecks()


@dataclass(frozen=True)
class ReceivedTrigger:
    """A trigger and the file that holds it.

    Attributes:
        path: the file.
        path_in_drops: its path below the drops folder.
        content: what it says.
    """

    path: Path
    path_in_drops: str
    content: Trigger


def read_trigger(path: Path) -> Trigger:
    """Read and check a trigger file: UTF-8, or UTF-16 with a byte order mark.

    Raises:
        TriggerFileError: it cannot be read.
        TriggerError: it is not JSON, or lacks what landing needs.
    """
    try:
        return Trigger.model_validate_json(_text(path.read_bytes()))
    except OSError as error:
        raise TriggerFileError(f"{path.name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        reason = "it is neither UTF-8 nor UTF-16 with a byte order mark"
        raise TriggerError(f"{path.name} is not a valid trigger: {reason}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = f"'{'.'.join(str(part) for part in first['loc'])}': " if first["loc"] else ""
        raise TriggerError(f"{path.name} is not a valid trigger: {where}{_wrong(first)}.") from None


def _text(content: bytes) -> str:
    # what Windows writes begins with a mark that says how
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if is_utf16 else "utf-8-sig")


def read_settled_trigger(path: Path, look: Callable[[Path], None] = lambda path: None) -> Trigger:
    """Read and check a trigger file; one that was written just now gets the time to be written to its end.

    Args:
        path: the file.
        look: called with it before each time that it is read.

    Raises:
        TriggerFileError: it cannot be read.
        TriggerError: it is not JSON, or lacks what landing needs, and has not changed for a second.
    """
    while True:
        look(path)
        try:
            return read_trigger(path)
        except TriggerFileError:
            raise
        except TriggerError:
            age = time.time() - _modified(path)
            if not 0 <= age < SETTLED_S:
                raise
            time.sleep(SETTLED_S - age)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # taken away meanwhile
        return 0.0


def _wrong(error) -> str:
    if error["type"] == "missing":
        return "is missing"
    if error["loc"] == ("trigger_id",) and error["type"] == "string_pattern_mismatch":
        return f"{error['input']!r} may hold letters, digits, dots, hyphens and underscores only"
    return error["msg"].removeprefix("Value error, ")

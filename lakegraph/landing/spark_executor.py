"""Lands files by tasks of Spark, one a file: each calls the function that a laptop's threads call.

The files, the lake and this package must be there on every machine of the cluster, the first two under the same paths. The
driver keeps what is known of a file, never what is in it. A task may be run twice, also at once: what it writes gets its name
when it is whole, and is the same each time.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lakegraph.landing.drops import (
    DropFileError,
    Fingerprint,
    MissingColumns,
    MissingColumnsFileError,
    fingerprint,
)
from lakegraph.landing.executor import Executor
from lakegraph.landing.land_file import FileToLand, land_file
from lakegraph.landing.parquet import remove_partial
from lakegraph.landing.rejects import RejectedRecords, RejectsFile
from lakegraph.landing.result import LandedFile
from lakegraph.landing.workers import Workers
from lakegraph.runtime.errors import LakegraphError

if TYPE_CHECKING:
    import pyarrow as pa
    from pydantic import TypeAdapter
    from pyspark.sql import SparkSession

# A task has one core; its own thread reads and writes while this one parses and hashes.
WORKERS = 1

Item = TypeVar("Item")


class SparkLandingError(LakegraphError):
    """Spark did not get through the files of a batch."""


@dataclass(frozen=True)
class Refusal:
    """Why a file cannot be landed: a DropFileError on its way to the driver."""

    message: str
    hint: str | None
    missing: MissingColumns | None = None

    def error(self) -> DropFileError:
        """The error that it was."""
        if self.missing:
            return MissingColumnsFileError(self.message, self.hint, self.missing)
        return DropFileError(self.message, self.hint)


class SparkExecutor(Executor):
    """The tasks of a Spark session.

    Args:
        spark: the session.
    """

    def __init__(self, spark: "SparkSession"):
        self._spark = spark

    def fingerprints(self, paths: Sequence[Path]) -> Mapping[Path, Fingerprint]:
        found = self._map(_look, [path.absolute() for path in paths], _adapter(Fingerprint | None))
        return {path: seen for path, seen in zip(paths, found, strict=True) if seen}

    def land(self, files: Sequence[FileToLand], rejects: RejectsFile) -> tuple[LandedFile, ...]:
        rejects = replace(rejects, path=rejects.path.absolute())
        tasks = [(_absolute(given), rejects.piece(number)) for number, given in enumerate(files)]
        outcomes = self._map(_land, tasks, _adapter(LandedFile | Refusal))
        for outcome in outcomes:
            if isinstance(outcome, Refusal):
                raise outcome.error()
        pieces = [number for number, landed in enumerate(outcomes) if landed.records_rejected]
        if pieces:
            self._map(_join, [(rejects, pieces)], _adapter(None))
        rejects.remove_pieces()
        for given in files:
            remove_partial(given.target)
        return tuple(outcomes)

    def _map(self, function: Callable[[Item], object], items: Sequence[Item], adapter: "TypeAdapter") -> list:
        """The function's results, each found out by a task of its own, in the order of the items."""
        if not items:
            return []
        with self._interrupted_on_error():
            numbers = self._spark.range(0, len(items), 1, len(items))
            rows = numbers.mapInArrow(_task(function, items, adapter), "number bigint, result string").collect()
        return [adapter.validate_json(row.result) for row in sorted(rows, key=lambda row: row.number)]

    @contextmanager
    def _interrupted_on_error(self) -> Iterator[None]:
        """Let no task go on when the driver does not wait for it any more."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        tag = f"lakegraph-land-{uuid.uuid4().hex}"
        self._spark.addTag(tag)
        try:
            yield
        except (PySparkException, Py4JError) as error:
            raise SparkLandingError(
                f"Spark could not land the files of a batch: {_reason(error)}.", "Land again."
            ) from error
        except BaseException:
            self._spark.interruptTag(tag)
            raise
        finally:
            self._spark.removeTag(tag)


def _adapter(type_: object) -> "TypeAdapter":
    from pydantic import TypeAdapter

    return TypeAdapter(type_)


def _absolute(given: FileToLand) -> FileToLand:
    # a task's working directory is not the driver's
    return replace(given, file=replace(given.file, path=given.file.path.absolute()), folder=given.folder.absolute())


def _task(
    function: Callable[[Item], object], items: Sequence[Item], adapter: "TypeAdapter"
) -> "Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]":
    def of_numbers(batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        import pyarrow as pa

        for batch in batches:
            for number in batch.column(0).to_pylist():
                result = adapter.dump_json(function(items[number])).decode()
                yield pa.RecordBatch.from_pylist([{"number": number, "result": result}])

    return of_numbers


def _look(path: Path) -> Fingerprint | None:
    try:
        return fingerprint(path)
    except DropFileError:
        return None


def _land(task: tuple[FileToLand, RejectsFile]) -> LandedFile | Refusal:
    given, piece = task
    try:
        with RejectedRecords(piece) as rejected, Workers(WORKERS) as workers:
            return land_file(given, rejected, workers)
    except MissingColumnsFileError as error:
        return Refusal(error.message, error.hint, error.missing)
    except DropFileError as error:
        return Refusal(error.message, error.hint)


def _join(task: tuple[RejectsFile, list[int]]) -> None:
    rejects, numbers = task
    rejects.join(numbers)


def _reason(error: Exception) -> str:
    """The last line of a task's trace, which says what went wrong; Spark's own trace follows it."""
    own = str(error).split("\n\tat ")[0].strip().splitlines()
    return (own or [type(error).__name__])[-1].strip().removesuffix(".")

"""Lands files in this process, by its threads."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lakegraph.landing.drops import Fingerprint
from lakegraph.landing.executor import Executor
from lakegraph.landing.land_file import FileToLand, land_file
from lakegraph.landing.rejects import RejectedRecords, RejectsFile
from lakegraph.landing.result import LandedFile
from lakegraph.landing.workers import Workers

# A file is read and written by one thread and parsed and hashed by others; two files keep two cores busy.
WORKERS, FILES_AT_ONCE = 2, 2


class LocalExecutor(Executor):
    """The threads of this process; files are hashed when somebody asks what they hold."""

    def fingerprints(self, paths: Sequence[Path]) -> Mapping[Path, Fingerprint]:
        return {}

    def land(self, files: Sequence[FileToLand], rejects: RejectsFile) -> tuple[LandedFile, ...]:
        with (
            RejectedRecords(rejects) as rejected,
            Workers(WORKERS) as workers,
            ThreadPoolExecutor(FILES_AT_ONCE) as pool,
        ):
            return tuple(pool.map(lambda given: land_file(given, rejected, workers), files))

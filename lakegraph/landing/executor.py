"""What reads and writes the files of a batch: this process, or tasks of Spark. Both call `land_file`."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

from lakegraph.landing.drops import Fingerprint
from lakegraph.landing.land_file import FileToLand
from lakegraph.landing.rejects import RejectsFile
from lakegraph.landing.result import LandedFile


class Executor(ABC):
    """Looks at files and lands them."""

    @abstractmethod
    def fingerprints(self, paths: Sequence[Path]) -> Mapping[Path, Fingerprint]:
        """What files hold, where it is worth finding out for many at once; whoever needs another's finds it out alone.

        Args:
            paths: the files. One that cannot be read is left out.
        """

    @abstractmethod
    def land(self, files: Sequence[FileToLand], rejects: RejectsFile) -> tuple[LandedFile, ...]:
        """Land the files of a batch.

        Args:
            files: the files.
            rejects: where their rejected records go; there is no such file when there are none.

        Returns:
            What became of each, in the order of the files.

        Raises:
            MissingColumnsFileError: one lacks a column that must be there.
            DropFileError: one cannot be landed for another reason. Others may have been, and the caller removes what is there.
        """

"""Files that landing refuses for good leave the drops folder for `<lake>/kept_aside/`, so that they stop nobody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from lakegraph.landing.archive import move_file
from lakegraph.landing.drops import DropFileError, Fingerprints
from lakegraph.runtime import ops
from lakegraph.runtime.settings import Settings

TABLE, FOLDER = "kept_aside", "kept_aside"
DIGITS = 8


@dataclass(frozen=True)
class Refused:
    """Files that are kept aside.

    Attributes:
        batch_id: their batch; None for a trigger that cannot be read.
        reason: why they are refused.
        paths: where they lie.
    """

    batch_id: str | None
    reason: str
    paths: Sequence[Path]


class KeptAside:
    """The operational table of what was kept aside, and the folder.

    The row is written before a file moves, without the place where it lies then, and again when it has moved: so a landing
    that was killed between the two is completed by the next.

    Args:
        settings: where lake and drops lie.
        prints: what the files hold.
        move: whether files move; otherwise they stay and are told at every landing.
    """

    def __init__(self, settings: Settings, prints: Fingerprints, move: bool):
        self._settings, self._prints, self._move = settings, prints, move
        self.folder = settings.lake / FOLDER

    def place(self, refused: Refused) -> Path | None:
        """Where files that are kept lie then: a folder for a batch, a file for a trigger; None when they stay."""
        return self.folder / self._name(refused) if self._move else None

    def keep(self, refused: Refused) -> None:
        """Record some files, once, and move them.

        Raises:
            DropFileError: one cannot be moved.
        """
        name = self._name(refused)
        row_file = ops.ops_file(self._settings.ops, TABLE, name)
        if self._move or not row_file.exists():
            ops.append(self._settings.ops, TABLE, name, [self._row(refused, path) for path in refused.paths])
        if self._move:
            self._finish(name, {self._below(path): path for path in refused.paths})

    def finish(self, paths: Iterable[Path]) -> list[tuple[str, str]]:
        """Complete what an interrupted landing began, and what lies in the drops folder since files were to stay.

        Args:
            paths: the triggers and feeds' files in the drops folder.

        Returns:
            Batch or file, and reason, of what was completed.
        """
        if not self._move:
            return []
        by_name = {self._below(path): path for path in paths}
        done = []
        for file in sorted((self._settings.ops / TABLE).glob("*.parquet")):
            rows = ops.read_file(file, TABLE)
            if any(row["kept_in"] is None for row in rows) and self._finish(ops.name_of(file), by_name):
                done.append((rows[0]["batch_id"] or Path(rows[0]["source_file"]).name, rows[0]["reason"]))
        return done

    def triggers(self) -> dict[str, datetime]:
        """The triggers that could not be read so far, as paths below the drops folder, and when one was last kept from there."""
        kept = [row for row in ops.read(self._settings.ops, TABLE) if row["batch_id"] is None]
        return {row["source_file"]: row["kept_at"] for row in sorted(kept, key=lambda row: row["kept_at"])}

    def _finish(self, name: str, by_name: dict[str, Path]) -> bool:
        """Move what still lies in the drops folder with the recorded content; whether anything is new of it."""
        rows = ops.read_file(ops.ops_file(self._settings.ops, TABLE, name), TABLE)
        moved = False
        for row in (row for row in rows if row["kept_in"] is None):
            place = Path(FOLDER, name) if row["batch_id"] is None else Path(FOLDER, name, Path(row["source_file"]).name)
            target, path = self._settings.lake / place, by_name.get(row["source_file"])
            if path and path.exists() and self._holds(path, row["file_hash"]):
                self._move_to(path, target)
            if target.exists():
                row["kept_in"], moved = place.as_posix(), True
        if moved:
            ops.append(self._settings.ops, TABLE, name, rows)
        return moved

    def _holds(self, path: Path, file_hash: str) -> bool:
        seen = self._prints[path]
        return seen.sha256 == file_hash and seen.still_fits(path)

    @staticmethod
    def _move_to(path: Path, target: Path) -> None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            move_file(path, target)
            ops.sync_folder(target.parent)
        except OSError as error:
            raise DropFileError(
                f"{path} is refused, but cannot be moved to {target}: {error.strerror}.",
                "Set 'archive: false' in the sources file where files must stay.",
            ) from error

    def _row(self, refused: Refused, path: Path) -> dict:
        return {
            "batch_id": refused.batch_id,
            "source_file": self._below(path),
            "reason": refused.reason,
            "file_hash": self._prints[path].sha256,
            "kept_at": datetime.now(UTC).replace(tzinfo=None),
        }

    def _below(self, path: Path) -> str:
        return path.relative_to(self._settings.drops).as_posix()

    def _name(self, refused: Refused) -> str:
        lines = sorted(f"{self._below(path)}\t{self._prints[path].sha256}" for path in refused.paths)
        content = sha256("\n".join(lines).encode()).hexdigest()[:DIGITS]
        return f"{refused.batch_id or refused.paths[0].name}.{content}"

"""`lakegraph land`: takes in every batch that is complete, in order."""

from collections.abc import Iterable
from pathlib import Path

from lakegraph.landing.archive import archive_files, unfinished_archives
from lakegraph.landing.candidates import (
    Candidate,
    dated_candidates,
    expected_paths,
    hidden_files,
    triggered_candidates,
    unclaimed_files,
)
from lakegraph.landing.drop_contract import DropContract
from lakegraph.landing.drops import DropFile, DropFileError, Fingerprints, find_drop_files, find_unmatched
from lakegraph.landing.executor import Executor
from lakegraph.landing.history import VisibleBatch, visible_batches
from lakegraph.landing.kept_aside import KeptAside, Refused
from lakegraph.landing.land_batch import land_batch
from lakegraph.landing.local_executor import LocalExecutor
from lakegraph.landing.lock import landing_lock
from lakegraph.landing.result import LandingResult, LeftBehind
from lakegraph.landing.sources import Sources, load_sources
from lakegraph.runtime.expectations import Expectations, import_ahead
from lakegraph.runtime.processing_log import GONE, last_found, log_found, logged_step, new_run_id
from lakegraph.runtime.settings import Settings


def land(settings: Settings, sources_path: Path | None = None, executor: Executor | None = None) -> LandingResult:
    """Land the batches that wait in the drops folder, oldest first.

    A batch that cannot be landed stops those after it, so that batches become visible in order. One that is visible already is
    recognised: the same content is passed over, other content is refused and kept aside, and neither stops those after it;
    nor does a trigger that cannot be read. Every step and what became of every batch goes to the processing log.

    Args:
        settings: where the drops, the lake and the sources file are.
        sources_path: another sources file.
        executor: what reads and writes the files; by default this process.

    Raises:
        ConfigurationError: the sources file or the drops folder will not do.
        LakeBusyError: another process is landing into this lake.
        DropFileError: a file cannot be read or archived.
    """
    sources = load_sources(sources_path or settings.sources)
    with landing_lock(settings.lake):
        return _Landing(settings, sources, executor or LocalExecutor()).run()


class _Landing:
    """One landing: what is known of the lake and of the drops, and what was done so far."""

    def __init__(self, settings: Settings, sources: Sources, executor: Executor):
        self.settings = settings
        self.sources = sources
        self.executor = executor
        self.archive = settings.lake / "archive"
        self.run_id = new_run_id()
        self.visible = visible_batches(settings.ops)
        self.prints = Fingerprints()
        self.aside = KeptAside(settings, self.prints, move=sources.archive)
        self.expectations = Expectations(settings.lake, "drop", self.run_id)
        self.contract = DropContract(self.expectations, self.visible)
        self.result = LandingResult()

    def run(self) -> LandingResult:
        """Take the candidates in batch order; the first that is left behind stops the others."""
        stopped_by = ""
        candidates = self._candidates()
        for candidate in candidates:
            batch_id = candidate.batch_id
            if candidate.unreadable:
                self._keep_aside(candidate, candidate.fault)
            elif batch_id in self.visible:
                self._recognise(candidate)
            elif stopped_by:
                self._wait(batch_id, f"comes after {stopped_by}, which is left behind", batch_id)
            elif candidate.waits_for:
                self._wait(batch_id, candidate.waits_for, batch_id)
                stopped_by = batch_id
            elif candidate.fault:
                self._refuse(batch_id, candidate.fault, batch_id)
                stopped_by = batch_id
            elif fault := self._land(candidate):
                self.result.refused.append(LeftBehind(batch_id, fault))
                stopped_by = batch_id
        self._end_findings({candidate.batch_id for candidate in candidates})
        self.expectations.build_data_docs()
        return self.result

    def _candidates(self) -> list[Candidate]:
        files = find_drop_files(self.settings.drops, self.sources)
        unmatched = find_unmatched(self.settings.drops, self.sources)
        self.prints.update(self.executor.fingerprints([file.path for file in files if not file.is_hidden]))
        pattern = self.sources.trigger_pattern
        if self.sources.archive:
            self._finish_moves(files, pattern.files(self.settings.drops) if pattern else [])
            files = [file for file in files if file.path.exists()]
        if pattern is None:
            self.result.unmatched.extend(unmatched)
            self.result.unclaimed.extend(hidden_files(files))
            return dated_candidates([file for file in files if not file.is_hidden], self.prints, self.visible)
        candidates = triggered_candidates(
            self.settings.drops, self.sources, files, self.prints, self.visible, self.aside.triggers()
        )
        self.result.unclaimed.extend(unclaimed_files(candidates, files))
        self.result.expected.update(
            path for candidate in candidates if candidate.batch_id not in self.visible for path in candidate.missing
        )
        expected = set(expected_paths(candidates))
        self.result.unmatched.extend(name for name in unmatched if self.settings.drops / name not in expected)
        return candidates

    def _finish_moves(self, files: list[DropFile], triggers: Iterable[Path]) -> None:
        """Complete what an interrupted landing began to move, and tell what it could not tell."""
        for name, reason in self.aside.finish([*(file.path for file in files), *triggers]):
            self.result.refused.append(LeftBehind(name, f"{reason}. It is kept aside in {self.aside.folder}"))
        files = [file for file in files if file.path.exists()]
        for batch_id, left in unfinished_archives(
            self.archive, files, list(self.visible.values())[-1:], self.prints
        ).items():
            self._archive(batch_id, left)

    def _land(self, candidate: Candidate) -> str | None:
        """Land a candidate and archive its files; says why not when it cannot be landed."""
        if not self.result.batches:
            import_ahead()
        with logged_step(self.settings.ops, self.run_id, "land", candidate.batch_id) as entry:
            try:
                landed = land_batch(candidate, self.prints, self.sources, self.settings, self.contract, self.executor)
            except DropFileError as error:
                entry.status, entry.error = "refused", str(error)
                return str(error)
            entry.records_read = landed.records_read
            entry.records_valid, entry.records_quarantined = landed.records_landed, landed.records_rejected
        self.result.batches.append(landed)
        self.visible[candidate.batch_id] = VisibleBatch.of(landed, candidate.trigger)
        self._put_away(candidate)
        return None

    def _recognise(self, candidate: Candidate) -> None:
        """Pass over a visible batch that comes again, unless something of it has other content."""
        if differences := self._differences(candidate):
            reason = f"is visible already, but {' and '.join(differences)}"
            self._keep_aside(candidate, f"{reason}. Deliver a correction as a batch with an id of its own")
        else:
            self.result.repeated.append(candidate.batch_id)
            self._put_away(candidate)

    def _differences(self, candidate: Candidate) -> list[str]:
        known = self.visible[candidate.batch_id]
        hashes = known.hashes
        changed = [file.name for file in candidate.files if self.prints[file.path].sha256 != hashes.get(file.name)]
        found = [f"{', '.join(changed)} {'differs' if len(changed) == 1 else 'differ'} from what was landed"] * bool(
            changed
        )
        if received := candidate.trigger:
            trigger, name = received.content, received.path.name
            if trigger.batch_date != known.batch_date:
                found.append(f"{name} says the date {trigger.batch_date} instead of {known.batch_date}")
            if known.expected_files not in (None, frozenset(trigger.expected_files)):
                found.append(f"{name} expects other files")
        return found

    def _end_findings(self, met: set[str]) -> None:
        """Log of the batches that waited or were refused that they are gone; one corrected may have another id now."""
        for row in last_found(self.settings.ops, "land"):
            if row["batch_id"] not in met and row["batch_id"] not in self.visible:
                reason = "it is no more in the drops folder"
                log_found(self.settings.ops, self.run_id, "land", row["batch_id"], GONE, reason)

    def _keep_aside(self, candidate: Candidate, reason: str) -> None:
        trigger = candidate.unreadable or (candidate.trigger and candidate.trigger.path)
        batch_id = None if candidate.unreadable else candidate.batch_id
        paths = [path for path in (*(file.path for file in candidate.files), trigger) if path and path.exists()]
        if replaced := [path.name for path in paths if not self.prints[path].still_fits(path)]:
            self._wait(
                candidate.batch_id, f"{', '.join(replaced)} changed meanwhile; the next landing looks again", batch_id
            )
            return
        refused = Refused(batch_id, reason.removesuffix("."), paths)
        place = self.aside.place(refused)
        # logged first: once all has moved, no later landing would find it again
        told = f"{refused.reason}. It is kept aside as {place}" if place else refused.reason
        self._refuse(candidate.batch_id, told, batch_id)
        self.aside.keep(refused)

    def _wait(self, name: str, reason: str, batch_id: str | None) -> None:
        self.result.waiting.append(LeftBehind(name, reason))
        log_found(self.settings.ops, self.run_id, "land", batch_id, "waiting", reason)

    def _refuse(self, name: str, reason: str, batch_id: str | None) -> None:
        self.result.refused.append(LeftBehind(name, reason))
        log_found(self.settings.ops, self.run_id, "land", batch_id, "refused", reason)

    def _put_away(self, candidate: Candidate) -> None:
        if self.sources.archive:
            trigger = [candidate.trigger.path] if candidate.trigger else []
            self._archive(candidate.batch_id, [*(file.path for file in candidate.files), *trigger])

    def _archive(self, batch_id: str, paths: list[Path]) -> None:
        if paths := [path for path in paths if path.exists()]:
            with logged_step(self.settings.ops, self.run_id, "archive", batch_id) as entry:
                replaced = archive_files(self.archive, batch_id, paths, self.prints)
                entry.files_archived = len(paths) - len(replaced)
            self.result.unclaimed.extend(f"{path.name} (replaced since {batch_id} was read)" for path in replaced)

"""`lakegraph land`: takes in every batch that is complete, in order."""

from pathlib import Path

from lakegraph.landing.archive import archive_files, finish_archives
from lakegraph.landing.candidates import (
    Candidate,
    dated_candidates,
    expected_paths,
    triggered_candidates,
    unclaimed_files,
)
from lakegraph.landing.drops import DropFileError, Fingerprints, content_hash, find_drop_files, find_unmatched
from lakegraph.landing.history import VisibleBatch, visible_batches
from lakegraph.landing.land_batch import land_batch
from lakegraph.landing.lock import landing_lock
from lakegraph.landing.result import LandingResult, LeftBehind
from lakegraph.landing.sources import Sources, load_sources
from lakegraph.runtime.settings import Settings


def land(settings: Settings, sources_path: Path | None = None) -> LandingResult:
    """Land the batches that wait in the drops folder, oldest first.

    A batch that cannot be landed stops those after it, so that batches become visible in order. One that is visible already is
    recognised: the same content is passed over, other content is refused, and neither stops those after it.

    Args:
        settings: where the drops, the lake and the sources file are.
        sources_path: another sources file.

    Raises:
        ConfigurationError: the sources file or the drops folder will not do.
        LakeBusyError: another process is landing into this lake.
        DropFileError: a file cannot be read or archived.
    """
    sources = load_sources(sources_path or settings.sources)
    with landing_lock(settings.lake):
        return _Landing(settings, sources).run()


class _Landing:
    """One landing: what is known of the lake and of the drops, and what was done so far."""

    def __init__(self, settings: Settings, sources: Sources):
        self.settings = settings
        self.sources = sources
        self.archive = settings.lake / "archive"
        self.visible = visible_batches(settings.ops)
        self.prints = Fingerprints()
        self.result = LandingResult()

    def run(self) -> LandingResult:
        """Take the candidates in batch order; the first that is left behind stops the others."""
        stopped_by = ""
        for candidate in self._candidates():
            batch_id = candidate.batch_id
            if batch_id in self.visible:
                self._recognise(candidate)
            elif stopped_by:
                self.result.waiting.append(LeftBehind(batch_id, f"comes after {stopped_by}, which is left behind"))
            elif candidate.waits_for:
                self.result.waiting.append(LeftBehind(batch_id, candidate.waits_for))
                stopped_by = batch_id
            elif fault := candidate.fault or self._land(candidate):
                self.result.refused.append(LeftBehind(batch_id, fault))
                stopped_by = batch_id
        return self.result

    def _candidates(self) -> list[Candidate]:
        files = find_drop_files(self.settings.drops, self.sources)
        unmatched = find_unmatched(self.settings.drops, self.sources)
        if self.sources.archive:
            finish_archives(self.archive, files, self.visible.values(), self.prints)
            files = [file for file in files if file.path.exists()]
        if self.sources.trigger is None:
            self.result.unmatched.extend(unmatched)
            return dated_candidates(files, self.prints, self.visible)
        candidates = triggered_candidates(self.settings.drops, self.sources, files, self.prints, self.visible)
        self.result.unclaimed.extend(unclaimed_files(candidates, files))
        expected = set(expected_paths(candidates))
        self.result.unmatched.extend(name for name in unmatched if self.settings.drops / name not in expected)
        return candidates

    def _land(self, candidate: Candidate) -> str | None:
        """Land a candidate and archive its files; says why not when it cannot be landed."""
        try:
            landed = land_batch(candidate, self.prints, self.sources, self.settings)
        except DropFileError as error:
            return str(error)
        self.result.batches.append(landed)
        content = content_hash((file.feed, file.source_file, file.file_hash) for file in landed.files)
        hashes = {file.source_file: file.file_hash for file in landed.files}
        self.visible[candidate.batch_id] = VisibleBatch(candidate.batch_id, content, hashes)
        self._archive(candidate)
        return None

    def _recognise(self, candidate: Candidate) -> None:
        """Pass over a visible batch whose files lie there again, unless one of them has other content."""
        hashes = self.visible[candidate.batch_id].hashes
        changed = [file.name for file in candidate.files if self.prints[file.path].sha256 != hashes.get(file.name)]
        if changed:
            reason = f"is visible already, but {', '.join(changed)} differ from what was landed"
            hint = "Deliver a correction as a batch with an id of its own."
            self.result.refused.append(LeftBehind(candidate.batch_id, f"{reason}. {hint}"))
        else:
            self.result.repeated.append(candidate.batch_id)
            self._archive(candidate)

    def _archive(self, candidate: Candidate) -> None:
        if self.sources.archive:
            trigger = [candidate.trigger.path] if candidate.trigger else []
            archive_files(self.archive, candidate.batch_id, [*(file.path for file in candidate.files), *trigger])

"""The batches that the drops folder offers."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from lakegraph.landing.claims import Claim, UnreadableTriggers, settle_claims
from lakegraph.landing.drops import DropFile, Fingerprints, alike, content_hash, require_one_owner
from lakegraph.landing.history import VisibleBatch
from lakegraph.landing.sources import Sources
from lakegraph.landing.triggers import ReceivedTrigger, TriggerError, TriggerFileError, read_settled_trigger


@dataclass(frozen=True)
class Candidate:
    """A batch that may be landed.

    Attributes:
        batch_id: its id; for a trigger that cannot be read, its path below the drops folder.
        batch_date: the day it stands for.
        files: its files.
        trigger: the trigger that announces it, if any.
        waits_for: what must happen before it can be landed.
        fault: why it cannot be landed as it is.
        unreadable: the trigger file, if it cannot be understood; it announces no batch then.
        unowned: the names of files that its trigger expects and that are there, but belong to no feed.
        missing: where the files lie that its trigger expects, once they have come; a feed's file may come elsewhere too.
    """

    batch_id: str
    batch_date: date
    files: tuple[DropFile, ...]
    trigger: ReceivedTrigger | None = None
    waits_for: str | None = None
    fault: str | None = None
    unreadable: Path | None = None
    unowned: tuple[str, ...] = ()
    missing: tuple[Path, ...] = ()

    @property
    def delivered_names(self) -> set[str]:
        """The names of all files that came with it."""
        return {file.name for file in self.files} | set(self.unowned)


def triggered_candidates(
    drops: Path,
    sources: Sources,
    files: list[DropFile],
    prints: Fingerprints,
    visible: Mapping[str, VisibleBatch],
    kept_triggers: Mapping[str, datetime] = MappingProxyType({}),
) -> list[Candidate]:
    """A candidate per trigger file, in batch order: of a day's triggers, those that cannot be read come first, and then that
    which was written first, for what is landed last has the last word.

    Nobody knows which of the day's files those meant, so another trigger of their day takes only what it lists, until one
    of the same name has been landed after it.

    Args:
        drops: the drops folder.
        sources: how files become feeds; it names trigger files.
        files: the feeds' files in the folder; of hidden ones, only those that a trigger names count.
        prints: what each of them holds; that of the triggers is added.
        visible: the batches landed so far.
        kept_triggers: triggers that could not be read and were kept aside, as paths below the drops folder, and when.
    """
    pattern = sources.trigger_pattern
    candidates, triggers = [], []
    unreadable = UnreadableTriggers()
    for name, kept_at in kept_triggers.items():
        day = pattern.date_in(name)
        since = (batch for batch in visible.values() if batch.landed_at > kept_at)
        if not any(_came_as(name, day, batch) for batch in since):
            unreadable[day].add(drops / name)
    for path in pattern.files(drops):
        below = path.relative_to(drops).as_posix()
        if pattern.hides(below):
            continue
        try:
            triggers.append(ReceivedTrigger(path, below, read_settled_trigger(path, prints.look_again)))
        except TriggerError as error:
            day = pattern.date_in(below)
            unreadable[day].add(path)
            unreadable_file = None if isinstance(error, TriggerFileError) else path
            candidates.append(Candidate(below, day or date.min, (), fault=error.message, unreadable=unreadable_file))
    files = _named_or_plain(files, {name for received in triggers for name in received.content.expected_files})
    owned = {file.path for file in files}
    candidates += [_announced(claim, owned) for claim in settle_claims(triggers, files, visible, prints, unreadable)]
    return sorted(candidates, key=_turn)


def _named_or_plain(files: list[DropFile], named: set[str]) -> list[DropFile]:
    """The files without those that are called like no delivery, unless a trigger names them.

    A feed whose pattern is written so has its files to itself, whatever other pattern takes them.

    Raises:
        SourcesError: a hidden file that is named fits the patterns of two feeds.
    """
    plain = [file for file in files if not file.is_hidden]
    owned = {file.path for file in plain}
    hidden = [file for file in files if file.is_hidden and file.name in named and file.path not in owned]
    require_one_owner(hidden)
    return [*plain, *hidden]


def _turn(candidate: Candidate) -> tuple[date, bool, datetime, str]:
    written_at = candidate.trigger.content.trigger_timestamp if candidate.trigger else None
    return candidate.batch_date, candidate.trigger is not None, written_at or datetime.min, candidate.batch_id


def _came_as(name: str, day: date | None, batch: VisibleBatch) -> bool:
    """Whether a batch's trigger lay where one that could not be read had lain, so that it is its corrected version."""
    if batch.trigger_file == name:
        return True
    # older batches have its name alone, which may be every day's
    return batch.trigger_file == PurePosixPath(name).name and day in (None, batch.batch_date)


def _announced(claim: Claim, owned: set[Path]) -> Candidate:
    received, own = claim.received, claim.files
    trigger = received.content
    missing = [name for name in trigger.expected_files if not (received.path.parent / name).is_file()]
    missing = [name for name in missing if name not in {file.name for file in own}]
    waits_for = None
    if not trigger.data_files_ready:
        waits_for = f"{received.path.name} says that its files are not ready (data_files_ready is false)"
    elif missing:
        waits_for = (
            f"{', '.join(missing)}, expected by {received.path.name}, {'is' if len(missing) == 1 else 'are'} missing"
        )
    beside = [received.path.parent / name for name in trigger.expected_files]
    unowned = tuple(path.name for path in beside if path not in owned and path.is_file())
    return Candidate(
        trigger.trigger_id,
        trigger.batch_date,
        own,
        received,
        waits_for,
        claim.dispute or _fault(own),
        unowned=unowned,
        missing=tuple(received.path.parent / name for name in missing),
    )


def expected_paths(candidates: list[Candidate]) -> list[Path]:
    """Where the files that triggers expect lie when no feed's pattern says otherwise: beside their trigger."""
    triggers = [candidate.trigger for candidate in candidates if candidate.trigger]
    paths = [trigger.path.parent / name for trigger in triggers for name in trigger.content.expected_files]
    return list(dict.fromkeys(paths))


def unclaimed_files(candidates: list[Candidate], files: list[DropFile]) -> list[str]:
    """The files that are left alone, each with its reason: feeds' files without a trigger, expected ones without a feed."""
    claimed = {file.path for candidate in candidates for file in candidate.files}
    left = [file for file in files if file.path not in claimed]
    unannounced = [f"{file.name} (no trigger announces it)" for file in left if not file.is_hidden]
    unannounced += hidden_files(left)
    owned = {file.name for file in files}
    unowned = [path.name for path in expected_paths(candidates) if path.name not in owned and path.is_file()]
    return unannounced + [f"{name} (no feed takes it)" for name in unowned]


def hidden_files(files: list[DropFile]) -> list[str]:
    """Those of some files that are left alone for their names, with that reason."""
    return [f"{file.path_in_drops} (called like a hidden or unfinished file)" for file in files if file.is_hidden]


def dated_candidates(files: list[DropFile], prints: Fingerprints, visible: dict[str, VisibleBatch]) -> list[Candidate]:
    """A candidate per date in the files' names, and one of the files without a date, in batch order.

    Args:
        files: the feeds' files in the drops folder.
        prints: what each of them holds.
        visible: the batches landed so far.
    """
    groups: dict[date | None, list[DropFile]] = defaultdict(list)
    for file in files:
        groups[file.date].append(file)
    candidates = [_gathered(day, tuple(group), prints, visible) for day, group in groups.items()]
    return sorted(candidates, key=lambda candidate: (candidate.batch_date, candidate.batch_id))


def _gathered(
    day: date | None, files: tuple[DropFile, ...], prints: Fingerprints, visible: dict[str, VisibleBatch]
) -> Candidate:
    batch_date = day or max(_day(prints[file.path].modified) for file in files)
    content = content_hash((file.feed, file.name, prints[file.path].sha256) for file in files)
    # the place keeps the ids apart when content comes back
    place = 1 + sum(batch.batch_date == batch_date for batch in visible.values())
    batch_id = _known_id(content, day, files, visible) or f"files_{batch_date:%Y_%m_%d}_{place:04}_{content[:8]}"
    return Candidate(batch_id, batch_date, files, fault=_fault(files))


def _known_id(
    content: str, day: date | None, files: tuple[DropFile, ...], visible: dict[str, VisibleBatch]
) -> str | None:
    """The batch that last delivered files of these names, if it delivered this content; a dated one, of the same day."""
    names = {file.name for file in files}
    of_the_day = (batch for batch in reversed(visible.values()) if day in (None, batch.batch_date))
    last = next((batch for batch in of_the_day if names & batch.hashes.keys()), None)
    return last.batch_id if last and last.content_hash == content else None


def _day(nanoseconds: int) -> date:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC).date()


def _fault(files: tuple[DropFile, ...]) -> str | None:
    if not files:
        return "none of its files belongs to a feed of the sources file"
    names = " and ".join(file.path_in_drops for file in alike(files))
    return f"{names} are called alike, their suffix apart; give each a name of its own" if names else None

"""Which trigger takes which files."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lakegraph.landing.drops import DropFile, Fingerprints
from lakegraph.landing.history import VisibleBatch
from lakegraph.landing.triggers import ReceivedTrigger


class UnreadableTriggers(defaultdict[date | None, set[Path]]):
    """A day to its triggers that could not be read."""

    def __init__(self):
        super().__init__(set)

    def beside(self, received: ReceivedTrigger) -> list[str]:
        """Those of a trigger's day that it is not the corrected version of."""
        return sorted(path.name for path in self.get(received.content.batch_date, set()) - {received.path})


@dataclass(frozen=True)
class Claim:
    """What a trigger takes.

    Attributes:
        received: the trigger.
        files: its files.
        dispute: why it cannot have some of them: the trigger of another batch takes them too, or may have meant them.
    """

    received: ReceivedTrigger
    files: tuple[DropFile, ...]
    dispute: str | None = None


def settle_claims(
    triggers: list[ReceivedTrigger],
    files: list[DropFile],
    visible: Mapping[str, VisibleBatch],
    prints: Fingerprints,
    unreadable: UnreadableTriggers,
) -> list[Claim]:
    """What each trigger takes: the files that it expects, and of its day those that no other trigger expects.

    Where each day or sender has a folder with files of the same names, a trigger means those beside it.

    Where one of a day's triggers lists no files, what nobody expects is that one's. Beside a trigger of its day that could
    not be read, it takes only what it lists.

    Args:
        triggers: the triggers in the drops folder.
        files: the feeds' files in it.
        visible: the batches landed so far.
        prints: what the files hold.
        unreadable: the triggers that could not be read.
    """
    certain = [received for received in triggers if not unreadable.beside(received)]
    expecting = _expecting(triggers, files)
    claimants = {file.path: _claimants(file, triggers, certain, expecting, visible, prints) for file in files}
    return [_claim(received, files, claimants, unreadable) for received in triggers]


def _expecting(triggers: list[ReceivedTrigger], files: list[DropFile]) -> dict[Path, set[str]]:
    """A file to the ids of the triggers that expect it: of those in its own folder, or else of those elsewhere."""
    there = {file.path for file in files}
    beside, elsewhere = defaultdict(set), defaultdict(set)
    for file in files:
        for received in triggers:
            content = received.content
            if file.name not in content.expected_files:
                continue
            if (own := received.path.parent / file.name) == file.path:
                beside[file.path].add(content.trigger_id)
            elif own not in there and (file.is_named_by_day or file.date in (None, content.batch_date)):
                elsewhere[file.path].add(content.trigger_id)
    return elsewhere | beside


def _claimants(
    file: DropFile,
    triggers: list[ReceivedTrigger],
    certain: list[ReceivedTrigger],
    expected_by: Mapping[Path, set[str]],
    visible: Mapping[str, VisibleBatch],
    prints: Fingerprints,
) -> list[ReceivedTrigger]:
    """The triggers that take a file; those of several batches when it cannot be told whose it is.

    Only the certain ones take files that they do not list.
    """

    def landed(trigger_id: str) -> bool:
        hashes = visible[trigger_id].hashes if trigger_id in visible else {}
        return file.name in hashes and hashes[file.name] == prints[file.path].sha256

    expecting = expected_by.get(file.path, set())
    of_the_day = [received.content for received in certain if file.date in (received.content.batch_date, None)]
    without_list = {trigger.trigger_id for trigger in of_the_day if not trigger.expected_files}
    ids = expecting or without_list or {trigger.trigger_id for trigger in of_the_day}
    if len(ids) > 1:
        landed_by = {trigger_id for trigger_id in ids if landed(trigger_id)}
        # A day's file that stays where it was landed is not delivered anew; one without a date is, by each trigger.
        if file.date and landed_by and not expecting:
            ids = landed_by
        else:
            ids = ids - visible.keys() or landed_by or ids
    return [received for received in triggers if received.content.trigger_id in ids]


def _claim(
    received: ReceivedTrigger,
    files: list[DropFile],
    claimants: dict[Path, list[ReceivedTrigger]],
    unreadable: UnreadableTriggers,
) -> Claim:
    own = tuple(file for file in files if received in claimants[file.path])
    disputed = [file for file in own if len({other.content.trigger_id for other in claimants[file.path]}) > 1]
    if not disputed:
        unread = unreadable.beside(received) if not (received.content.expected_files or own) else []
        return Claim(received, own, _undecided(received, unread) if unread else None)
    rivals = sorted({other.path.name for file in disputed for other in claimants[file.path]})
    names = ", ".join(file.name for file in disputed[:3])
    more = f" and {len(disputed) - 3} more" if len(disputed) > 3 else ""
    both = "both" if len(rivals) == 2 else "all"
    return Claim(
        received,
        own,
        f"{' and '.join(rivals)} {both} take {names}{more}. List each file under 'expected_files' of one trigger only",
    )


def _undecided(received: ReceivedTrigger, unread: list[str]) -> str:
    return (
        f"{received.path.name} lists no files, and those of its day may be meant by {', '.join(unread)}, which cannot be "
        f"read. List its files under 'expected_files'"
    )

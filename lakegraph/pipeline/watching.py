"""Wake-ups from the file system: something in a folder has changed."""

import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver

# how often a folder is looked at where there are no events
POLL_S = 0.5
# a file that is being written rings all the time
PAUSE_S = 0.1


class FolderWatch:
    """Wakes whoever waits for changes in a folder; to be used as a context manager.

    Args:
        folder: the folder.
        nested: whether changes in the folders below it count too.
        poll: compare the folder with itself every so many seconds; None takes the events of the file system, and falls back
            on comparing where there are none to be had.
    """

    def __init__(self, folder: Path, nested: bool = False, poll: float | None = None):
        self._folder = folder
        self._nested = nested
        self._poll = poll
        self._changed = threading.Event()
        self._observer: BaseObserver | None = None
        self.lacks_events: str | None = None

    def __enter__(self) -> "FolderWatch":
        from watchdog.observers import Observer

        if self._poll is None:
            try:
                self._observer = self._started(Observer)
            except OSError as error:
                self.lacks_events = error.strerror or str(error)
        if self._observer is None:
            self._observer = self._started_polling()
        return self

    def __exit__(self, *_) -> None:
        self._observer.stop()
        self._observer.join()

    def wait(self, seconds: float) -> None:
        """Return when something has changed since the last return, or when so many seconds are over."""
        if self._changed.wait(seconds):
            time.sleep(PAUSE_S)
        self._changed.clear()
        self._renew()

    # watchdog's name for a handler's one method
    def dispatch(self, event: "FileSystemEvent") -> None:
        """Take note of an event."""
        self._changed.set()

    def _started_polling(self) -> "BaseObserver":
        from watchdog.observers.polling import PollingObserver

        return self._started(PollingObserver, timeout=self._poll or POLL_S)

    def _started(self, kind, **options) -> "BaseObserver":
        observer = kind(**options)
        try:
            self._schedule(observer)
            observer.start()
        except BaseException:
            with suppress(RuntimeError):
                observer.stop()
            raise
        return observer

    def _schedule(self, observer: "BaseObserver") -> None:
        from watchdog import events

        # opening and closing for reading is what a run does itself
        kinds = [
            events.FileCreatedEvent,
            events.FileModifiedEvent,
            events.FileMovedEvent,
            events.FileClosedEvent,
            events.DirCreatedEvent,
            events.DirMovedEvent,
            events.DirDeletedEvent,
        ]
        # events are of the folder itself, not of a link that leads to it
        observer.schedule(self, self._folder.resolve(), recursive=self._nested, event_filter=kinds)

    def _renew(self) -> None:
        """Watch the folder again when it was deleted and made anew, which ends the watch on the first."""
        emitters = self._observer.emitters
        if emitters and all(emitter.is_alive() for emitter in emitters):
            return
        self._observer.unschedule_all()
        with suppress(OSError):  # it is not there: whoever looks next is told
            self._schedule(self._observer)
        self._changed.set()

"""What the commands print, and how they end."""

import logging
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

from lakegraph.runtime.errors import LakegraphError
from lakegraph.runtime.interrupts import was_interrupted

INTERRUPTED = 130


def say(text: str = "") -> None:
    """Print one line for the user, with rich markup, to standard output; what its encoding lacks comes as an escape."""
    from rich.console import Console

    # the name of a file may hold bytes that are no characters at all
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    printable = text.encode(encoding, "backslashreplace").decode(encoding)
    Console(highlight=False, soft_wrap=True).print(printable)


def complain(text: str) -> None:
    """Print one line of trouble to standard error, as plain text."""
    print(text, file=sys.stderr, flush=True)


def guarded(command: Callable[[], None]) -> NoReturn:
    """Run a command line and end the process with its exit code.

    A LakegraphError becomes one line on standard error and its own exit code; Ctrl-C and SIGTERM become 130 and 143, after
    every `finally` has run.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        command()
    except KeyboardInterrupt:
        _interrupted()
    except Exception as error:
        if was_interrupted(error):
            _interrupted()
        if not isinstance(error, LakegraphError):
            raise
        complain(f"error: {error}")
        sys.exit(error.exit_code)
    except SystemExit as end:
        # the command line's library answers Ctrl-C itself, without a word
        if end.code == INTERRUPTED:
            _interrupted()
        raise
    sys.exit(0)


def _interrupted() -> NoReturn:
    complain("interrupted")
    # libraries that were cut off in the middle of a call have nothing to add
    logging.disable()
    sys.exit(INTERRUPTED)

"""What the commands print, and how they end."""

import logging
import re
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

from lakegraph.runtime.errors import LakegraphError
from lakegraph.runtime.interrupts import was_interrupted

INTERRUPTED = 130
# What moves a terminal's cursor, colours what follows, ends a line or turns the direction of writing: the name of a file, a
# header or a value may hold it.
STEERING = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """A text on one line, with escapes for all that would steer a terminal."""
    return STEERING.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def say(text: str = "") -> None:
    """Print one line or several for the user, with rich markup, to standard output.

    What would steer the terminal, and what the output's encoding lacks, comes as an escape.
    """
    from rich.console import Console

    # the name of a file may hold bytes that are no characters at all
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    lines = "\n".join(map(printable, text.split("\n"))).encode(encoding, "backslashreplace").decode(encoding)
    Console(highlight=False, soft_wrap=True).print(lines)


def complain(text: str) -> None:
    """Print one line of trouble or several to standard error, as plain text; what would steer the terminal as an escape."""
    print("\n".join(map(printable, text.split("\n"))), file=sys.stderr, flush=True)


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

"""Ctrl-C, where a library would lose it or answer it in a way of its own."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_came = threading.Event()


def interrupt(*_) -> None:
    """Handle a signal as Ctrl-C, and remember it for `require_uninterrupted`.

    Raises:
        KeyboardInterrupt: always. An extension module that is being imported or called may lose it.
    """
    _came.set()
    raise KeyboardInterrupt


def require_uninterrupted() -> None:
    """Let what `interrupt` has handled be felt, where a library lost it; to be called between the steps of some work.

    Raises:
        KeyboardInterrupt: an interrupt came.
    """
    if _came.is_set():
        raise KeyboardInterrupt


@contextmanager
def interrupted_by(number: signal.Signals) -> Iterator[None]:
    """Let a signal do, and be remembered, as Ctrl-C is, while the block runs; afterwards nothing is remembered.

    Args:
        number: the signal; one that the process was started to ignore stays ignored.
    """
    before = signal.getsignal(number)
    if before != signal.SIG_IGN:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        signal.signal(number, before)
        _came.clear()


@contextmanager
def interrupt_held_back() -> Iterator[None]:
    """Let Ctrl-C wait until the block is through, and put its handler back, whatever the block made of it.

    For starting processes: an interrupt half-way would leave one behind that nobody knows of. Outside the main thread,
    where Python delivers no signals, the block simply runs.

    Raises:
        KeyboardInterrupt: Ctrl-C came while the block ran.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: came.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came.is_set():
        raise KeyboardInterrupt


def was_interrupted(error: BaseException | None) -> bool:
    """Whether an error came up while Ctrl-C was being answered: a library's call that the interrupt cut off, for example."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False

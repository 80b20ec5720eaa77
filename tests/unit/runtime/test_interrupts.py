import signal
import subprocess
import sys
import threading
from contextlib import suppress

import pytest

from lakegraph.pipeline.steps import Steps
from lakegraph.runtime.interrupts import interrupt_held_back, interrupted_by, require_uninterrupted, was_interrupted


def test_an_interrupt_comes_after_the_block_and_its_handler_is_back():
    before = signal.getsignal(signal.SIGINT)
    through = False

    with pytest.raises(KeyboardInterrupt):
        with interrupt_held_back():
            signal.raise_signal(signal.SIGINT)
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a library might leave it
            through = True

    assert through
    assert signal.getsignal(signal.SIGINT) == before


def test_an_interrupt_that_a_library_lost_ends_the_work_at_its_next_step():
    begun = []

    def lose():
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)

    with interrupted_by(signal.SIGTERM), pytest.raises(KeyboardInterrupt):
        lose()
        with Steps(quiet=True).step("next"):
            begun.append("next")
    # what was remembered is forgotten with the block
    require_uninterrupted()
    with interrupted_by(signal.SIGTERM), pytest.raises(KeyboardInterrupt):
        with Steps(quiet=True).step("first"):
            begun.append("first")
            lose()

    assert begun == ["first"]
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_signal_that_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupted_by(signal.SIGINT):
            signal.raise_signal(signal.SIGINT)
            require_uninterrupted()
    finally:
        signal.signal(signal.SIGINT, before)


def test_outside_the_main_thread_the_block_simply_runs():
    ran = []

    def work():
        with interrupt_held_back():
            ran.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert ran == [True]


def test_an_error_that_an_interrupt_brought_about_is_told_from_others():
    try:
        try:
            raise KeyboardInterrupt
        finally:
            raise RuntimeError("cut off")
    except RuntimeError as error:
        cut_off = error

    assert was_interrupted(cut_off)
    assert not was_interrupted(RuntimeError("of its own"))


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        ("KeyboardInterrupt()", 130, "interrupted\n"),
        ("SystemExit(130)", 130, "interrupted\n"),
        ("LakegraphError('The file x is missing.', 'Bring it.')", 1, "error: The file x is missing. Bring it.\n"),
        ("ConfigurationError('The key y is unknown.')", 2, "error: The key y is unknown.\n"),
    ],
)
def test_commands_end_with_one_line_and_an_exit_code(raised, code, said):
    program = f"""
from lakegraph.runtime.console import guarded
from lakegraph.runtime.errors import ConfigurationError, LakegraphError
def command():
    raise {raised}
guarded(command)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (code, said)


def test_a_fault_of_the_program_shows_where_it_happened():
    program = "from lakegraph.runtime.console import guarded\nguarded(lambda: 1 / 0)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr

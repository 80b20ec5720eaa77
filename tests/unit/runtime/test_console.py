"""What the commands print."""

import io
import os
import sys

import pytest

from lakegraph.runtime.console import complain, printable, say


@pytest.mark.parametrize(
    ("encoding", "told"), [("utf-8", "caf\\udce9.txt, müsli [x]"), ("ascii", "caf\\udce9.txt, m\\xfcsli [x]")]
)
def test_what_the_output_cannot_hold_comes_as_an_escape(monkeypatch, encoding, told):
    output = io.TextIOWrapper(io.BytesIO(), encoding, errors="strict", write_through=True)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", output)
        say(f"{os.fsdecode(b'caf' + bytes([0xE9]))}.txt, müsli \\[x]")

    assert output.buffer.getvalue().decode(encoding) == f"{told}\n"


# a colour, a title of the window, the line above, a bell, a C1 sequence, writing from right to left
STEERING = "a\x1b[31mb\x1b]0;title\x07c\r\x1b[1Ad\x9b2Je\u202ef\u2066g\x7f\0"
SHOWN = r"a\x1b[31mb\x1b]0;title\x07c\r\x1b[1Ad\x9b2Je\u202ef\u2066g\x7f\x00"


def test_what_would_steer_a_terminal_comes_as_an_escape(capsys):
    say(f"{STEERING}\n\tsecond")
    complain(f"error: {STEERING}\n  second\u2028x")

    said = capsys.readouterr()
    assert said.out == f"{SHOWN}\n\tsecond\n".expandtabs(8)
    assert said.err == f"error: {SHOWN}\n  second\\u2028x\n"


def test_markup_behind_an_escape_stays_text(capsys):
    from rich.markup import escape

    say(escape("\x1b[red]x[/red]"))

    assert capsys.readouterr().out == "\\x1b[red]x[/red]\n"


@pytest.mark.parametrize("text", ["müsli 日本", "a\tb", "e\u0301", "\U0001f600\u200d", "\\x1b"])
def test_other_texts_are_printable_as_they_are(text):
    assert printable(text) == text

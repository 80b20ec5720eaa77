"""What the commands print."""

import io
import os
import sys

import pytest

from lakegraph.runtime.console import say


@pytest.mark.parametrize(
    ("encoding", "told"), [("utf-8", "caf\\udce9.txt, müsli [x]"), ("ascii", "caf\\udce9.txt, m\\xfcsli [x]")]
)
def test_what_the_output_cannot_hold_comes_as_an_escape(monkeypatch, encoding, told):
    output = io.TextIOWrapper(io.BytesIO(), encoding, errors="strict", write_through=True)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", output)
        say(f"{os.fsdecode(b'caf' + bytes([0xE9]))}.txt, müsli \\[x]")

    assert output.buffer.getvalue().decode(encoding) == f"{told}\n"

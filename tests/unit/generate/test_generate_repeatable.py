"""The same options give the same bytes, in bounded memory and good time."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lakegraph.landing.generate.randomness import Draws

PROJECT = Path(__file__).parents[3]
PROGRAM = """
import sys, tempfile, time
from datetime import date
from pathlib import Path
from lakegraph.landing.generate.operations import generate
from lakegraph.landing.generate.options import GenerateOptions
folder, days, scale, dirt = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
with tempfile.TemporaryDirectory() as other:
    # once for what Python imports, which takes longer than a small shop
    generate(GenerateOptions(Path(other), date(2025, 1, 15), days=1, scale=0.01, dirt=dirt))
begin = time.process_time()
result = generate(GenerateOptions(folder, date(2025, 1, 15), days=days, scale=scale, dirt=dirt))
seconds = time.process_time() - begin
# not getrusage: its peak begins with that of the process that started this one
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(peak, result.bytes, seconds)
"""


def run(folder, days, scale, dirt=0.0, **environment):
    """Generate in a new process; returns its peak memory in MB, the bytes written and the processor seconds of generating."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), str(days), str(scale), str(dirt)],
        env={**os.environ, "PYTHONPATH": str(PROJECT), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    memory, size, seconds = done.stdout.split()
    return int(memory) / 1024, int(size), float(seconds)


def digests(folder):
    """The files of a folder by their content."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in Path(folder).iterdir()}


def test_two_processes_write_the_same_bytes(tmp_path):
    for name, seed in (("one", "1"), ("other", "2")):
        run(tmp_path / name, 2, 0.5, 0.02, PYTHONHASHSEED=seed)

    assert digests(tmp_path / "one") == digests(tmp_path / "other")


def test_more_days_leave_the_earlier_ones_as_they_are(make_drops):
    two, four = make_drops(days=2, scale=0.5, dirt=0.02), make_drops(days=4, scale=0.5, dirt=0.02)

    assert digests(two.folder).items() <= digests(four.folder).items()


def test_another_seed_gives_another_shop(make_drops):
    one, other = (digests(make_drops(days=1, scale=0.1, seed=seed).folder) for seed in (1, 2))

    same = {name for name in one if one[name] == other[name]}
    assert same == {"categories_2025_01_15.csv"}


def test_dirt_only_adds_records(make_drops):
    clean, dirty = make_drops(days=1, scale=0.5), make_drops(days=1, scale=0.5, dirt=0.1)

    for file in clean.folder.glob("*.csv"):
        dirty_lines = iter((dirty.folder / file.name).read_bytes().splitlines())
        assert all(line in dirty_lines for line in file.read_bytes().splitlines())


def test_memory_does_not_grow_with_the_scale(tmp_path):
    small, small_size, _ = run(tmp_path / "small", 1, 8, 0.01)
    large, large_size, _ = run(tmp_path / "large", 1, 40, 0.01)

    assert large_size > 4.5 * small_size
    assert large < 1.25 * small
    assert large < 350


def test_two_days_at_scale_1_take_little_time(tmp_path):
    _, _, seconds = run(tmp_path, 2, 1)

    assert seconds < 1


def test_a_draw_depends_on_seed_stream_and_every_counter():
    numbers = np.arange(100_000)
    one = Draws(1).unit("a", numbers)

    assert (one == Draws(1).unit("a", numbers)).all()
    assert Draws(1).unit("a", 77)[0] == one[77]
    for other in (Draws(2).unit("a", numbers), Draws(1).unit("b", numbers), Draws(1).unit("a", numbers, 1)):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.02
    assert not (Draws(1).bits("a", 3, 5) == Draws(1).bits("a", 5, 3)).any()


@pytest.mark.parametrize("counters", [(np.arange(100_000),), (7, np.arange(100_000)), (np.arange(100_000) * -64, 3)])
def test_draws_are_uniform(counters):
    draws = Draws(42)
    shares = np.bincount(draws.below(10, "digits", *counters), minlength=10) / 100_000

    assert np.abs(shares - 0.1).max() < 0.005
    assert abs(draws.chance(0.3, "chance", *counters).mean() - 0.3) < 0.01
    picks = np.bincount(draws.pick((1, 2, 1), "picks", *counters), minlength=3) / 100_000
    assert np.abs(picks - [0.25, 0.5, 0.25]).max() < 0.01


def test_no_file_is_left_half_written(clean):
    assert not [file for file in clean.folder.iterdir() if not re.search(r"_\d{4}_\d\d_\d\d\.(csv|json)$", file.name)]

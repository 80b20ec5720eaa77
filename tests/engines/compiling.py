"""A text of Jinja as dbt compiles it with an engine's adapter: in a project of this one's macros and variables alone, whose
parsing takes no time."""

import json
import os
import subprocess
import sys
from pathlib import Path

from lakegraph.runtime.project import project_root

PROJECT = """
name: lakegraph
profile: lakegraph
flags: {send_anonymous_usage_stats: false, use_materialization_v2: true}
"""


def compiled(folder: Path, text: str, target: str, environment: dict[str, str]) -> str:
    """What a text becomes on a target of profiles.yml.

    Args:
        folder: takes the project; it is made where it is missing.
        text: the Jinja.
        target: the target's name.
        environment: the variables that the target reads.
    """
    done = _compile(folder, text, ["--target", target, "--profiles-dir", project_root() / "profiles"], environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)["compiled"]


def refused(folder: Path, text: str, adapter: dict[str, str]) -> str:
    """What dbt has against a text on an engine that profiles.yml does not list.

    Args:
        folder: takes the project and its profile; it is made where it is missing.
        text: the Jinja.
        adapter: a target of that engine, which is connected to nowhere.
    """
    profiles = folder / "profiles"
    profiles.mkdir(parents=True)
    listed = {"lakegraph": {"target": "other", "outputs": {"other": adapter}}}
    (profiles / "profiles.yml").write_text(json.dumps(listed), encoding="utf-8")
    done = _compile(folder, text, ["--no-populate-cache", "--no-use-colors", "--profiles-dir", profiles], {})
    assert done.returncode != 0, done.stdout
    return done.stdout


def _compile(
    folder: Path, text: str, options: list[str | Path], environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
    for name in ("macros", "vars.yml"):
        if not (folder / name).exists():
            (folder / name).symlink_to(project_root() / name)
    return subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "--quiet", "compile", "--inline", text, "--output", "json"),
            *("--project-dir", folder, *options),
        ],
        env={
            **os.environ,
            "LAKE_DIR": str(folder),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )

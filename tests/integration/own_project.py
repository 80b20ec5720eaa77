"""A dbt project like this one with a vars.yml of its own, as a user's would be."""

from pathlib import Path

from lakegraph.runtime.project import project_root

SHARED = ("dbt_project.yml", "macros", "models", "profiles.yml", "seeds", "snapshots", "tests")


def project_with(folder: Path, declared: str) -> Path:
    """A new folder that is the project with `declared` as its vars.yml."""
    folder.mkdir()
    for name in SHARED:
        (folder / name).symlink_to(project_root() / name)
    (folder / "vars.yml").write_text(declared)
    return folder

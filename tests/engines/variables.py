"""The variables that a dbt build reads of its environment, for builds of several engines side by side."""

from pathlib import Path


def variables(root: Path, target: str) -> dict[str, str]:
    """Those of a build that keeps all that is its own below a folder.

    Args:
        root: the folder.
        target: dbt's target, by which its artifacts and its log are kept apart.
    """
    return {
        "LAKE_DIR": str(root / "lake"),
        "LAKEGRAPH_ENV": "dev",
        "DBT_TARGET_PATH": str(root / f"target_{target}"),
        "DBT_LOG_PATH": str(root / f"logs_{target}"),
    }

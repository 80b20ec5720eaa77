"""The dbt project's own declarations, as Python reads them."""

import os
from functools import cache
from pathlib import Path

from lakegraph.runtime.errors import ConfigurationError

VARIABLE, MARK = "LAKEGRAPH_PROJECT", "dbt_project.yml"
# where setup.py puts it
IN_WHEEL = "project"


@cache
def project_root() -> Path:
    """The folder that holds dbt_project.yml: what LAKEGRAPH_PROJECT names, else the working directory or one above it, else
    the one beside this package, else what a wheel has of the project.

    Raises:
        ConfigurationError: there is no dbt project in any of them, or none where LAKEGRAPH_PROJECT says.
    """
    if named := os.environ.get(VARIABLE):
        if not (Path(named) / MARK).is_file():
            raise ConfigurationError(
                f"{VARIABLE} names {named}, where no {MARK} is.", "Let it name the project's folder."
            )
        return Path(named)
    here, package = Path.cwd(), Path(__file__).resolve().parents[1]
    for folder in (here, *here.parents, package.parent, package / IN_WHEEL):
        if (folder / MARK).is_file():
            return folder
    raise ConfigurationError(f"No {MARK} in {here} or above it.", "Run the command inside the project.")


@cache
def project_vars() -> dict:
    """The content of vars.yml below `vars`: feeds, rules, formats, ops_tables and lineage.

    Raises:
        ConfigurationError: the file is missing or is not readable as YAML.
    """
    import yaml

    path = project_root() / "vars.yml"
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))["vars"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{path} is not readable as the project's variables: {error}.") from error

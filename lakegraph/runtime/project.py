"""The dbt project's own declarations, as Python reads them."""

from functools import cache
from pathlib import Path

from lakegraph.runtime.errors import ConfigurationError


@cache
def project_root() -> Path:
    """The folder that holds dbt_project.yml: the working directory or one above it, else the one beside this package.

    Raises:
        ConfigurationError: there is no dbt project in any of them.
    """
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[2]):
        if (folder / "dbt_project.yml").is_file():
            return folder
    raise ConfigurationError(f"No dbt_project.yml in {here} or above it.", "Run the command inside the project.")


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

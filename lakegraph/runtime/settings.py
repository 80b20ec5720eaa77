"""Where things lie: the options that mean the same in every command."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.project import project_root

# DuckDB and Spark take them for parts of patterns
_PATTERN_SIGNS = frozenset("*?[]{}")


def _sources() -> Path:
    """The sources file: below the working directory, else the project's own."""
    usual = Path("configs/data-sources.yml")
    return usual if usual.exists() else project_root() / usual


class Settings(BaseSettings):
    """Paths and names that every command shares; each may come from the environment."""

    model_config = SettingsConfigDict(frozen=True, populate_by_name=True)

    lake: Path = Field(default=Path("lake"), validation_alias="LAKE_DIR")
    drops: Path = Field(default=Path("drops"), validation_alias="DROPS_DIR")
    sources: Path = Field(default_factory=_sources, validation_alias="LAKEGRAPH_SOURCES")
    target: str = Field(default="dev", validation_alias="DBT_TARGET")
    env: str = Field(default="dev", validation_alias="LAKEGRAPH_ENV")

    @property
    def is_published(self) -> bool:
        """Whether the target's warehouse reads what was published to it, not the lake itself."""
        return self.target.startswith(("databricks", "athena"))

    @property
    def bronze(self) -> Path:
        """Landed records: `<feed>/batch_id=<id>/*.parquet`."""
        return self.lake / "bronze"

    @property
    def ops(self) -> Path:
        """Operational tables: `<table>/*.parquet`."""
        return self.lake / "ops"

    @property
    def ledger(self) -> Path:
        """The loader's memory: `<graph id>/`."""
        return self.lake / "ledger"

    @property
    def import_files(self) -> Path:
        """What others are to import into their server: `<graph id>/`."""
        return self.lake / "import_files"

    @property
    def neo4j_home(self) -> Path:
        """The local Neo4j server: its store, logs, state and password file."""
        return self.lake / "neo4j"

    @property
    def warehouse(self) -> Path:
        """The embedded DuckDB database that dbt writes and everybody else opens read-only."""
        return self.lake / "warehouse.duckdb"


def settings(**given) -> Settings:
    """Settings from the environment, overridden by what was given on the command line (None counts as not given).

    Raises:
        ConfigurationError: the lake's path is one by which its files could not be found.
    """
    found = Settings(**{name: value for name, value in given.items() if value is not None})
    if unfit := sorted(set(str(found.lake.absolute())) & _PATTERN_SIGNS):
        raise ConfigurationError(
            f"The lake's path {found.lake.absolute()} has {' '.join(unfit)} in it, by which files are found by pattern.",
            "Name another folder with --lake or LAKE_DIR.",
        )
    return found

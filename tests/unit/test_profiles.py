"""The targets for production, as dbt's own rendering and the adapters' own credentials have them; and that the README says what
they read."""

import re
from argparse import Namespace
from contextvars import copy_context
from pathlib import Path

import pytest
import yaml
from dbt.adapters.contracts.connection import Credentials
from dbt.config.profile import Profile
from dbt.config.renderer import ProfileRenderer
from dbt.exceptions import EnvVarMissingError
from dbt.flags import set_from_args
from dbt_common.context import set_invocation_context
from dbt_common.exceptions import DbtConfigError

from lakegraph.runtime.iceberg import REGION_VARIABLES

# the adapters' own
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ROOT = Path(__file__).parents[2]
PROFILES = yaml.safe_load((ROOT / "profiles/profiles.yml").read_text(encoding="utf-8"))
TARGETS = {name for name in PROFILES["lakegraph"]["outputs"] if not name.endswith("_local")}
WAREHOUSE = {"DATABRICKS_HOST": "a.cloud.databricks.com", "DATABRICKS_HTTP_PATH": "/sql/1.0/warehouses/1"}
PRINCIPAL = {"DATABRICKS_CLIENT_ID": "an id", "DATABRICKS_CLIENT_SECRET": "a secret"}
REGION = {"AWS_REGION": "eu-north-1"}
# whoever runs the code on a cluster, or starts Python, sets these
OF_OTHERS = {"IS_SERVERLESS", "PYTHONPATH", "SPARK_HOME", "XDG_CACHE_HOME"}
READ_BY_PYTHON = (
    r"""environ\.get\("(\w+)"|environ\["(\w+)"\](?! =)|envvar="(\w+)"|validation_alias="(\w+)"|secret\("(\w+)\""""
)


def credentials(target: str, environ: dict[str, str]) -> Credentials:
    """What a target's credentials are in an environment."""

    def rendered() -> Profile:
        set_invocation_context(environ)
        set_from_args(Namespace(), None)
        return Profile.from_raw_profiles(PROFILES, "lakegraph", ProfileRenderer({}), target_override=target)

    # dbt keeps the environment beside the process's own
    return copy_context().run(rendered).credentials


def told() -> set[str]:
    """The variables in the first columns of the README's tables."""
    rows = re.findall(r"^\| (`[A-Z].*?) \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", row)}


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_the_readme_has_every_variable_that_a_target_reads(target):
    text = yaml.safe_dump(PROFILES["lakegraph"]["outputs"][target], width=1_000_000).replace("''", "'")
    asked = set(re.findall(r"env_var\('(\w+)'", text))

    assert asked
    assert asked - told() == set()


def test_the_readme_has_every_variable_that_macros_and_commands_read():
    macros = [file.read_text(encoding="utf-8") for file in (ROOT / "macros").rglob("*.sql")]
    modules = [
        file.read_text(encoding="utf-8")
        for package in ("lakegraph", "graph_loader")
        for file in (ROOT / package).rglob("*.py")
    ]
    asked = {name for text in macros for name in re.findall(r"env_var\('(\w+)'", text)}
    asked |= {name for text in modules for found in re.findall(READ_BY_PYTHON, text) for name in found if name}

    assert asked >= {"ATHENA_LAKE_DIR", "LAKE_DIR", "NEO4J_URI", "AWS_ENDPOINT_URL", "JAVA_HOME"}
    assert asked - OF_OTHERS - told() == set()


def test_databricks_takes_a_token():
    found = credentials("databricks", WAREHOUSE | {"DATABRICKS_TOKEN": "a token"})

    assert found.type == "databricks"
    assert (found.host, found.http_path) == ("a.cloud.databricks.com", "/sql/1.0/warehouses/1")
    assert (found.token, found.auth_type) == ("a token", None)
    assert (found.database, found.schema) == ("main", "lakegraph")
    found.validate_creds()


def test_databricks_takes_a_service_principal():
    found = credentials("databricks", WAREHOUSE | PRINCIPAL | {"DATABRICKS_CATALOG": "shop", "DATABRICKS_SCHEMA": "s"})

    assert (found.token, found.auth_type) == (None, "oauth")
    assert (found.client_id, found.client_secret) == ("an id", "a secret")
    assert (found.database, found.schema) == ("shop", "s")
    found.validate_creds()


def test_a_token_goes_before_a_service_principal():
    found = credentials("databricks", WAREHOUSE | PRINCIPAL | {"DATABRICKS_TOKEN": "a token"})

    assert (found.token, found.auth_type) == ("a token", None)


@pytest.mark.parametrize("missing", sorted(WAREHOUSE))
def test_databricks_says_which_variable_is_missing(missing):
    with pytest.raises(EnvVarMissingError, match=f"required but not provided: '{missing}'"):
        credentials("databricks", {name: value for name, value in WAREHOUSE.items() if name != missing})


def test_databricks_says_that_the_id_of_a_service_principal_is_missing():
    found = credentials("databricks", WAREHOUSE | {"DATABRICKS_CLIENT_SECRET": "a secret"})

    with pytest.raises(DbtConfigError, match="'client_id' is required"):
        found.validate_creds()


@pytest.mark.parametrize(
    ("environ", "staging", "data"),
    [
        # the workgroup's own: dbt-athena names none where it is None
        ({"ATHENA_DATA_DIR": "s3://b/tables"}, None, "s3://b/tables"),
        ({"ATHENA_DATA_DIR": "s3://b/tables", "ATHENA_STAGING_DIR": ""}, None, "s3://b/tables"),
        # dbt-athena's own: `tables` below it
        ({"ATHENA_STAGING_DIR": "s3://b/results"}, "s3://b/results", None),
        ({"ATHENA_STAGING_DIR": "s3://b/results", "ATHENA_DATA_DIR": ""}, "s3://b/results", None),
    ],
)
def test_athena_needs_one_of_two_places(environ, staging, data):
    found = credentials("athena", REGION | environ)

    assert (found.s3_staging_dir, found.s3_data_dir) == (staging, data)
    assert (found.database, found.schema, found.work_group) == ("awsdatacatalog", "lakegraph", "primary")


@pytest.mark.parametrize("environ", [{}, {"ATHENA_DATA_DIR": "", "ATHENA_STAGING_DIR": ""}])
def test_athena_says_that_a_place_for_tables_is_missing(environ):
    with pytest.raises(
        EnvVarMissingError, match=r"required but not provided: 'ATHENA_DATA_DIR \(or ATHENA_STAGING_DIR\)'"
    ):
        credentials("athena", REGION | environ)


def test_athenas_region_is_that_of_the_first_variable_that_is_set():
    first, second = REGION_VARIABLES
    place = {"ATHENA_DATA_DIR": "s3://b/tables"}

    assert credentials("athena", place | {first: "us-west-2", second: "us-east-2"}).region_name == "us-west-2"
    assert credentials("athena", place | {first: "", second: "us-east-2"}).region_name == "us-east-2"
    with pytest.raises(EnvVarMissingError, match=rf"required but not provided: '{first} \(or {second}\)'"):
        credentials("athena", place | {second: ""})

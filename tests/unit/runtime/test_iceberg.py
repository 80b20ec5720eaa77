"""What a local session is told of AWS, from AWS's own variables."""

import pytest
import yaml
from pyspark.sql import SparkSession

from lakegraph.runtime import iceberg as module
from lakegraph.runtime import spark as spark_module
from lakegraph.runtime.iceberg import iceberg
from lakegraph.runtime.project import project_root

CATALOG = "spark.sql.catalog.awsdatacatalog"


def settings(**environ: str) -> dict[str, str]:
    return {name.removeprefix(CATALOG): value for name, value in iceberg(environ).settings.items()}


def test_the_catalog_is_icebergs_over_glue_and_s3():
    assert iceberg({}).settings == {
        CATALOG: "org.apache.iceberg.spark.SparkCatalog",
        f"{CATALOG}.catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
        f"{CATALOG}.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        f"{CATALOG}.client.region": "eu-central-1",
        f"{CATALOG}.cache-enabled": "false",
    }


def test_the_region_is_the_one_in_which_dbt_builds():
    profile = (project_root() / "profiles" / "profiles.yml").read_text(encoding="utf-8")
    region = yaml.safe_load(profile)["lakegraph"]["outputs"]["athena"]["region_name"]

    assert region == f"{{{{ env_var('AWS_REGION', '{module.REGION}') }}}}"
    assert settings(AWS_REGION="us-west-2")[".client.region"] == "us-west-2"


@pytest.mark.parametrize(
    ("environ", "glue", "s3"),
    [
        ({}, None, None),
        ({"AWS_ENDPOINT_URL": "http://all"}, "http://all", "http://all"),
        ({"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_S3": "http://s3"}, "http://all", "http://s3"),
        ({"AWS_ENDPOINT_URL_GLUE": "http://glue"}, "http://glue", None),
        ({"AWS_ENDPOINT_URL": ""}, None, None),
        ({"AWS_ENDPOINT_URL": "http://all", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, None, None),
    ],
)
def test_endpoints_are_those_of_awss_own_clients(environ, glue, s3):
    found = settings(**environ)

    assert (found.get(".glue.endpoint"), found.get(".s3.endpoint")) == (glue, s3)
    assert (".s3.path-style-access" in found) == (s3 is not None)


def test_no_setting_holds_a_login():
    login = {"AWS_ACCESS_KEY_ID": "an id", "AWS_SECRET_ACCESS_KEY": "a secret", "AWS_SESSION_TOKEN": "a token"}

    assert iceberg(login) == iceberg({})


def test_only_a_session_that_reads_iceberg_has_its_jars(monkeypatch):
    asked = []

    class Stop(Exception):
        pass

    class Folder:
        def iterdir(self):
            return []

    # other tests of this process may have begun a Spark
    monkeypatch.setattr(SparkSession, "getActiveSession", lambda: None)
    monkeypatch.setattr(spark_module, "_is_begun", lambda: False)
    monkeypatch.setattr(spark_module, "ensure", lambda name: asked.append(name) or Folder())
    monkeypatch.setattr(spark_module, "java", lambda: (_ for _ in ()).throw(Stop))
    for table_format, expected in ((lambda: None, ["spark"]), (lambda: iceberg({}), ["spark", "iceberg"])):
        asked.clear()
        with pytest.raises(Stop):
            spark_module.spark_session("a test", table_format=table_format)
        assert asked == expected

"""What a local session is told of AWS, from AWS's own variables."""

import pytest

from lakegraph.runtime import spark as spark_module
from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.iceberg import iceberg

CATALOG = "spark.sql.catalog.awsdatacatalog"
REGION = {"AWS_REGION": "eu-north-1"}


def settings(**environ: str) -> dict[str, str]:
    return {name.removeprefix(CATALOG): value for name, value in iceberg(REGION | environ).settings.items()}


def test_the_catalog_is_icebergs_over_glue_and_s3():
    assert iceberg(REGION).settings == {
        CATALOG: "org.apache.iceberg.spark.SparkCatalog",
        f"{CATALOG}.catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
        f"{CATALOG}.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        f"{CATALOG}.client.region": "eu-north-1",
        f"{CATALOG}.cache-enabled": "false",
    }


@pytest.fixture
def profile(tmp_path, monkeypatch):
    """The file of AWS's profiles, which is yet to be written; this process has no other settings of AWS's."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "config"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return file


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "us-east-2"}, "us-west-2"),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "us-east-2"}, "us-east-2"),
        ({}, "sa-east-1"),
    ],
)
def test_the_region_is_that_of_the_variables_else_of_the_profile(profile, environ, expected):
    profile.write_text("[default]\nregion = sa-east-1\n", encoding="utf-8")

    assert iceberg(environ).settings[f"{CATALOG}.client.region"] == expected


def test_a_region_that_is_nowhere_is_told(profile):
    with pytest.raises(ConfigurationError, match=r"No AWS region is set.*\. Set AWS_REGION to that of the marts\.$"):
        iceberg({})


def test_a_profile_that_is_missing_is_told(profile, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nobody")

    with pytest.raises(
        ConfigurationError, match=r"profile \(nobody\) could not be found\. Set AWS_REGION, or mend it\."
    ):
        iceberg({})


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

    assert iceberg(REGION | login) == iceberg(REGION)


def test_only_a_session_that_reads_iceberg_has_its_jars(monkeypatch):
    asked = []

    class Stop(Exception):
        pass

    class Folder:
        def iterdir(self):
            return []

    # other tests of this process may have begun a Spark
    monkeypatch.setattr(spark_module, "running_session", lambda: None)
    monkeypatch.setattr(spark_module, "ensure", lambda name: asked.append(name) or Folder())
    monkeypatch.setattr(spark_module, "java", lambda: (_ for _ in ()).throw(Stop))
    for table_format, expected in ((lambda: None, ["spark"]), (lambda: iceberg(REGION), ["spark", "iceberg"])):
        asked.clear()
        with pytest.raises(Stop):
            spark_module.spark_session("a test", table_format=table_format)
        assert asked == expected

"""Under which name Spark finds a mart, and where it is not to be found."""

import pytest

from graph_loader.catalogs import glue_catalog, spark_name, table_format
from graph_loader.manifest import read_graph
from lakegraph.runtime.errors import ConfigurationError
from tests.support.marts import model, node, write_manifest

ICEBERG = "org.apache.iceberg.spark.SparkCatalog"
GLUE = "org.apache.iceberg.aws.glue.GlueCatalog"


def catalog(name: str, **options: str) -> dict[str, str]:
    """A session's settings for a catalog."""
    own = {option.replace("_", "-"): value for option, value in options.items()}
    return {f"spark.sql.catalog.{name}": ICEBERG} | {
        f"spark.sql.catalog.{name}.{option}": value for option, value in own.items()
    }


class Session:
    """A stand-in for a session, of which nothing but its settings is asked."""

    def __init__(self, settings: dict[str, str]):
        self.conf = type("Conf", (), {"getAll": settings})


@pytest.mark.parametrize(
    ("adapter", "entry", "expected"),
    [
        # as dbt 1.12 writes them
        ("databricks", {"relation_name": "`main`.`graph_ready`.`customers`"}, "`main`.`graph_ready`.`customers`"),
        ("spark", {"relation_name": "graph_ready.customers"}, "graph_ready.customers"),
        (
            "athena",
            {"relation_name": '"awsdatacatalog"."graph_ready"."customers"', "database": "awsdatacatalog"},
            "`awsdatacatalog`.`graph_ready`.`customers`",
        ),
        ("athena", {"alias": "odd`name", "database": "AwsDataCatalog"}, "`awsdatacatalog`.`graph_ready`.`odd``name`"),
    ],
)
def test_a_mart_is_named_with_its_catalog_and_schema(tmp_path, adapter, entry, expected):
    customer = model("node_customer", node("Customer", "id"), {"id": "string"}) | {"alias": "customers"} | entry
    graph = read_graph(write_manifest(tmp_path / "manifest.json", customer, adapter=adapter))
    session = Session(catalog("awsdatacatalog", catalog_impl=GLUE) | catalog("other", type="glue"))

    assert spark_name(graph.nodes[0].model, session) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (catalog("awsdatacatalog", catalog_impl=GLUE), "awsdatacatalog"),
        (catalog("AwsDataCatalog", type="rest"), "AwsDataCatalog"),
        # the name that the guides of EMR and of Glue's jobs give it
        (catalog("glue_catalog", catalog_impl=GLUE) | catalog("lake", type="hadoop"), "glue_catalog"),
        (catalog("spark_catalog", type="glue"), "spark_catalog"),
    ],
)
def test_a_session_of_a_cluster_may_have_its_own_name_for_athenas_catalog(settings, expected):
    assert glue_catalog(settings, "awsdatacatalog") == expected


@pytest.mark.parametrize(
    ("settings", "name", "said"),
    [
        ({}, "awsdatacatalog", r"no catalog for Athena's data catalog awsdatacatalog\. Give it one of that name"),
        (catalog("lake", type="hadoop"), "awsdatacatalog", r"no catalog for Athena's data catalog awsdatacatalog\."),
        (
            catalog("one", type="glue") | catalog("two", catalog_impl=GLUE),
            "awsdatacatalog",
            r"\(of one, two, none has the name\)\. .*`spark\.sql\.catalog\.awsdatacatalog`",
        ),
        # it may be another account's: ours is not the same
        (catalog("awsdatacatalog", catalog_impl=GLUE), "partner", r"no catalog for Athena's data catalog partner"),
    ],
)
def test_a_catalog_that_the_session_lacks_is_told(settings, name, said):
    with pytest.raises(ConfigurationError, match=said):
        glue_catalog(settings, name)


def test_marts_of_databricks_are_read_there_alone():
    with pytest.raises(ConfigurationError, match=r"Databricks tables, and no Spark session .* Run graph_loader on"):
        table_format("databricks", {})


@pytest.mark.parametrize(("adapter", "expected"), [("duckdb", None), ("spark", None), ("athena", "iceberg")])
def test_a_local_session_is_given_what_the_marts_need(adapter, expected):
    found = table_format(adapter, {"AWS_REGION": "eu-north-1"})

    assert (found.lock if found else None) == expected

"""What the Neo4j Spark Connector does without a word when it is used plainly: the claims of docs/connector.md, seen."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.support.graph import counts, query

pytestmark = pytest.mark.slow

EDGES = {
    "relationship": "KNOWS",
    "relationship.save.strategy": "keys",
    "relationship.source.labels": ":Person",
    "relationship.source.save.mode": "Match",
    "relationship.source.node.keys": "from_id:id",
    "relationship.target.labels": ":Person",
    "relationship.target.save.mode": "Match",
    "relationship.target.node.keys": "to_id:id",
}
PEOPLE = {"labels": ":Person", "node.keys": "id"}


@pytest.fixture
def write(spark, empty_graph):
    """Writes rows as the connector's guide shows it."""

    def written(rows, schema: str, options: dict, mode: str = "Overwrite") -> None:
        login = {
            "url": empty_graph.uri,
            "authentication.basic.username": empty_graph.username,
            "authentication.basic.password": empty_graph.password,
        }
        frame = spark.createDataFrame(rows, schema).coalesce(1)
        frame.write.format("org.neo4j.spark.DataSource").mode(mode).options(**login, **options).save()

    return written


@pytest.fixture
def people(write):
    """Two people with integers for keys."""
    write([(1, "Ann"), (2, "Bob")], "id long, name string", PEOPLE)


def test_edges_whose_end_is_missing_or_whose_key_is_null_vanish(write, people, empty_graph):
    write([(1, 2), (1, 9), (None, 2)], "from_id long, to_id long", EDGES)

    assert query(empty_graph, "MATCH (a)-[:KNOWS]->(b) RETURN a.id AS a, b.id AS b") == [{"a": 1, "b": 2}]


def test_text_keys_find_no_integer_keys(write, people, empty_graph):
    write([("1", "2"), ("2", "1")], "from_id string, to_id string", EDGES)

    assert counts(empty_graph) == {"Person": 2}


def test_a_time_without_a_zone_becomes_a_number_and_one_with_a_zone_loses_it(write, empty_graph):
    at = datetime(2024, 3, 31, 2, 30, 0, 1)
    write([(1, at, at.replace(tzinfo=UTC))], "id long, local timestamp_ntz, instant timestamp", PEOPLE)

    found = query(empty_graph, "MATCH (n) RETURN n.local AS local, n.instant AS instant")[0]
    assert found["local"] == 1_711_852_200_000_001
    assert found["instant"].to_native() == at


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (Decimal("1.5"), "decimal(4, 2)", "Unable to convert org.apache.spark.sql.types.Decimal"),
        (["a", None], "array<string>", "Collections containing null values can not be stored"),
        ([[1], [2]], "array<array<long>>", "Collections containing collections can not be stored"),
        ([(1,)], "array<struct<a: long>>", "Property values can only be of primitive types or arrays"),
    ],
)
def test_some_types_break_a_job_off_half_way(write, empty_graph, value, kind, said):
    rows = [(1, None), (2, None), (3, value)]

    with pytest.raises(Exception, match=said):
        write(rows, f"id long, v {kind}", PEOPLE | {"batch.size": "2"})

    assert counts(empty_graph) == {"Person": 2}


def test_a_struct_and_a_map_become_properties_of_other_names(write, empty_graph):
    write([(1, (7, "x"), {"k": 8})], "id long, v struct<a: long, b: string>, m map<string, long>", PEOPLE)

    assert query(empty_graph, "MATCH (n) RETURN properties(n) AS p") == [
        {"p": {"id": 1, "v.a": 7, "v.b": "x", "m.k": 8}}
    ]


def test_overwriting_removes_what_is_null_and_keeps_what_is_not_listed(write, empty_graph):
    write([(1, "Ann", 31, date(2024, 1, 2))], "id long, name string, age long, since date", PEOPLE)

    write([(1, None, 32)], "id long, name string, age long", PEOPLE)

    found = query(empty_graph, "MATCH (n) RETURN properties(n) AS p")[0]["p"]
    assert found | {"since": found["since"].to_native()} == {"id": 1, "age": 32, "since": date(2024, 1, 2)}


def test_a_job_that_fails_leaves_half_of_its_rows_and_doubles_them_when_it_is_run_again(write, empty_graph):
    query(empty_graph, "CREATE CONSTRAINT FOR (n:Order) REQUIRE n.number IS UNIQUE")
    options = {"labels": ":Order", "batch.size": "2", "transaction.retries": "0"}
    rows = [(1, None), (2, None), (3, None), (4, 7), (5, 7)]

    with pytest.raises(Exception, match="already exists"):
        write(rows, "id long, number long", options, mode="Append")
    left = counts(empty_graph)
    write([*rows[:3], (4, 8), (5, 9)], "id long, number long", options, mode="Append")

    assert left == {"Order": 4}
    ids = query(empty_graph, "MATCH (n:Order) RETURN n.id AS id, count(*) AS copies ORDER BY id")
    assert [(row["id"], row["copies"]) for row in ids] == [(1, 2), (2, 2), (3, 2), (4, 2), (5, 1)]


def test_a_misspelled_option_is_ignored(write, empty_graph):
    write([(1, "Ann")], "id long, name string", PEOPLE | {"databse": "nowhere", "node.propertys": "id"})

    assert query(empty_graph, "MATCH (n:Person) RETURN n.name AS name") == [{"name": "Ann"}]

"""What Athena refuses is refused, with Athena's words; each statement is one that Trino alone would execute."""

import pytest

from tests.engines.athena.reading import execute, rows
from tests.engines.athena.stand_in import BUCKET

pytestmark = pytest.mark.slow

ICEBERG = "table_type = 'iceberg', is_external = false, format = 'parquet'"


@pytest.fixture(scope="module")
def client(athena):
    client = athena.client("athena")
    execute(client, "create schema if not exists `rules`")
    return client


def iceberg(name: str) -> str:
    """The properties of an Iceberg table with a place of its own."""
    return f"with ({ICEBERG}, location = 's3://{BUCKET}/rules/{name}')"


def test_a_write_to_more_than_100_partitions_is_refused(client):
    numbers = "select cast(n as bigint) as n from unnest(sequence(1, {})) as t (n)"
    properties = f"with ({ICEBERG}, location = 's3://{BUCKET}/rules/{{}}', partitioning = array['n'])"

    execute(client, f"create table rules.hundred {properties.format('hundred')} as {numbers.format(100)}")
    with pytest.raises(
        RuntimeError, match=r"TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers for partitions"
    ):
        execute(client, f"create table rules.more {properties.format('more')} as {numbers.format(101)}")

    assert list(rows(client, "select count(*) from rules.hundred")) == [(100,)]


def test_a_hive_write_to_more_than_100_partitions_is_refused(client):
    with pytest.raises(RuntimeError, match=r"HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers"):
        execute(
            client,
            f"create table rules.hive with (external_location = 's3://{BUCKET}/rules/hive', format = 'parquet', "
            "partitioned_by = array['p']) as select n as v, n as p from unnest(sequence(1, 101)) as t (n)",
        )


def test_timestamps_of_iceberg_tables_have_microseconds(client):
    with pytest.raises(RuntimeError, match=r"NOT_SUPPORTED: Timestamp precision \(3\) not supported for Iceberg"):
        execute(
            client, f"create table rules.t3 {iceberg('t3')} as select cast('2025-01-15 10:00:00' as timestamp(3)) as t"
        )

    execute(client, f"create table rules.t6 {iceberg('t6')} as select timestamp '2025-01-15 10:00:00.123456' as t")
    assert [str(row[0]) for row in rows(client, "select t from rules.t6")] == ["2025-01-15 10:00:00.123456"]


def test_timestamps_of_hive_tables_have_milliseconds(client):
    with pytest.raises(RuntimeError, match="Incorrect timestamp precision for timestamp"):
        execute(
            client,
            f"create table rules.h6 with (external_location = 's3://{BUCKET}/rules/h6', format = 'parquet') "
            "as select timestamp '2025-01-15 10:00:00.123456' as t",
        )


def test_a_hive_table_cannot_be_merged_into(client):
    execute(
        client,
        f"create table rules.plain with (external_location = 's3://{BUCKET}/rules/plain', format = 'parquet') as select 1 as n",
    )

    with pytest.raises(RuntimeError, match="NOT_SUPPORTED: "):
        execute(client, "merge into rules.plain as t using (select 1 as n) as s on t.n = s.n when matched then delete")


def test_a_statement_has_at_most_262144_bytes(client):
    longest = "select 1 as n, '" + "é" * ((262_144 - 17) // 2) + "'"
    assert len(longest.encode()) in (262_143, 262_144)
    execute(client, longest)

    with pytest.raises(client.exceptions.InvalidRequestException, match="less than or equal to 262144"):
        execute(client, longest + "  ")


def test_functions_that_came_later_are_refused(client):
    with pytest.raises(RuntimeError, match=r"FUNCTION_NOT_FOUND: .*'any_value' not registered"):
        execute(client, "select any_value(n) from (values 1, 1) as t (n)")

    # in a text it is no function
    assert list(rows(client, "select 'any_value(' || 'n)' as said")) == [("any_value(n)",)]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("select 1; select 2", "Only one sql statement is allowed"),
        ("select 1 as `n`", "backquoted identifiers are not supported"),
        ('create schema if not exists "other"', "ParseException"),
        ("truncate table rules.plain", "ParseException"),
        ("create table rules.x (n int) location 's3://x/y'", "must be ICEBERG"),
    ],
)
def test_what_athenas_parser_does_not_know_is_refused(client, statement, reason):
    with pytest.raises(RuntimeError, match=reason):
        execute(client, statement)


def test_one_of_two_concurrent_updates_of_a_row_is_refused(client):
    from concurrent.futures import ThreadPoolExecutor

    execute(client, f"create table rules.counted {iceberg('counted')} as select 1 as id, 0 as v")

    def count(_) -> str:
        try:
            execute(client, "update rules.counted set v = v + 1 where id = 1")
        except RuntimeError as error:
            return str(error).partition(":")[0]
        return "done"

    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(count, range(4)))

    # none is lost silently: the row counts those that were not refused
    assert list(rows(client, "select v from rules.counted")) == [(ends.count("done"),)]
    assert set(ends) <= {"done", "ICEBERG_COMMIT_ERROR"}

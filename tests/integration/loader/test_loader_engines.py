"""DuckDB and Spark decide alike on every row: the same statement, run by both over the same marts."""

import csv
import time
from collections import Counter
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from graph_loader.bulk import Numbers, counted, write_lines
from graph_loader.declarations import NodeDeclaration
from graph_loader.difference import difference, tally
from graph_loader.engines import DuckdbEngine, SparkEngine
from graph_loader.expectations import ROWS_ALIKE, identifying, inspected_frame
from graph_loader.import_files import ITEMS
from graph_loader.ledger import Ledger
from graph_loader.ledger_state import remember
from graph_loader.manifest import read_graph
from graph_loader.marts import open_marts
from graph_loader.plan import having
from graph_loader.relations import Relation, in_spark
from graph_loader.repeats import Repeats
from graph_loader.spark_sql import HASH, STATUS, STUB, Status, identity_names
from graph_loader.tuning import tuned
from tests.support.dirty_marts import make_dirty
from tests.support.marts import Marts, edge, node

pytestmark = pytest.mark.slow

PEOPLE = """
    select *, 'people.csv' as _source_file, row_number() over () as _source_line
    from (values
        ('a', 1.5, 'Ann', true, 12.34::decimal(9, 2), date '2024-02-29', timestamp '2024-01-01 10:00:00.5', ['x', 'y,z']),
        ('a', -0.0, 'Äöß 𝔘', false, null, date '0044-03-15 (BC)', timestamp '0044-03-15 (BC) 12:00:00', []),
        ('b', 1e300, 'it''s \\ "so"', null, -0.01, date '12345-12-31', timestamp '12345-12-31 23:59:59.999999', null),
        ('b', 'nan'::double, 'a key that is none', null, null, null, null, null),
        ('c', 1, '', true, 0, date '0001-01-01', timestamp '0001-01-01 00:00:00.000001', ['']),
        ('c', 2, null, true, 0, date '9999-12-31', timestamp '1969-12-31 23:59:59.9', ['x', null]),
        ('d', 3, 'twice', null, null, null, null, null),
        ('d', 3, 'twice', null, null, null, null, null),
        ('e', 3, 'in conflict', null, null, null, null, null),
        ('e', 3, 'with this one', null, null, null, null, null),
        (null, 3, 'no key', null, null, null, null, null),
        ('f', null, 'no key', null, null, null, null, null)
    ) as t (tenant, number, name, flag, price, day, "at", tags)
"""
INSTANTS = """
    select i as id, timestamptz '2024-03-31 00:59:59.000001+01' + i * interval 1 hour as "at", [1e-5 * i, 0.1] as floats,
        {'a': i, 'b': [null, 'é']} as nested, interval 90 minute * i as span, (i // 6)::hugeint * 2 * 9223372036854775807 as huge
    from range(7) as numbers (i)
"""
MEETINGS = """
    select * from (values
        ('a', 1.5, 'a', 0.0, 1), ('a', 1.5, 'z', 9.0, 2), ('c', 1.0, 'b', 1e300, 3), ('y', 1.0, 'x', 1.0, 4),
        ('c', 1.0, 'b', 1e300, null), ('d', 3.0, 'd', 3.0, 5), ('d', 3.0, 'd', 3.0, 5), (null, 1.0, 'a', 0.0, 6)
    ) as t (tenant_1, number_1, tenant_2, number_2, "at")
"""
# columns of each of three types, of which one more is twice the work where Spark propagates constraints
WIDE, PLANNED_IN_S = 6, 30


@pytest.fixture
def shop(tmp_path):
    marts = Marts(tmp_path, None)
    marts.make("node_person", node("Person", "tenant", "number"), PEOPLE)
    marts.make("node_instant", node("Instant", "id"), INSTANTS)
    met = edge("MET", ("Person", "tenant_1", "number_1"), ("Person", "tenant_2", "number_2"), "at")
    marts.make("edge_met", met | {"on_missing_end": "create"}, MEETINGS)
    return marts


def told(relation: Relation) -> list[str]:
    """All rows but their hashes, which are each engine's own, in an order that does not depend on who gave them."""
    return sorted(
        str({name: value for name, value in row.asDict().items() if name != HASH}) for row in relation.frame.collect()
    )


def differences(
    engine, marts, declaration, known: Relation | None, keys: dict[str, Relation], changes_only: bool = False
) -> Relation:
    # no node goes, so whoever can may leave out first what is settled
    return difference(engine, declaration, marts, known, keys.__getitem__, changes_only, settles=changes_only)


def require_as_much(engine, ledger, declaration, mart_rows: int, changes: Relation, rows: Relation, known: Relation):
    """Changes alone must give the counts and the ledger's rows that all rows give, and the same changes."""
    names = [*identity_names(declaration.identity), HASH]
    unchanged = f"{STATUS} = 'unchanged'"
    changed = rows.frame.where(f"not ({unchanged})")
    assert told(in_spark(changes.frame.where(f"not ({unchanged})"))) == told(in_spark(changed))
    assert changes.frame.where(unchanged).count() < rows.frame.where(unchanged).count()

    has_stubs = STUB in rows.frame.columns
    assert tally(engine, declaration, changes, mart_rows, has_stubs, known.frame.count()) == tally(
        engine, declaration, rows, mart_rows, has_stubs
    )

    entry = remember(declaration, f"1/{type(engine).__name__}-{declaration.name}", 0)
    accepted = having(Status.CREATED, Status.UPDATED, Status.UNCHANGED)
    ledger.stage(engine, entry, changes, accepted, known)
    staged = ledger.rows(engine.spark, entry).frame.selectExpr(*names)
    wanted = rows.frame.where(accepted).selectExpr(*names)
    assert sorted(map(str, staged.collect())) == sorted(map(str, wanted.collect()))


@pytest.mark.parametrize("repeats", [True, False])
def test_both_engines_decide_alike(shop, spark, tmp_path, repeats):
    if not repeats:
        shop.sql("""
            delete from graph_ready.node_person where tenant in ('d', 'e');
            delete from graph_ready.edge_met where tenant_1 = 'd';
        """)
    folder = tmp_path / "rows"
    folder.mkdir()
    compared, ledger = 0, Ledger(tmp_path / "ledger", None)
    with open_marts(read_graph(shop.manifest), shop.lake / "warehouse.duckdb", lambda: spark) as marts:
        engines = [DuckdbEngine(spark, folder), SparkEngine(spark)]
        keys: list[dict[str, Relation]] = [{}, {}]
        assert any(marts.has_repeats(engines[0], declaration) for declaration in marts.graph) == repeats
        for declaration in marts.graph:
            names = identity_names(declaration.identity)
            first = [
                differences(engine, marts, declaration, None, own) for engine, own in zip(engines, keys, strict=True)
            ]
            assert told(first[0]) == told(first[1])
            compared += first[0].frame.count()
            for number, (own, rows) in enumerate(zip(keys, first, strict=True)):
                accepted = rows.frame.where(f"{STATUS} = 'created'").selectExpr(*names, HASH).orderBy(*names)
                own[declaration.name] = in_spark(ledger.keep(accepted, f"0/{number}-{declaration.name}-keys"))
            # one row has gone from the ledger, one is of unknown state, and one was there before
            known = [
                in_spark(ledger.keep(_altered(own[declaration.name].frame, names), f"0/{number}-{declaration.name}"))
                for number, own in enumerate(keys)
            ]
            again = [
                differences(engine, marts, declaration, before, own)
                for engine, before, own in zip(engines, known, keys, strict=True)
            ]
            assert told(again[0]) == told(again[1])
            statuses = {row[STATUS] for row in again[0].frame.collect()}
            assert {"created", "updated", "deleted"} <= statuses
            compared += again[0].frame.count()
            for engine, before, own, rows in zip(engines, known, keys, again, strict=True):
                changes = differences(engine, marts, declaration, before, own, changes_only=True)
                require_as_much(engine, ledger, declaration, marts.rows[declaration.model.name], changes, rows, before)
        for engine in engines:
            engine.release()
    assert compared > (50 if repeats else 40)


def test_both_engines_find_the_rows_that_are_alike(shop, spark, tmp_path):
    folder = tmp_path / "rows"
    folder.mkdir()
    alike = set()
    with open_marts(read_graph(shop.manifest), shop.lake / "warehouse.duckdb", lambda: spark) as marts:
        engines = [DuckdbEngine(spark, folder), SparkEngine(spark)]
        for declaration in marts.graph:
            mart, columns = marts.read(spark, declaration.model), identifying(declaration)
            keys = [tuple(row[column] for column in columns) for row in mart.frame.select(*columns).collect()]
            of_key = Counter(keys)
            expected = Counter(None if None in key else of_key[key] for key in keys)
            for engine in engines:
                with inspected_frame(declaration, replace(marts, repeats=Repeats()), engine) as frame:
                    assert Counter(row[ROWS_ALIKE] for row in frame.select(ROWS_ALIKE).collect()) == expected
            alike |= expected.keys()
        for engine in engines:
            engine.release()
    assert alike == {None, 1, 2}


def test_both_engines_write_the_same_lines_for_an_import(tmp_path, spark):
    shop = Marts(tmp_path / "shop", None)
    make_dirty(shop)
    folder, lines = tmp_path / "rows", 0
    folder.mkdir()
    # how a key becomes the text of an id is each engine's own; both have the key's values beside it
    ids: list[dict[str, set[str]]] = [{}, {}]
    with open_marts(read_graph(shop.manifest), shop.lake / "warehouse.duckdb", lambda: spark) as marts:
        duckdb_engine, spark_engine = DuckdbEngine(spark, folder), SparkEngine(spark)
        keys: dict[str, Relation] = {}
        for declaration in marts.graph:
            rows = differences(duckdb_engine, marts, declaration, None, keys)
            keys[declaration.name] = in_spark(rows.frame.where(f"{STATUS} = 'created'"))
            found = [counted(engine, declaration, rows) for engine in (duckdb_engine, spark_engine)]
            assert found[0] == found[1]
            written = []
            for engine, known in zip((duckdb_engine, spark_engine), ids, strict=True):
                write_lines(engine, declaration, rows, place := tmp_path / "lines")
                read = parsed(place)
                if isinstance(declaration, NodeDeclaration):
                    known[declaration.label] = {row.pop(0) for row in read}
                else:
                    assert {row.pop(0) for row in read} <= known[declaration.start.node]
                    assert {row.pop(0) for row in read} <= known[declaration.end.node]
                written.append(sorted([_number(item) for field in row for item in field.split(ITEMS)] for row in read))
            assert written[0] == written[1]
            lines += len(written[0])
        for engine in (duckdb_engine, spark_engine):
            engine.release()
    assert lines > 40


def test_edges_name_their_ends_by_number_as_they_do_by_key(tmp_path, spark):
    shop = Marts(tmp_path / "shop", None)
    make_dirty(shop)
    (folder := tmp_path / "rows").mkdir()
    of_number: dict[str, str] = {}
    numbers_of_nodes, edges = [], 0
    with open_marts(read_graph(shop.manifest), shop.lake / "warehouse.duckdb", lambda: spark) as marts:
        engine = DuckdbEngine(spark, folder)
        numbers, keys = Numbers(engine), {}
        for declaration in marts.graph:
            rows = differences(engine, marts, declaration, None, keys)
            keys[declaration.name] = in_spark(rows.frame.where(f"{STATUS} = 'created'"))
            write_lines(engine, declaration, rows, place := tmp_path / "lines")
            by_key = parsed(place)
            write_lines(engine, declaration, rows, place, numbers)
            by_number = parsed(place)
            if isinstance(declaration, NodeDeclaration):
                # the key is among the properties, so no two rows are alike
                ids = {tuple(row[1:]): row[0] for row in by_key}
                assert len(ids) == len(by_key)
                of_number |= {row[0]: f"{declaration.name}/{ids[tuple(row[1:])]}" for row in by_number}
                numbers_of_nodes += [int(row[0]) for row in by_number]
            else:
                ends = (declaration.start.node, declaration.end.node)
                named = [[f"{label}/{key}" for label, key in zip(ends, row, strict=False)] + row[2:] for row in by_key]
                assert sorted(named) == sorted([of_number[row[0]], of_number[row[1]], *row[2:]] for row in by_number)
                edges += len(by_number)
        engine.release()
    assert numbers_of_nodes == list(range(1, len(numbers_of_nodes) + 1))
    assert min(len(numbers_of_nodes), edges) > 10


def parsed(folder: Path) -> list[list[str]]:
    """The fields of all lines."""
    csv.field_size_limit(10_000_000)
    texts = "".join(file.read_bytes().decode() for file in folder.glob("part-*"))
    return list(csv.reader(StringIO(texts, newline="")))


def _number(text: str) -> str:
    """A number in one of the ways to write it; what is none as it is."""
    try:
        return repr(float(text)) if text[-1:].isdigit() else text
    except ValueError:
        return text


def _altered(accepted, names: list[str]):
    from pyspark.sql import functions

    rows = accepted.collect()
    assert len(rows) >= 3
    first, second = rows[0], rows[1]
    schema = accepted.schema
    gone = accepted.sparkSession.createDataFrame([(*map(_other, first[:-1]), first[-1])], schema)
    kept = accepted.sparkSession.createDataFrame(rows[1:], schema)
    unknown = " and ".join(f"{name} = {_literal(value)}" for name, value in zip(names, second, strict=False))
    hashed = functions.expr(f"if({unknown}, null, {HASH})")
    return kept.withColumn(HASH, hashed).unionByName(gone)


def _other(value):
    return value + "~" if isinstance(value, str) else value + 1000


def _literal(value) -> str:
    return f"'{value}'" if isinstance(value, str) else f"{value!r}D" if isinstance(value, float) else str(value)


def test_what_spark_alone_has_reaches_duckdb(spark, tmp_path):
    engine = DuckdbEngine(spark, Path(tmp_path))
    rows = in_spark(spark.sql("select 'a' as k, array(1, 2) as l union all select null, null"))

    found = engine.fetched("select k, size(l) as n from here where k is not null", {"here": rows})

    assert found == [{"k": "a", "n": 2}]
    engine.release()


def test_what_spark_keeps_stays_as_it_was_counted_and_is_given_back(spark, tmp_path):
    mart, other = str(tmp_path / "mart"), str(tmp_path / "other")
    spark.range(1000).selectExpr("id as k", "'before' as v").write.parquet(mart)
    spark.range(3).selectExpr("id as k", "'other' as v").write.parquet(other)
    engine, persisted = SparkEngine(spark), spark.sparkContext._jsc.getPersistentRDDs
    before = persisted().size()

    kept = engine.kept(
        "select * from here where k >= 10", "k bigint, v string", {"here": in_spark(spark.read.parquet(mart))}
    )
    counted = engine.fetched("select count(*) as n from kept", {"kept": kept})
    # another mart takes the name, and the first one is built anew before its rows are written
    engine.fetched("select count(*) as n from here", {"here": in_spark(spark.read.parquet(other))})
    spark.range(20).selectExpr("id as k", "'after' as v").write.mode("overwrite").parquet(mart)

    assert counted == [{"n": 990}]
    assert kept.frame.count() == 990
    assert {row["v"] for row in kept.frame.select("v").distinct().collect()} == {"before"}
    assert persisted().size() == before + 1
    engine.release()
    assert persisted().size() == before


def test_spark_plans_a_mart_of_many_columns_in_no_time(tmp_path, spark):
    columns = {f"{kind}{n}": f"[i::{kind}]" for kind in ("double", "bigint", "varchar") for n in range(WIDE)}
    marts = Marts(tmp_path, None)
    values = ", ".join(f"{value} as {name}" for name, value in columns.items())
    marts.make("node_wide", node("Wide", "id"), f"select i as id, {values} from range(3) as t (i)")
    with (
        open_marts(read_graph(marts.manifest), marts.lake / "warehouse.duckdb", lambda: spark) as opened,
        tuned(spark, 3),
    ):
        [declaration] = opened.graph.nodes
        engine, begin = SparkEngine(spark), time.monotonic()
        found = difference(engine, declaration, opened, None, {}.__getitem__)
        took = time.monotonic() - begin

        assert tally(engine, declaration, found, 3, has_stubs=False)[Status.CREATED] == 3
        engine.release()
    assert took < PLANNED_IN_S

"""Every type of a warehouse in the graph: exact where Neo4j can, else by the conversion that docs/graph-types.md declares."""

import json
import math
from datetime import date
from decimal import Decimal

import pytest

from graph_loader.operations import compare, load
from graph_loader.problems import DeclarationError
from lakegraph.runtime import ops
from tests.support.dirty_marts import make_keyed
from tests.support.graph import query
from tests.support.marts import Marts, edge, model, node, write_manifest
from tests.support.typed_values import KEYS, TEXTS, VALUES, select

pytestmark = pytest.mark.slow

NESTED = {
    "struct": (
        "{'b': 1, 'a key': null, 'a': {'x': [1.5, 'nan'::double]}}",
        {"b": 1, "a key": None, "a": {"x": [1.5, "NaN"]}},
    ),
    "map": ("map {'z': 'ö', 'a': null}", {"a": None, "z": "ö"}),
    "deep": ("[{'m': map {2: [map {'k': 'infinity'::float}], 1: []}}]", [{"m": {"1": [], "2": [{"k": "Infinity"}]}}]),
    "matrix": ("[[1, 2], [], [null]]", [[1, 2], [], [None]]),
    "exact": (
        "{'d': 12345678901234567890.0123456789::decimal(38, 10), 't': timestamp '2024-01-01 00:00:00.000001'}",
        {"d": Decimal("12345678901234567890.0123456789"), "t": "2024-01-01 00:00:00.000001"},
    ),
    "empty_map": ("map {}::map(varchar, integer)", {}),
}


@pytest.fixture
def marts(tmp_path, empty_graph, spark):
    return Marts(tmp_path, empty_graph)


def native(value):
    """A driver's value as Python's own; times with a zone as text, durations as their four parts."""
    match value:
        case list():
            return [native(item) for item in value]
        case _ if type(value).__name__ == "Duration":
            return tuple(value)
        case _ if hasattr(value, "tzinfo") and value.tzinfo is not None:
            return value.iso_format().replace("+00:00", "Z")
        case _ if hasattr(value, "to_native"):
            return value.to_native()
    return value


def test_values_of_every_type_read_back_equal_and_stay_unchanged(marts, empty_graph):
    marts.make("node_value", node("Value", "id"), select(VALUES))
    marts.make("node_text", node("Text", "id"), select(TEXTS))

    load(marts.options)

    found = query(empty_graph, "MATCH (n:Value) RETURN properties(n) AS p")[0]["p"]
    expected = {name: value for name, (_, value) in VALUES.items()}
    assert math.isnan(found.pop("not_a_number")) and math.isnan(expected.pop("not_a_number"))
    assert math.copysign(1, found["no_zero"]) == -1
    assert {name: native(found[name]) for name in expected} == expected
    names = ", ".join(f"toString(n.{name}) AS {name}" for name in TEXTS)
    assert query(empty_graph, f"MATCH (n:Text) RETURN {names}") == [{name: text for name, (_, text) in TEXTS.items()}]
    assert [(counts.unchanged, counts.sent) for counts in load(marts.options).counts] == [(1, 1), (1, 1)]
    # read back in bulk, every value is what the mart holds
    assert [(one.name, one.drifted, one.agrees) for one in compare(marts.options, deep=True)] == [
        ("Text", 0, True),
        ("Value", 0, True),
    ]
    query(empty_graph, "MATCH (n:Value) SET n.span = n.span + duration({nanoseconds: 1000})")
    assert [(one.name, one.drifted) for one in compare(marts.options, deep=True)] == [("Text", 0), ("Value", 1)]


def test_nested_values_become_json_text_that_is_always_alike(marts, empty_graph):
    marts.make(
        "node_thing", node("Thing", "id"), select(NESTED) + " union all select 2, null, null, null, null, null, null"
    )

    load(marts.options)

    found = {row["id"]: row["p"] for row in query(empty_graph, "MATCH (n:Thing) RETURN n.id AS id, properties(n) AS p")}
    assert found[2] == {"id": 2}
    assert found[1].pop("id") == 1
    assert {name: json.loads(text, parse_float=Decimal) for name, text in found[1].items()} == {
        name: json.loads(json.dumps(value, default=float), parse_float=Decimal) if name != "exact" else value
        for name, (_, value) in NESTED.items()
    }
    # fields in the struct's order, keys of maps in their own
    assert found[1]["struct"] == '{"b":1,"a key":null,"a":{"x":[1.5,"NaN"]}}'
    assert found[1]["map"] == '{"a":null,"z":"ö"}'
    marts.sql("update graph_ready.node_thing set map = map {'a': null, 'z': 'ö'} where id = 1")
    assert load(marts.options).counts[0].unchanged == 2
    marts.sql("update graph_ready.node_thing set matrix = [[1, 2], [], []] where id = 1")
    assert load(marts.options).counts[0].updated == 1


def test_a_column_may_ask_for_its_text_or_for_json(marts, empty_graph):
    columns = {"amount": "decimal(38,10)", "share": "double", "tags": "varchar[]"}
    marts.sql("create schema if not exists graph_ready")
    marts.sql("""
        create table graph_ready.node_thing as
        select 12345678901234567890.0123456789::decimal(38, 10) as amount, 0.1::double as share, ['a', null] as tags
    """)
    entry = model("node_thing", node("Thing", "amount", "share"), columns)
    for name, wanted in {"amount": "text", "share": "text", "tags": "json"}.items():
        entry["columns"][name]["config"] = {"meta": {"graph": {"as": wanted}}}
    marts.declare(entry)

    first, second = load(marts.options), load(marts.options)

    assert query(empty_graph, "MATCH (n:Thing) RETURN properties(n) AS p") == [
        {"p": {"amount": "12345678901234567890.0123456789", "share": "0.1", "tags": '["a",null]'}}
    ]
    assert (first.counts[0].created, second.counts[0].unchanged) == (1, 1)


def test_a_value_that_no_property_can_hold_is_set_aside_with_its_reason(marts, empty_graph):
    marts.make(
        "node_thing",
        node("Thing", "id"),
        """
        select * from (values
            (1::hugeint, 1::ubigint, date '2024-01-01', [timestamp '2024-01-01'], time '00:00:00', timetz '10:00:00+15:59'),
            (9223372036854775808::hugeint, 1, null, null, null, null),
            (2, 9223372036854775808::ubigint, null, null, null, null),
            (3, null, date 'infinity', null, null, null),
            (4, null, null, [timestamp '2024-01-01', timestamp '-infinity'], null, null),
            (5, null, null, null, time '24:00:00', null),
            (6, null, null, null, null, timetz '24:00:00-01'),
            (7, null, null, null, null, timetz '10:00:00-01:02:03')
        ) as t (id, n, day, times, clock, zoned)
        """,
    )
    marts.make(
        "node_real", node("Real", "id"), "select unnest(['0.5', 'nan', '-0.0', '0.0', 'infinity']::double[]) as id"
    )
    marts.make("node_long", node("Long", "id"), "select unnest([repeat('ß', 4000), repeat('ß', 4001)]) as id")

    report = load(marts.options)

    rejected = ops.read(marts.options.settings.ops, "graph_rejected_rows")
    assert {(row["name"], row["reason"], row["detail"]) for row in rejected} == {
        ("Thing", "unsupported_value", "id = 9223372036854775808 does not fit in 64 bits"),
        ("Thing", "unsupported_value", "n = 9223372036854775808 does not fit in 64 bits"),
        ("Thing", "unsupported_value", "day = infinity is no time of a calendar"),
        ("Thing", "unsupported_value", "times = ['2024-01-01 00:00:00', -infinity] is no time of a calendar"),
        ("Thing", "unsupported_value", "clock = 24:00:00 is no time of a day"),
        ("Thing", "unsupported_value", "zoned = 24:00:00-01 is no time of a day"),
        (
            "Thing",
            "unsupported_value",
            "zoned = 10:00:00-01:02:03 has an offset with seconds, which Neo4j does not know",
        ),
        ("Real", "unsupported_value", "id is NaN, which equals nothing"),
        ("Real", "duplicate_key", "the same row comes more than once"),
        ("Long", "unsupported_value", "the key has more than 8,000 bytes"),
    }
    assert {counts.name: (counts.sent, counts.created, counts.rejected) for counts in report.counts} == {
        "Thing": (8, 1, 7),
        "Real": (5, 3, 2),
        "Long": (2, 1, 1),
    }


# two keys of each type
def test_keys_of_every_scalar_type_identify_nodes_edges_and_their_ends(marts, empty_graph):
    make_keyed(marts)

    load(marts.options)
    query(empty_graph, "CREATE (:All), (:All)-[:NEXT]->(:All)")
    again = compare(marts.options)
    marts.sql("update graph_ready.node_all set x = 2; update graph_ready.edge_next set y = 2")
    changed = load(marts.options)

    # nodes and edges of others make the comparison look at the keys
    assert [(row.name, row.expected, row.in_graph, row.missing, row.stale, row.others) for row in again] == [
        ("All", 2, 2, 0, 0, 3),
        ("NEXT", 2, 2, 0, 0, 1),
    ]
    assert [(row.name, row.created, row.updated, row.in_graph) for row in changed.counts] == [
        ("All", 0, 2, 2),
        ("NEXT", 0, 2, 2),
    ]
    assert (
        query(empty_graph, "MATCH (n {x: 2})-[r {y: 2}]->(n) RETURN size(keys(r)) AS keys")
        == [{"keys": len(KEYS) + 1}] * 2
    )


def test_texts_that_look_alike_are_different_keys(marts, empty_graph):
    keys = [
        "é",
        "e\u0301",
        "E\u0301",
        "a",
        "a ",
        " a",
        "A",
        "",
        "\0",
        "𝔘",
        "U",
        "ß",
        "ss",
        "ﬁ",
        "fi",
        "İ",
        "i̇",
        "1",
        "01",
    ]
    texts = ", ".join(f"'{key}'" if key != "\0" else "chr(0)" for key in keys)
    marts.make("node_text", node("Text", "id"), f"select unnest([{texts}]) as id, 1 as x")
    marts.make(
        "edge_same",
        edge("SAME", ("Text", "id"), ("Text", "other")),
        "select id, id as other from graph_ready.node_text",
    )

    first, second = load(marts.options), load(marts.options)

    found = query(empty_graph, "MATCH (n:Text)-[:SAME]->(n) RETURN n.id AS id")
    assert sorted(row["id"] for row in found) == sorted(keys)
    assert [(counts.created, counts.rejected) for counts in first.counts] == [(len(keys), 0)] * 2
    assert [counts.unchanged for counts in second.counts] == [len(keys)] * 2


def test_marts_of_spark_are_converted_alike(tmp_path, empty_graph, spark):
    spark.sql("""
        select 1 as id, named_struct('b', 1, 'a', null, 'm', map('z', 1.5D, 'a', double('nan'))) as s,
            map('z', map(2, 'x', 1, 'y'), 'a', null) as m, array(array(1, null), array()) as l,
            array(named_struct('t', timestamp_ntz '2024-01-01 00:00:00.000001')) as t,
            cast('12345678901234567890.0123456789' as decimal(38, 10)) as d, array('a', null) as tags,
            date '0001-01-01' as day, cast(null as map<string, int>) as absent, 'skipped' as _unfit
    """).createOrReplaceTempView("types_of_spark")
    entry = model("types_of_spark", node("Thing", "id"), contract=False) | {"relation_name": "types_of_spark"}
    entry["columns"] = {
        "d": {"data_type": "decimal(38,10)", "config": {"meta": {"graph": {"as": "text"}}}},
        "tags": {"data_type": "array<string>", "meta": {"graph": {"as": "json"}}},
    }
    marts = Marts(tmp_path, empty_graph)
    write_manifest(marts.manifest, entry, adapter="databricks")

    first, second = load(marts.options), load(marts.options)

    assert (first.counts[0].created, second.counts[0].unchanged) == (1, 1)
    found = query(empty_graph, "MATCH (n:Thing) RETURN properties(n) AS p")[0]["p"]
    assert found.pop("day").to_native() == date(1, 1, 1)
    assert found == {
        "id": 1,
        "s": '{"b":1,"a":null,"m":{"a":"NaN","z":1.5}}',
        "m": '{"a":null,"z":{"1":"y","2":"x"}}',
        "l": "[[1,null],[]]",
        "t": '[{"t":"2024-01-01T00:00:00.000001"}]',
        "d": "12345678901234567890.0123456789",
        "tags": '["a",null]',
    }


@pytest.mark.parametrize(
    ("column", "wanted", "said"),
    [
        ("{'a': 1}", "text", "columns.x.config.meta.graph.as: 'text' is no conversion of STRUCT"),
        ("1.5", "json", "columns.x.config.meta.graph.as: 'json' is no conversion of DECIMAL"),
        ("union_value(a := 1)", None, "columns.x.data_type: Neo4j cannot hold UNION"),
    ],
)
def test_what_does_not_suit_a_column_is_refused(marts, column, wanted, said):
    marts.make("node_thing", node("Thing", "id"), f"select 1 as id, {column} as x")
    entry = marts._models["node_thing"]
    if wanted:
        entry["columns"]["x"]["config"] = {"meta": {"graph": {"as": wanted}}}
    marts.declare(entry)

    with pytest.raises(DeclarationError) as error:
        load(marts.options)

    assert said in str(error.value)


def test_further_labels_come_with_the_node_and_go_with_their_declaration(marts, empty_graph):
    people = "select * from (values (1, 'Ann'), (2, 'Bob'), (3, null)) as t (id, name)"
    marts.make("node_person", node("Person", "id") | {"labels": ["Party", "Human being"]}, people)
    marts.make("node_firm", node("Firm", "id") | {"labels": ["Party"]}, "select 1 as id")
    load(marts.options)
    assert sorted(sorted(row["l"]) for row in query(empty_graph, "MATCH (n:Party) RETURN labels(n) AS l")) == [
        ["Firm", "Party"],
        *[["Human being", "Party", "Person"]] * 3,
    ]
    query(empty_graph, "MATCH (n:Person {id: 2}) SET n:Favourite")

    marts.make("node_person", node("Person", "id") | {"labels": ["Voter", "Party"]}, f"{people} where id < 3")
    swapped, again = load(marts.options), load(marts.options)
    held = query(empty_graph, "MATCH (n:Person) RETURN n.id AS id, labels(n) AS l ORDER BY id")
    marts.make("node_person", node("Person", "id"), f"{people} where id > 3")
    load(marts.options)

    # the node that was labelled by others stays without our labels, the others go
    assert [(counts.updated, counts.deleted) for counts in swapped.counts] == [(0, 0), (2, 1)]
    assert [counts.unchanged for counts in again.counts] == [1, 2]
    assert [(row["id"], sorted(row["l"])) for row in held] == [
        (1, ["Party", "Person", "Voter"]),
        (2, ["Favourite", "Party", "Person", "Voter"]),
    ]
    left = query(empty_graph, "MATCH (n) WHERE NOT n:LakegraphMetadata RETURN labels(n) AS l, properties(n) AS p")
    assert sorted((sorted(row["l"]), row["p"].get("id")) for row in left) == [
        (["Favourite"], None),
        (["Firm", "Party"], 1),
    ]


def test_a_label_with_a_colon_is_one_label_and_not_two(marts, empty_graph):
    marts.make("node_part", node("Part:A", "id") | {"labels": ["B:C"]}, "select 1 as id, 'x' as name")
    linked = edge("IS:PART", ("Part:A", "a"), ("Part:A", "b"))
    marts.make("edge_part", linked, "select 1 as a, 1 as b")
    first = load(marts.options)
    held = query(empty_graph, "MATCH (n)-[r]->(n) RETURN labels(n) AS l, type(r) AS t")
    agreed = [one.agrees for one in compare(marts.options, deep=True)]

    marts.make("node_part", node("Part:A", "id") | {"labels": ["B", "C"]}, "select 1 as id, 'x' as name")
    second = load(marts.options)

    assert [(row["t"], sorted(row["l"])) for row in held] == [("IS:PART", ["B:C", "Part:A"])]
    assert (agreed, [counts.created for counts in first.counts]) == ([True, True], [1, 1])
    assert [counts.updated for counts in second.counts] == [1, 0]
    assert sorted(query(empty_graph, "MATCH (n:`Part:A`) RETURN labels(n) AS l")[0]["l"]) == ["B", "C", "Part:A"]
    assert [one.agrees for one in compare(marts.options, deep=True)] == [True, True]

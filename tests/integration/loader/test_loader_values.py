"""Each type a mart may have, written and read back."""

from datetime import UTC, date, datetime

import pytest

from graph_loader.operations import load
from tests.support.graph import query
from tests.support.marts import Marts, node

pytestmark = pytest.mark.slow

VALUES = """
    select 1 as id, 'x' as text, true as flag, 9223372036854775807::bigint as big, (-5)::tinyint as tiny,
        4000000000::uinteger as wide, 0.1::double as real,
        'nan'::double as nothing, 1234567890.0625::decimal(18, 4) as amount, date '1969-12-31' as day,
        timestamp '2024-03-31 02:30:00.123456' as local_time, timestamp_s '2024-03-31 02:30:00' as second,
        timestamptz '2024-03-31 02:30:00.000001+00' as instant, 'on'::enum('on', 'off') as state,
        ['a', 'b'] as words, [1, 2] as numbers, []::varchar[] as empty, [timestamp '2024-01-01 00:00:00'] as times,
        [0.5::decimal(4, 2)] as amounts, null::varchar as absent
"""


@pytest.fixture
def marts(tmp_path, empty_graph, spark):
    return Marts(tmp_path, empty_graph)


def test_values_read_back_equal(marts, empty_graph):
    marts.make("node_thing", node("Thing", "id"), VALUES)

    load(marts.options)

    found = query(empty_graph, "MATCH (n:Thing) RETURN properties(n) AS p")[0]["p"]
    native = {name: value.to_native() if hasattr(value, "to_native") else value for name, value in found.items()}
    assert native.pop("nothing") != native.get("nothing")
    assert [value.to_native() for value in native.pop("times")] == [datetime(2024, 1, 1)]
    assert native == {
        "id": 1,
        "text": "x",
        "flag": True,
        "big": 9223372036854775807,
        "tiny": -5,
        "wide": 4000000000,
        "real": 0.1,
        "amount": 1234567890.0625,
        "day": date(1969, 12, 31),
        "local_time": datetime(2024, 3, 31, 2, 30, 0, 123456),
        "second": datetime(2024, 3, 31, 2, 30),
        "instant": datetime(2024, 3, 31, 2, 30, 0, 1, tzinfo=UTC),
        "state": "on",
        "words": ["a", "b"],
        "numbers": [1, 2],
        "empty": [],
        "amounts": [0.5],
    }
    assert load(marts.options).counts[0].unchanged == 1


def test_the_smallest_change_of_a_value_is_an_update(marts):
    changes = {
        1: "instant = timestamptz '2024-03-31 02:30:00.000002+00'",
        2: "local_time = timestamp '2024-03-31 02:30:00.123457'",
        3: "amount = 1234567890.0626",
        4: "words = ['a,b']",
        5: "absent = ''",
        6: "nothing = null",
        7: "text = 'X'",
    }
    marts.make(
        "node_thing", node("Thing", "id"), f"select n as id, * exclude (id, n) from ({VALUES}), range(1, 10) as r(n)"
    )
    load(marts.options)
    for number, change in changes.items():
        marts.sql(f"update graph_ready.node_thing set {change} where id = {number}")

    report = load(marts.options)

    assert (report.counts[0].updated, report.counts[0].unchanged) == (7, 2)


def test_keys_of_other_types_match_again(marts, empty_graph):
    keys = {
        "Day": "date '2024-01-01'",
        "Local": "timestamp '2024-01-01 00:00:00.5'",
        "Instant": "timestamptz '2024-01-01 00:00:00+00'",
        "Flag": "true",
    }
    for label, key in keys.items():
        marts.make(f"node_{label.lower()}", node(label, "id"), f"select {key} as id, 1 as x")
    load(marts.options)
    for label in keys:
        marts.sql(f"update graph_ready.node_{label.lower()} set x = 2")

    report = load(marts.options)

    assert {(counts.name, counts.updated, counts.in_graph) for counts in report.counts} == {
        (label, 1, 1) for label in keys
    }
    assert query(empty_graph, "MATCH (n) WHERE n.id IS NOT NULL RETURN n.x AS x") == [{"x": 2}] * 4


def test_a_null_inside_a_list_is_set_aside(marts, empty_graph):
    marts.make("node_thing", node("Thing", "id"), "select 1 as id, ['a', null] as tags union all select 2, ['b']")

    report = load(marts.options)

    assert report.counts[0].rejected_by_reason == {"unsupported_value": 1}
    assert query(empty_graph, "MATCH (n:Thing) RETURN n.id AS id") == [{"id": 2}]

"""What reads the graph back and compares it, as whole texts."""

from graph_loader import contents
from graph_loader.declarations import Column, EdgeDeclaration, End, Model, NodeDeclaration
from graph_loader.spark_sql import row_hash
from graph_loader.types import property_type


def columns(**types: str) -> tuple[Column, ...]:
    return tuple(Column(name, property_type(data_type), data_type) for name, data_type in types.items())


EVENT = NodeDeclaration(
    Model("m", columns=columns(id="varchar", at="timestamptz", times="timestamp[]", price="double", tags="varchar[]")),
    "Event",
    ("id",),
)
USER = NodeDeclaration(Model("m", columns=columns(tenant="varchar", id="bigint")), "User", ("tenant", "id"))
LIKES = EdgeDeclaration(
    Model("m", columns=columns(a="varchar", b="varchar", since="date", how="varchar")),
    "LIKES",
    End("A", ("a",), ("id",)),
    End("B", ("b",), ("id",)),
    ("since",),
)


def test_values_travel_as_text_where_the_mart_sends_text_and_others_types_are_flagged():
    assert contents.contents(EVENT) == (
        "MATCH (key:`Event`) RETURN CASE WHEN key.`id` IS :: STRING THEN key.`id` END AS `_key_id`, "
        "CASE WHEN key.`at` IS :: ZONED DATETIME THEN toString(key.`at`) END AS `at`, "
        "CASE WHEN key.`times` IS :: LIST<LOCAL DATETIME NOT NULL> "
        "THEN [item IN key.`times` | toString(item)] END AS `times`, "
        "CASE WHEN key.`price` IS :: FLOAT THEN key.`price` END AS `price`, "
        "CASE WHEN key.`tags` IS :: LIST<STRING NOT NULL> THEN key.`tags` END AS `tags`, "
        "key.`at` IS :: ZONED DATETIME AND key.`times` IS :: LIST<LOCAL DATETIME NOT NULL> AND key.`price` IS :: FLOAT "
        "AND key.`tags` IS :: LIST<STRING NOT NULL> AS _as_declared"
    )
    assert contents.contents_schema(EVENT) == (
        "`_key_id` string, `at` string, `times` array<string>, `price` double, `tags` array<string>, _as_declared boolean"
    )


def test_without_values_all_is_as_declared_unless_a_property_has_to_go():
    identity = (
        "CASE WHEN key.`tenant` IS :: STRING THEN key.`tenant` END AS `_key_tenant`, "
        "CASE WHEN key.`id` IS :: INTEGER THEN key.`id` END AS `_key_id`"
    )
    assert contents.contents(USER) == f"MATCH (key:`User`) RETURN {identity}, true AS _as_declared"
    assert contents.contents(USER, ("old`one",)) == (
        f"MATCH (key:`User`) RETURN {identity}, key.`old``one` IS NULL AS _as_declared"
    )


def test_a_node_is_as_declared_only_with_its_labels_and_without_those_that_have_to_go():
    party = NodeDeclaration(Model("m", columns=columns(id="varchar")), "User", ("id",), ("Party", "Per`son"))

    assert contents.contents(party, (), ("Gone",)).endswith(
        "key:`Party` AND key:`Per``son` AND NOT key:`Gone` AS _as_declared"
    )


def test_an_edge_is_read_between_its_labels():
    assert contents.contents(LIKES) == (
        "MATCH (from:`A`)-[key:`LIKES`]->(to:`B`) RETURN CASE WHEN from.`id` IS :: STRING THEN from.`id` END AS `_from_id`, "
        "CASE WHEN to.`id` IS :: STRING THEN to.`id` END AS `_to_id`, "
        "CASE WHEN key.`since` IS :: DATE THEN toString(key.`since`) END AS `_key_since`, "
        "CASE WHEN key.`how` IS :: STRING THEN key.`how` END AS `how`, key.`how` IS :: STRING AS _as_declared"
    )


def test_of_copies_one_stays():
    assert contents.delete_copies(LIKES) == (
        "MATCH (from:`A` {`id`: event.`_from_id`})\n"
        "MATCH (to:`B` {`id`: event.`_to_id`})\n"
        "MATCH (from)-[edge:`LIKES` {`since`: date(event.`_key_since`)}]->(to)\n"
        "WITH event, edge ORDER BY elementId(edge)\n"
        "WITH event, collect(edge) AS copies\n"
        "UNWIND tail(copies) AS copy\n"
        "DELETE copy"
    )


def test_a_graph_row_has_the_hash_of_the_mart_row():
    assert contents.held(LIKES) == (
        "with hashed as (\n"
        "    select `_from_id`, `_to_id`, `_key_since`, "
        f"if(_as_declared, {row_hash(LIKES)}, null) as _hash from graph_contents\n"
        ")\n"
        "select `_from_id`, `_to_id`, `_key_since`, "
        "if(count(_hash) = count(*) and min(_hash) = max(_hash), min(_hash), null) as _hash, count(*) as _copies "
        "from hashed group by `_from_id`, `_to_id`, `_key_since`"
    )


def test_states_of_keys():
    assert contents.compared(USER, loaded=False) == (
        "select `_key_tenant`, `_key_id`, coalesce(_copies, 0) as _copies, case "
        "when wanted._is_wanted and _copies is null then 'missing' "
        "when wanted._is_wanted and held._hash = wanted._hash then 'equal' "
        "when wanted._is_wanted and known._hash = wanted._hash then 'drifted' "
        "when wanted._is_wanted then 'outdated' "
        "when known._is_known then 'stale' else 'others' end as _state\n"
        "from graph_held as held\n"
        "full outer join (select *, true as _is_wanted from graph_wanted) as wanted using (`_key_tenant`, `_key_id`)\n"
        "left join (select *, true as _is_known from graph_known) as known using (`_key_tenant`, `_key_id`)"
    )
    assert "when wanted._is_wanted and true then 'drifted'" in contents.compared(USER, loaded=True)


def test_a_repair_goes_by_what_the_ledger_knows_and_the_graph_has():
    assert contents.known_in_graph(USER) == (
        "select held.`_key_tenant`, held.`_key_id`, held._hash from graph_held as held\n"
        "left semi join graph_known as known on held.`_key_tenant` = known.`_key_tenant` and held.`_key_id` = known.`_key_id`"
    )
    accepted = "(select * from graph_planned where _status in ('created', 'updated', 'unchanged')) as planned"
    assert contents.repaired(USER) == (
        "select count_if(known._hash = planned._hash and (_status <> 'unchanged' or _copies > 1)) as repaired, "
        "coalesce(sum(_copies - 1), 0) as surplus\n"
        f"from {accepted}\n"
        "left join graph_known as known using (`_key_tenant`, `_key_id`)\n"
        "left join graph_held as held using (`_key_tenant`, `_key_id`)"
    )
    assert contents.double(USER) == (
        "select held.`_key_tenant`, held.`_key_id` from graph_held as held\n"
        f"left semi join {accepted} on held.`_key_tenant` = planned.`_key_tenant` and held.`_key_id` = planned.`_key_id`\n"
        "where _copies > 1"
    )


def test_what_a_rebuilt_ledger_claims():
    text = contents.claimed(USER, everything=False)

    assert text == (
        "select `_key_tenant`, `_key_id`, if(_is_wanted, held._hash, null) as _hash, _copies, "
        "`_key_tenant` is not null and `_key_id` is not null and (_is_wanted is not null or _is_known is not null) as _is_ours, "
        "_is_wanted is not null as _is_wanted, "
        "coalesce(held._hash = wanted._hash, false) as _is_same\n"
        "from graph_held as held\n"
        "left join (select *, true as _is_wanted from graph_wanted) as wanted using (`_key_tenant`, `_key_id`)\n"
        "left join (select `_key_tenant`, `_key_id`, true as _is_known from graph_known) as known "
        "using (`_key_tenant`, `_key_id`)"
    )
    assert "`_key_id` is not null and true as _is_ours" in contents.claimed(USER, everything=True)

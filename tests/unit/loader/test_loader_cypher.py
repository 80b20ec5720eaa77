"""Cypher out of declarations, compared as whole texts."""

import pytest

from graph_loader import cypher
from graph_loader.declarations import Column, EdgeDeclaration, End, GraphDeclaration, Model, NodeDeclaration
from graph_loader.types import property_type


def columns(**types: str) -> tuple[Column, ...]:
    return tuple(Column(name, property_type(data_type), data_type) for name, data_type in types.items())


CUSTOMER = NodeDeclaration(
    Model("node_customer", columns=columns(customer_id="varchar", name="varchar", age="bigint", _batch_id="varchar")),
    "Customer",
    ("customer_id",),
)
USER = NodeDeclaration(Model("node_user", columns=columns(tenant="varchar", id="bigint")), "User", ("tenant", "id"))
EVENT = NodeDeclaration(
    Model("node_event", columns=columns(at="timestamp", seen="timestamptz", times="timestamp[]", tags="varchar[]")),
    "Event",
    ("at",),
)
PURCHASED = EdgeDeclaration(
    Model(
        "edge_purchased",
        columns=columns(buyer="varchar", product_id="varchar", order_id="varchar", line="bigint", amount="double"),
    ),
    "PURCHASED",
    End("Customer", ("buyer",), ("customer_id",)),
    End("Product", ("product_id",), ("product_id",)),
    ("order_id", "line"),
)
CHILD_OF = EdgeDeclaration(
    Model("edge_child_of", columns=columns(category_id="varchar", parent_id="varchar")),
    "CHILD_OF",
    End("Category", ("category_id",), ("category_id",)),
    End("Category", ("parent_id",), ("category_id",)),
)


def test_constraints():
    assert cypher.constraint(CUSTOMER) == (
        "CREATE CONSTRAINT `lakegraph_Customer_customer_id_5f91f1c3` IF NOT EXISTS "
        "FOR (node:`Customer`) REQUIRE (node.`customer_id`) IS UNIQUE"
    )
    assert cypher.constraint(USER) == (
        "CREATE CONSTRAINT `lakegraph_User_tenant_id_095673ce` IF NOT EXISTS "
        "FOR (node:`User`) REQUIRE (node.`tenant`, node.`id`) IS UNIQUE"
    )


def test_keys_whose_names_run_together_have_constraints_of_different_names():
    one = NodeDeclaration(Model("m", columns=columns(c="bigint")), "A_b", ("c",))
    other = NodeDeclaration(Model("m", columns=columns(b="bigint", c="bigint")), "A", ("b", "c"))

    assert cypher.constraint_name(one).startswith("lakegraph_A_b_c_")
    assert cypher.constraint_name(other).startswith("lakegraph_A_b_c_")
    assert cypher.constraint_name(one) != cypher.constraint_name(other)


def test_a_former_key_has_an_index_while_its_nodes_go():
    assert cypher.former_index(USER) == (
        "CREATE INDEX `lakegraph_User_tenant_id_095673ce_former` IF NOT EXISTS "
        "FOR (node:`User`) ON (node.`tenant`, node.`id`)"
    )
    assert cypher.drop_former_index(USER) == "DROP INDEX `lakegraph_User_tenant_id_095673ce_former` IF EXISTS"


def test_a_node_is_merged_on_its_key_and_its_lineage_stays_away():
    assert cypher.upsert(CUSTOMER) == (
        "MERGE (node:`Customer` {`customer_id`: event.`_key_customer_id`})\n"
        "SET node += {`name`: event.`name`, `age`: event.`age`}"
    )


def test_a_composite_key_without_other_properties():
    assert cypher.upsert(USER) == "MERGE (node:`User` {`tenant`: event.`_key_tenant`, `id`: event.`_key_id`})"


def test_properties_that_are_declared_no_more_are_removed():
    assert cypher.upsert(USER, ("email",)) == (
        "MERGE (node:`User` {`tenant`: event.`_key_tenant`, `id`: event.`_key_id`})\nSET node += {`email`: null}"
    )


def test_times_travel_as_text_and_are_read_in_the_graph():
    assert cypher.upsert(EVENT) == (
        "MERGE (node:`Event` {`at`: localdatetime(event.`_key_at`)})\n"
        "SET node += {`seen`: datetime(event.`seen`), "
        "`times`: [item IN event.`times` | localdatetime(item)], `tags`: event.`tags`}"
    )


def test_an_edge_is_merged_between_matched_ends_on_its_key():
    assert cypher.upsert(PURCHASED) == (
        "MATCH (from:`Customer` {`customer_id`: event.`_from_customer_id`})\n"
        "MATCH (to:`Product` {`product_id`: event.`_to_product_id`})\n"
        "MERGE (from)-[edge:`PURCHASED` {`order_id`: event.`_key_order_id`, `line`: event.`_key_line`}]->(to)\n"
        "SET edge += {`amount`: event.`amount`}"
    )


def test_a_repair_writes_keys_too_for_cypher_finds_1_where_1_0_is():
    assert cypher.upsert(USER, ("email",), keys_too=True) == (
        "MERGE (node:`User` {`tenant`: event.`_key_tenant`, `id`: event.`_key_id`})\n"
        "SET node += {`tenant`: event.`_key_tenant`, `id`: event.`_key_id`, `email`: null}"
    )
    assert cypher.upsert(PURCHASED, keys_too=True).endswith(
        "\nSET edge += {`order_id`: event.`_key_order_id`, `line`: event.`_key_line`, `amount`: event.`amount`}"
    )
    assert cypher.upsert(CHILD_OF, keys_too=True) == cypher.upsert(CHILD_OF)


def test_an_edge_between_nodes_of_one_label_without_key_or_properties():
    assert cypher.upsert(CHILD_OF) == (
        "MATCH (from:`Category` {`category_id`: event.`_from_category_id`})\n"
        "MATCH (to:`Category` {`category_id`: event.`_to_category_id`})\n"
        "MERGE (from)-[edge:`CHILD_OF`]->(to)"
    )


def test_deletes():
    assert cypher.delete_edge(CHILD_OF) == (
        "MATCH (from:`Category` {`category_id`: event.`_from_category_id`})\n"
        "MATCH (to:`Category` {`category_id`: event.`_to_category_id`})\n"
        "MATCH (from)-[edge:`CHILD_OF`]->(to)\n"
        "DELETE edge"
    )
    assert cypher.delete_node(CUSTOMER, ("customer_id", "na`me")) == (
        "MATCH (node:`Customer` {`customer_id`: event.`_key_customer_id`})\n"
        "WHERE size(labels(node)) = 1 "
        "AND size(keys(node)) = size([held IN [node.`customer_id`, node.`na``me`] WHERE held IS NOT NULL]) "
        "AND NOT EXISTS { (node)--() }\n"
        "DELETE node"
    )
    assert cypher.disown_node(CUSTOMER, ("customer_id", "name")) == (
        "MATCH (node:`Customer` {`customer_id`: event.`_key_customer_id`})\n"
        "REMOVE node:`Customer`, node.`customer_id`, node.`name`"
    )


def test_further_labels_are_set_removed_and_no_reason_to_keep_a_node():
    party = NodeDeclaration(CUSTOMER.model, "Customer", ("customer_id",), ("Person", "Pa`rty"))

    assert cypher.upsert(party, ("email",), ("Lead",)) == (
        "MERGE (node:`Customer` {`customer_id`: event.`_key_customer_id`})\n"
        "SET node:`Person`:`Pa``rty`\n"
        "REMOVE node:`Lead`\n"
        "SET node += {`name`: event.`name`, `age`: event.`age`, `email`: null}"
    )
    assert cypher.delete_node(party, ("customer_id",), ("Lead",)) == (
        "MATCH (node:`Customer` {`customer_id`: event.`_key_customer_id`})\n"
        "WHERE size(labels(node)) = 1 + size([carried IN [node:`Person`, node:`Pa``rty`, node:`Lead`] WHERE carried]) "
        "AND size(keys(node)) = size([held IN [node.`customer_id`] WHERE held IS NOT NULL]) "
        "AND NOT EXISTS { (node)--() }\n"
        "DELETE node"
    )
    assert cypher.disown_node(party, ("name",), ("Lead",)) == (
        "MATCH (node:`Customer` {`customer_id`: event.`_key_customer_id`})\n"
        "REMOVE node:`Customer`:`Person`:`Pa``rty`:`Lead`, node.`name`"
    )


def test_counts_and_identities():
    assert cypher.count(CUSTOMER) == "MATCH (node:`Customer`) RETURN count(node) AS rows"
    assert cypher.count(PURCHASED) == "MATCH ()-[edge:`PURCHASED`]->() RETURN count(edge) AS rows"
    assert cypher.identities(EVENT) == (
        "MATCH (key:`Event`) RETURN CASE WHEN key.`at` IS :: LOCAL DATETIME THEN toString(key.`at`) END AS `_key_at`"
    )
    assert cypher.identities(CHILD_OF) == (
        "MATCH (from:`Category`)-[key:`CHILD_OF`]->(to:`Category`) "
        "RETURN CASE WHEN from.`category_id` IS :: STRING THEN from.`category_id` END AS `_from_category_id`, "
        "CASE WHEN to.`category_id` IS :: STRING THEN to.`category_id` END AS `_to_category_id`"
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Größe 测", "`Größe 测`"),
        ("a`b", "`a``b`"),
        ("x:y}", "`x:y}`"),
        # of the backslashes before it, an even number escapes itself
        (r"C:\users", r"`C:\u005Cusers`"),
        (r"\u0060", r"`\u005Cu0060`"),
        (r"\\u0060", r"`\\u0060`"),
        (r"\\\u0060\\U", r"`\\\u005Cu0060\\U`"),
    ],
)
def test_names_are_quoted(name, expected):
    assert cypher.quoted(name) == expected


def test_a_trial_creates_and_deletes_one_of_everything():
    product = NodeDeclaration(Model("node_product", columns=columns(product_id="varchar")), "Product", ("product_id",))
    knows = EdgeDeclaration(
        Model("edge_knows", columns=columns(a="varchar", b="varchar")),
        "IS `A` FRIEND",
        End("Customer", ("a",), ("customer_id",)),
        End("Customer", ("b",), ("customer_id",)),
    )

    statement, parameters = cypher.trial(GraphDeclaration((CUSTOMER, product), (PURCHASED, knows)), "probe")

    assert statement == (
        "CREATE (n0:`Customer` $n0)\n"
        "CREATE (n1:`Product` $n1)\n"
        "CREATE (n0)-[r0:`PURCHASED` $r0]->(n1)\n"
        "CREATE (n0)-[r1:`IS ``A`` FRIEND` $r1]->(n0)\n"
        "DELETE r1, r0, n1, n0"
    )
    assert parameters == {
        "n0": dict.fromkeys(("customer_id", "name", "age"), "probe"),
        "n1": {"product_id": "probe"},
        "r0": dict.fromkeys(("order_id", "line", "amount"), "probe"),
        "r1": {},
    }


def test_a_trial_creates_nodes_with_their_further_labels_and_sets_these_on_one_that_lacks_them():
    party = NodeDeclaration(CUSTOMER.model, "Customer", ("customer_id",), ("Person", "Pa`rty"))

    statement, parameters = cypher.trial(GraphDeclaration((USER, party), ()), "probe")

    assert statement == (
        "CREATE (n0:`User` $n0)\n"
        "CREATE (n1:`Customer`:`Person`:`Pa``rty` $n1)\n"
        "CREATE (s1:`Customer`)\n"
        "SET s1:`Person`:`Pa``rty`\n"
        "DELETE s1, n1, n0"
    )
    assert set(parameters) == {"n0", "n1"}


def test_what_is_written_in_turn_ends_by_locking_the_metadata_of_its_graph():
    assert cypher.in_turn("CREATE (n)", r"it's \a") == (
        "CREATE (n)\nWITH count(*) AS written\n"
        r"MATCH (m:`LakegraphMetadata` {graph_id: 'it\'s \\a'})"
        "\nSET m.lease_fence = coalesce(m.lease_fence, 0)"
    )


def test_what_is_written_under_a_lease_fails_once_the_lease_has_another_number():
    assert cypher.under_lease("CREATE (n)", "g", 7) == (
        "CREATE (n)\nWITH count(*) AS under_lease\n"
        "MATCH (m:`LakegraphMetadata` {graph_id: 'g'}) WHERE m.lease_fence <> 7\n"
        "SET m.lease_fence = 1 / (m.lease_fence - m.lease_fence)"
    )


def test_rows_of_what_the_graph_does_not_have_are_created():
    further = NodeDeclaration(CUSTOMER.model, "Customer", ("customer_id",), ("Person", "Party"))

    assert cypher.create(further) == (
        "CREATE (node:`Customer`:`Person`:`Party` "
        "{`customer_id`: event.`_key_customer_id`, `name`: event.`name`, `age`: event.`age`})"
    )
    assert cypher.create(EVENT) == (
        "CREATE (node:`Event` {`at`: localdatetime(event.`_key_at`), `seen`: datetime(event.`seen`), "
        "`times`: [item IN event.`times` | localdatetime(item)], `tags`: event.`tags`})"
    )
    assert cypher.create(PURCHASED) == (
        "MATCH (from:`Customer` {`customer_id`: event.`_from_customer_id`})\n"
        "MATCH (to:`Product` {`product_id`: event.`_to_product_id`})\n"
        "CREATE (from)-[edge:`PURCHASED` "
        "{`order_id`: event.`_key_order_id`, `line`: event.`_key_line`, `amount`: event.`amount`}]->(to)"
    )
    assert cypher.create(CHILD_OF).endswith("\nCREATE (from)-[edge:`CHILD_OF`]->(to)")


def test_a_lease_is_taken_when_it_is_free_and_its_fence_goes_up():
    assert cypher.take_lease() == (
        "MERGE (m:`LakegraphMetadata` {graph_id: $graph_id}) ON CREATE SET m.lease_fence = timestamp()\n"
        "SET m.lease_fence = coalesce(m.lease_fence, 0)\n"
        "WITH m WHERE coalesce(m.lease_expires <= datetime(), true) OR m.lease_fence = $dead_fence\n"
        "SET m.lease_fence = m.lease_fence + 1, m.lease_owner = $owner, m.lease_process = $process, "
        "m.lease_expires = datetime() + duration({seconds: $term})\n"
        "RETURN m.lease_fence AS fence"
    )


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (
            cypher.renew_lease,
            "SET m.lease_expires = datetime() + duration({seconds: $term})\nRETURN m.lease_fence AS fence",
        ),
        (cypher.give_back_lease, "REMOVE m.lease_owner, m.lease_process, m.lease_expires"),
        (
            cypher.write_metadata,
            "SET m.ledger_id = $ledger_id, m.generation = $generation, m.attempt = $attempt\nRETURN m.lease_fence AS fence",
        ),
        (cypher.begin_attempt, "SET m.attempt = $attempt\nRETURN m.lease_fence AS fence"),
        (cypher.claim_labels, "SET m.labels = $labels\nRETURN m.lease_fence AS fence"),
    ],
)
def test_what_the_holder_of_a_lease_does_looks_at_the_fence_once_nobody_can_change_it(statement, what):
    assert statement() == (
        "MATCH (m:`LakegraphMetadata` {graph_id: $graph_id})\n"
        "SET m.lease_fence = coalesce(m.lease_fence, 0)\n"
        f"WITH m WHERE m.lease_fence = $fence\n{what}"
    )


def test_graphs_of_other_ids_are_found_by_their_labels_and_given_up_by_their_id():
    assert cypher.graphs_of_labels() == (
        "MATCH (m:`LakegraphMetadata`) WHERE m.graph_id <> $graph_id\n"
        "WITH m, [label IN m.labels WHERE label IN $labels] AS shared WHERE size(shared) > 0\n"
        "RETURN m.graph_id AS graph_id, shared ORDER BY graph_id LIMIT 1"
    )
    assert cypher.forget_graph("it's") == "MATCH (m:`LakegraphMetadata` {graph_id: 'it\\'s'}) DELETE m"


def test_metadata_and_lease_are_read():
    assert cypher.read_metadata() == (
        "MATCH (m:`LakegraphMetadata` {graph_id: $graph_id}) WHERE m.ledger_id IS NOT NULL\n"
        "RETURN m.ledger_id AS ledger_id, m.generation AS generation, m.attempt AS attempt"
    )
    assert cypher.read_lease() == (
        "MATCH (m:`LakegraphMetadata` {graph_id: $graph_id}) WHERE m.lease_fence IS NOT NULL\n"
        "RETURN m.lease_owner AS owner, m.lease_process AS process, toString(m.lease_expires) AS expires, "
        "m.lease_fence AS fence"
    )
    assert cypher.lease_properties() == (
        "MATCH (m:`LakegraphMetadata` {graph_id: $graph_id})\n"
        "RETURN m.lease_fence AS lease_fence, m.lease_owner AS lease_owner, m.lease_process AS lease_process, "
        "toString(m.lease_expires) AS lease_expires"
    )
    assert cypher.node_of_others() == (
        "MATCH (n) WHERE NOT (n:`LakegraphMetadata` AND n.graph_id = $graph_id)\nRETURN labels(n) AS labels LIMIT 1"
    )


def test_constraints_and_indexes_are_made_shown_and_dropped():
    assert cypher.metadata_constraint() == (
        "CREATE CONSTRAINT `lakegraph_LakegraphMetadata_graph_id` IF NOT EXISTS "
        "FOR (m:`LakegraphMetadata`) REQUIRE m.graph_id IS UNIQUE"
    )
    assert cypher.drop_constraint("lakegraph_a`b") == "DROP CONSTRAINT `lakegraph_a``b` IF EXISTS"
    assert cypher.show_constraints() == "SHOW CONSTRAINTS YIELD name, type, labelsOrTypes, properties"
    assert cypher.show_indexes() == "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name"
    assert cypher.await_indexes() == "CALL db.awaitIndexes($seconds)"


def test_edges_of_a_type_that_is_shared_are_counted_between_their_labels():
    shared = EdgeDeclaration(
        Model("edge_likes", columns=columns(a="varchar", b="varchar")),
        "LIK`ES",
        End("Per`son", ("a",), ("id",)),
        End("Post", ("b",), ("id",)),
        is_shared=True,
    )

    assert cypher.count(shared) == "MATCH (:`Per``son`)-[edge:`LIK``ES`]->(:`Post`) RETURN count(edge) AS rows"


def test_a_duration_is_read_back_as_marts_send_it_where_its_seconds_fit():
    span = NodeDeclaration(Model("node_span", columns=columns(span="interval")), "Span", ("span",))
    micros = "(key.`span`.seconds * 1000000 + key.`span`.nanosecondsOfSecond / 1000)"

    assert cypher.identities(span) == (
        "MATCH (key:`Span`) RETURN CASE WHEN key.`span` IS :: DURATION THEN "
        "CASE WHEN abs(key.`span`.seconds) < 9000000000000 AND key.`span`.nanosecondsOfSecond % 1000 = 0 "
        "THEN 'P' + toString(key.`span`.months) + 'M' + toString(key.`span`.days) + 'DT' + "
        f"CASE WHEN {micros} < 0 THEN '-' ELSE '' END + toString(abs({micros}) / 1000000) + '.' "
        f"+ right('00000' + toString(abs({micros}) % 1000000), 6) + 'S' "
        "ELSE toString(key.`span`) END END AS `_key_span`"
    )


def test_edges_are_counted_at_either_end():
    assert cypher.counts_at_ends(PURCHASED) == (
        "MATCH (:`Customer`)-[edge:`PURCHASED`]->() RETURN count(edge) AS rows",
        "MATCH ()-[edge:`PURCHASED`]->(:`Product`) RETURN count(edge) AS rows",
    )


def test_nodes_that_share_a_new_key_are_found_by_their_former_one():
    former = NodeDeclaration(USER.model, "User", ("id",))
    found = (
        "MATCH (key:`User`) WHERE key.`tenant` IS NOT NULL AND key.`id` IS NOT NULL\n"
        "WITH key.`tenant` AS _value_0, key.`id` AS _value_1, collect(key) AS nodes WHERE size(nodes) > 1\n"
        "WITH nodes, elementId(nodes[0]) AS _copies\n"
        "UNWIND nodes AS key\n"
    )

    assert cypher.count_copies(USER) == f"{found}RETURN count(key) AS rows"
    assert cypher.copies(USER, former) == (
        f"{found}RETURN CASE WHEN key.`id` IS :: INTEGER THEN key.`id` END AS `_key_id`, elementId(key) AS _node, _copies, "
        "toStringOrNull(key.`tenant`) AS _text_0, toStringOrNull(key.`id`) AS _text_1"
    )

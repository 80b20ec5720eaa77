"""What the manifest declares, and every way to declare it wrongly."""

import json

import pytest

from graph_loader.declarations import Column, End
from graph_loader.manifest import read_graph
from graph_loader.problems import DeclarationError
from graph_loader.types import Kind, PropertyType
from graph_loader.validation import check_contract
from lakegraph.runtime.errors import ConfigurationError
from tests.support.marts import edge, model, node, write_manifest

CUSTOMER = model(
    "node_customer",
    node("Customer", "customer_id"),
    {"customer_id": "string", "name": "varchar", "_batch_id": "string"},
)
PRODUCT = model("node_product", node("Product", "product_id"), {"product_id": "bigint", "price": "decimal(18,4)"})
PURCHASED_COLUMNS = {
    "customer_id": "string",
    "product_id": "bigint",
    "line": "integer",
    "amount": "double",
    "_source_file": "string",
}
PURCHASED = model(
    "edge_purchased",
    edge("PURCHASED", ("Customer", "customer_id"), ("Product", "product_id"), "line"),
    PURCHASED_COLUMNS,
)


@pytest.fixture
def problems(tmp_path):
    """Gives the problems of some models, each as `model: yaml key: text`."""

    def of(*models: dict) -> list[str]:
        with pytest.raises(DeclarationError) as caught:
            read_graph(write_manifest(tmp_path / "manifest.json", *models))
        assert all(str(problem) in str(caught.value) for problem in caught.value.problems)
        return [f"{problem.model.name}: {problem.yaml_key}: {problem.text}" for problem in caught.value.problems]

    return of


def test_nodes_and_edges_are_read_with_their_columns_and_descriptions(tmp_path):
    test = {"unique_id": "test.shop.unique", "resource_type": "test", "name": "unique", "config": {}}
    plain = model("customers", None, {"customer_id": "string"})

    graph = read_graph(write_manifest(tmp_path / "manifest.json", PURCHASED, PRODUCT, CUSTOMER, test, plain))

    assert [item.name for item in graph] == ["Customer", "Product", "PURCHASED"]
    customer, _, purchased = graph
    assert customer.key == ("customer_id",)
    assert customer.model.description == "About node_customer."
    assert [(column.name, str(column.type), column.description) for column in customer.properties] == [
        ("customer_id", "STRING", "The customer_id."),
        ("name", "STRING", "The name."),
    ]
    assert purchased.start == End("Customer", ("customer_id",), ("customer_id",))
    assert purchased.end == End("Product", ("product_id",), ("product_id",))
    assert [column.name for column in purchased.properties] == ["line", "amount"]
    assert [column.name for column in purchased.values] == ["amount"]
    assert [(item.name, item.column, item.type) for item in purchased.identity] == [
        ("_from_customer_id", "customer_id", PropertyType(Kind.STRING)),
        ("_to_product_id", "product_id", PropertyType(Kind.INTEGER)),
        ("_key_line", "line", PropertyType(Kind.INTEGER)),
    ]


@pytest.mark.parametrize("policy", [None, "reject", "create", "fail"])
def test_what_becomes_of_an_edge_without_an_end_is_read(tmp_path, policy):
    declared = edge("PURCHASED", ("Customer", "customer_id"), ("Product", "product_id"))
    declared |= {"on_missing_end": policy} if policy else {}
    purchased = model("edge_purchased", declared, PURCHASED_COLUMNS)

    graph = read_graph(write_manifest(tmp_path / "manifest.json", purchased, PRODUCT, CUSTOMER))

    assert graph.edges[0].on_missing_end == (policy or "reject")


def test_all_problems_of_all_models_are_told_at_once(problems):
    wrong_customer = model("node_customer", node("Customer", "custmer_id"), {"customer_id": "string"})
    wrong_product = model("node_product", node("Product", "product_id"), {"product_id": "bigint", "size": "blob"})

    found = problems(wrong_customer, wrong_product, PURCHASED)

    assert found == [
        "node_customer: config.meta.graph.key[0]: the model has no column 'custmer_id' (did you mean 'customer_id'?)",
        "node_product: columns.size.data_type: Neo4j cannot hold blob: "
        "binary values are not loaded: cast it to varchar",
    ]


def test_an_unknown_label_at_an_end_is_named_with_the_nearest_one(problems):
    graph = edge("PURCHASED", ("Custommer", "customer_id"), ("Product", "product_id"))

    assert problems(CUSTOMER, PRODUCT, model("edge_purchased", graph, PURCHASED_COLUMNS)) == [
        "edge_purchased: config.meta.graph.from.node: no model declares the label 'Custommer' (did you mean 'Customer'?)"
    ]


def test_a_problem_names_the_file_that_declares_the_model(tmp_path):
    with pytest.raises(
        DeclarationError, match=r"models/graph/_graph\.yml: model node_x: config\.meta\.graph\.key: is missing"
    ):
        read_graph(write_manifest(tmp_path / "manifest.json", model("node_x", {"node": "X"})))


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        ({"key": ["id"]}, "config.meta.graph: says neither `node` nor `edge`: a model is one of them"),
        (
            {"nodes": "X", "key": ["id"]},
            "config.meta.graph: says neither `node` nor `edge` (did you mean 'node'?): a model is one of them",
        ),
        (
            {"node": "X", "edge": "Y", "key": ["id"]},
            "config.meta.graph: says both `node` and `edge`: a model is one of them",
        ),
        ("X", "config.meta.graph: must be a mapping with `node` or `edge`"),
        ({"node": "", "key": ["id"]}, "config.meta.graph.node: must be a name"),
        ({"node": "X"}, "config.meta.graph.key: is missing"),
        ({"node": "X", "key": "id"}, "config.meta.graph.key: must be a list of column names"),
        ({"node": "X", "key": []}, "config.meta.graph.key: names no column"),
        ({"node": "X", "key": ["id", "id"]}, "config.meta.graph.key[1]: names column 'id' twice"),
        ({"node": "X", "key": ["id"], "labels": "Y"}, "config.meta.graph.labels: must be a list of label names"),
        ({"node": "X", "key": ["id"], "labels": ["Y", "Y"]}, "config.meta.graph.labels[1]: names label 'Y' twice"),
        (
            {"node": "X", "key": ["id"], "labels": ["X"]},
            "config.meta.graph.labels[0]: 'X' is the node's own label: leave it out",
        ),
        (
            {"node": "X", "key": ["id"], "keys": ["id"]},
            "config.meta.graph.keys: is not a key of a declaration (did you mean 'key'?); known: node, labels, key",
        ),
        (
            {"edge": "E", "to": {"node": "X", "columns": ["id"]}},
            "config.meta.graph.from: is missing",
        ),
        (
            {"edge": "E", "from": "X", "to": {"node": "X", "columns": ["id"]}},
            "config.meta.graph.from: must be a mapping with node and columns, such as {node: Customer, columns: [customer_id]}",
        ),
        (
            {
                "edge": "E",
                "from": {"node": "X", "column": ["id"], "columns": ["id"]},
                "to": {"node": "X", "columns": ["id"]},
            },
            "config.meta.graph.from.column: is not a key of a declaration (did you mean 'columns'?); known: node, columns",
        ),
        (
            edge("E", ("X", "id"), ("X", "id")) | {"on_missing_end": "crate"},
            "config.meta.graph.on_missing_end: is 'crate' (did you mean 'create'?), but must be one of: reject, create, fail",
        ),
        (
            edge("E", ("X", "id"), ("X", "id")) | {"on_missing_end": ["fail"]},
            "config.meta.graph.on_missing_end: is ['fail'] (did you mean 'fail'?), but must be one of: reject, create, fail",
        ),
        (
            edge("E", ("X", "id"), ("X", "id")) | {"on_missing_ends": "fail"},
            "config.meta.graph.on_missing_ends: is not a key of a declaration (did you mean 'on_missing_end'?); "
            "known: edge, from, to, key, on_missing_end",
        ),
        (
            {"node": "X", "key": ["id"], "on_missing_end": "fail"},
            "config.meta.graph.on_missing_end: is not a key of a declaration; known: node, labels, key",
        ),
    ],
)
def test_a_wrong_shape_is_named(problems, graph, expected):
    assert problems(model("some_model", graph, {"id": "string"})) == [f"some_model: {expected}"]


@pytest.mark.parametrize(
    ("columns", "graph", "expected"),
    [
        (
            PURCHASED_COLUMNS,
            edge("PURCHASED", ("Customer", "customer_id", "line"), ("Product", "product_id")),
            "config.meta.graph.from.columns: has 2 columns, but the key of Customer has 1 (customer_id)",
        ),
        (
            PURCHASED_COLUMNS,
            edge("PURCHASED", ("Customer", "customer"), ("Product", "product_id")),
            "config.meta.graph.from.columns[0]: the model has no column 'customer' (did you mean 'customer_id'?)",
        ),
        (
            PURCHASED_COLUMNS | {"product_id": "varchar"},
            edge("PURCHASED", ("Customer", "customer_id"), ("Product", "product_id")),
            "config.meta.graph.to.columns[0]: column 'product_id' is a varchar, but Product.product_id in node_product "
            "is a bigint: they would never match; cast one of them in its mart, such as `cast(product_id as bigint)`",
        ),
        (
            # as pandas has a column of integers with a null in it
            PURCHASED_COLUMNS | {"product_id": "DOUBLE"},
            edge("PURCHASED", ("Customer", "customer_id"), ("Product", "product_id")),
            "config.meta.graph.to.columns[0]: column 'product_id' is a DOUBLE, but Product.product_id in node_product "
            "is a bigint: they would never match; cast it in the mart, such as `cast(product_id as bigint)`",
        ),
        (
            PURCHASED_COLUMNS | {"amount": "double[]"},
            edge("PURCHASED", ("Customer", "customer_id"), ("Product", "product_id"), "amount"),
            "config.meta.graph.key[0]: column 'amount' is a double[], which cannot identify anything: "
            "cast it to varchar or bigint",
        ),
        (
            PURCHASED_COLUMNS | {"amount": "decimal(18,4)"},
            edge("PURCHASED", ("Customer", "customer_id"), ("Product", "product_id"), "amount"),
            "config.meta.graph.key[0]: column 'amount' is a decimal(18,4), of which a graph's FLOAT keeps 15 digits: "
            "give it `config.meta.graph.as: text`, which keeps all",
        ),
        (
            PURCHASED_COLUMNS,
            edge("PURCHASED", ("Customer", "customer_id"), ("Product", "product_id"), "_source_file"),
            "config.meta.graph.key[0]: column '_source_file' is lineage, for it starts with '_': it identifies nothing",
        ),
        (
            PURCHASED_COLUMNS | {"Amount": "double"},
            edge("PURCHASED", ("Customer", "customer_id"), ("Product", "product_id")),
            "columns.Amount: differs from column 'amount' in letter case only: rename one",
        ),
    ],
)
def test_an_edge_that_does_not_fit_is_named(problems, columns, graph, expected):
    assert problems(CUSTOMER, PRODUCT, model("edge_purchased", graph, columns)) == [f"edge_purchased: {expected}"]


def test_a_key_of_floats_is_to_be_cast_in_its_own_mart(problems):
    product = model("node_product", node("Product", "product_id"), {"product_id": "FLOAT"})

    assert problems(CUSTOMER, product, PURCHASED) == [
        "edge_purchased: config.meta.graph.to.columns[0]: column 'product_id' is a bigint, but Product.product_id in "
        "node_product is a FLOAT: they would never match; cast product_id in node_product, such as "
        "`cast(product_id as bigint)`"
    ]


def test_a_mart_of_floats_where_integers_are_declared_is_told_with_the_cast(tmp_path):
    entry = model("node_customer", node("Customer", "id"), {"id": "BIGINT", "age": "integer", "name": "varchar"})
    declared = read_graph(write_manifest(tmp_path / "manifest.json", entry))
    kinds = {"id": Kind.FLOAT, "age": Kind.INTEGER, "name": Kind.INTEGER}
    columns = tuple(Column(name, PropertyType(kind), "DOUBLE") for name, kind in kinds.items())

    found = check_contract(declared, declared.with_columns({"node_customer": columns}))

    assert [problem.text for problem in found] == [
        "says BIGINT, but the mart has DOUBLE: build it again, with `cast(id as bigint)` where a null or a division has made "
        "a float of it",
        "says varchar, but the mart has DOUBLE: build it again",
    ]


def test_two_models_for_one_label_or_type_are_named(problems):
    other_customer = model("node_person", node("Customer", "customer_id"), {"customer_id": "string"})
    other_edge = PURCHASED | {"name": "edge_sold", "unique_id": "model.shop.edge_sold"}

    assert problems(CUSTOMER, PRODUCT, other_customer, PURCHASED, other_edge) == [
        "node_person: config.meta.graph.node: model node_customer declares the label 'Customer' already: one model per label",
        "edge_sold: config.meta.graph.edge: model edge_purchased declares the relationship type 'PURCHASED' "
        "from Customer to Product already: one model per type and labels",
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Kunde", "kunde"), ("Caf\u00e9", "Cafe\u0301"), ("\u00c9tat", "e\u0301tat"), ("Stra\u00dfe", "STRASSE")],
)
def test_names_that_read_alike_are_refused_with_both(problems, one, other):
    first = model("node_a", node(one, "id"), {"id": "string"})
    second = model("node_b", node(other, "id"), {"id": "string"})
    further = model("node_c", node("C", "id") | {"labels": ["D", other]}, {"id": "string"})
    ends = (("C", "a"), ("C", "b"))
    plain = model("node_c", node("C", "id"), {"id": "string"})
    edges = [model(f"edge_{name}", edge(name, *ends), {"a": "string", "b": "string"}) for name in (one, other)]

    said = f"'{other}' reads like '{one}' of model "
    assert problems(first, second) == [
        f"node_b: config.meta.graph.node: the label {said}node_a, and is another: write both alike"
    ]
    assert problems(first, further) == [
        f"node_c: config.meta.graph.labels[1]: the label {said}node_a, and is another: write both alike"
    ]
    [found] = problems(plain, *edges)
    assert found.partition(": ")[2] in (
        f"config.meta.graph.edge: the relationship type {said}edge_{one}, and is another: write both alike",
        f"config.meta.graph.edge: the relationship type '{one}' reads like '{other}' of model edge_{other}, "
        "and is another: write both alike",
    )


def test_edges_that_would_go_by_one_name_are_refused_with_both(problems):
    nodes = [model(f"node_{label}", node(label, "id"), {"id": "string"}) for label in ("A", "B", "A-X->B")]
    columns = {"a": "string", "b": "string"}
    edges = [
        # a type between two pairs of labels goes by a name with its labels
        model("edge_1", edge("X", ("A", "a"), ("B", "b")), columns),
        model("edge_2", edge("X", ("B", "a"), ("A", "b")), columns),
        model("edge_3", edge("A-X->B", ("A", "a"), ("A", "b")), columns),
    ]

    assert problems(*nodes, *edges) == [
        "edge_3: config.meta.graph.edge: 'X' from A to B and 'A-X->B' from A to A (model edge_1) would both be called "
        "'A-X->B': rename one"
    ]


def test_versions_of_a_model_do_not_share_a_graph(problems):
    second = model("node_customer", node("Client", "customer_id"), {"customer_id": "string"})
    second |= {"unique_id": "model.shop.node_customer.v2", "alias": "node_customer_v2"}

    assert problems(CUSTOMER, second) == [
        "node_customer: config.meta.graph: another model of this name declares 'Customer': "
        "leave it to one version or package, or rename a model"
    ]


def test_a_label_of_another_model_is_no_further_label(problems):
    labelled = model("node_vip", node("Vip", "id") | {"labels": ["Party", "Customer"]}, {"id": "string"})

    assert problems(CUSTOMER, labelled) == [
        "node_vip: config.meta.graph.labels[1]: 'Customer' is the label of model node_customer: leave it out"
    ]


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        ("text", "columns.name.config.meta.graph: must be a mapping such as {as: text}"),
        (
            {"ass": "text"},
            "columns.name.config.meta.graph.ass: is not a key of a column (did you mean 'as'?); known: as",
        ),
        (
            {"as": "json"},
            "columns.name.config.meta.graph.as: 'json' is no conversion of varchar: "
            "use `json` for nested values and lists, `text` for all others",
        ),
    ],
)
def test_a_column_that_is_declared_wrongly_is_named(problems, graph, expected):
    customer = model("node_customer", node("Customer", "id"), {"id": "string", "name": "varchar"})
    customer["columns"]["name"]["config"] = {"meta": {"graph": graph}}

    assert problems(customer) == [f"node_customer: {expected}"]


def test_an_ephemeral_model_is_refused(problems):
    ephemeral = model(
        "node_customer", node("Customer", "customer_id"), {"customer_id": "string"}, materialized="ephemeral"
    )

    assert problems(ephemeral) == [
        "node_customer: config.materialized: an ephemeral model has no rows to load: make it a table or a view"
    ]


def test_columns_are_not_judged_where_no_contract_lists_them_all(tmp_path):
    without_contract = model("node_customer", node("Customer", "customer_id"), {"name": "string"}, contract=False)

    graph = read_graph(write_manifest(tmp_path / "manifest.json", without_contract))

    assert graph.nodes[0].key == ("customer_id",)


@pytest.mark.parametrize("content", ["{", "[]", json.dumps({"metadata": {}})])
def test_a_file_that_is_no_manifest_is_refused(tmp_path, content):
    path = tmp_path / "manifest.json"
    path.write_text(content)

    with pytest.raises(ConfigurationError, match=r"manifest\.json is .*dbt parse"):
        read_graph(path)


def test_a_missing_manifest_and_one_without_a_graph_say_what_to_do(tmp_path):
    with pytest.raises(ConfigurationError, match=r"no dbt manifest at .* Run `dbt build`"):
        read_graph(tmp_path / "manifest.json")
    with pytest.raises(ConfigurationError, match="declares a graph"):
        read_graph(write_manifest(tmp_path / "manifest.json", model("customers", None)))


def test_a_column_that_asks_for_a_conversion_has_to_be_in_the_mart(tmp_path):
    entry = model("node_customer", node("Customer", "id"), {"id": "string", "amount": "decimal(38,2)"}, contract=False)
    entry["columns"]["amount"]["config"] = {"meta": {"graph": {"as": "text"}}}
    declared = read_graph(write_manifest(tmp_path / "manifest.json", entry))
    found = declared.with_columns(
        {"node_customer": tuple(Column(name, PropertyType(Kind.STRING)) for name in ("id", "Amount"))}
    )

    assert [str(problem).partition(": ")[2] for problem in check_contract(declared, found)] == [
        "model node_customer: columns.amount: the mart has no column of this name (did you mean 'Amount'?)"
    ]

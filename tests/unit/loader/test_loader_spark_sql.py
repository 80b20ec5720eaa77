"""What the statement decides on every row: run by DuckDB, which needs no Spark to be started."""

import pytest

from graph_loader import stub_sql
from graph_loader.contents import HELD, WANTED
from graph_loader.contents import claimed as claimed_rows
from graph_loader.declarations import Column, EdgeDeclaration, End, Model, NodeDeclaration, OnMissingEnd
from graph_loader.difference_sql import LOOKED_THROUGH, difference, repeats
from graph_loader.engines import DuckdbEngine
from graph_loader.judging_sql import FROM_KEYS, KEY_BYTES, KNOWN, MART, TO_KEYS
from graph_loader.relations import Relation
from graph_loader.spark_sql import empty_hash, literal, row_hash
from graph_loader.types import property_type


def columns(**types: str) -> tuple[Column, ...]:
    return tuple(Column(name, property_type(data_type), data_type) for name, data_type in types.items())


PERSON = NodeDeclaration(Model("people", columns=columns(id="bigint", name="varchar", tags="varchar[]")), "P", ("id",))
KNOWS = EdgeDeclaration(
    Model("m", columns=columns(a="bigint", b="bigint", day="varchar", how="varchar")),
    "KNOWS",
    End("P", ("a",), ("id",)),
    End("P", ("b",), ("id",)),
    ("day",),
)


@pytest.fixture
def engine(tmp_path):
    found = DuckdbEngine(None, tmp_path)
    yield found
    found.release()


def rows(values: str, names: str) -> Relation:
    return Relation(None, f"select * from (values {values}) as t ({names})")


def people(values: str) -> Relation:
    return rows(values, "id, name, tags")


def decided(engine: DuckdbEngine, declaration, statement: str, inputs: dict) -> list[tuple]:
    """Identity, status, reason and detail of all rows, in order."""
    found = engine.fetched(statement, inputs)
    names = [item.name for item in declaration.identity]
    picked = [(*(row[name] for name in names), row["_status"], row["_reason"], row["_detail"]) for row in found]
    return sorted(picked, key=lambda row: tuple((value is None, str(value)) for value in row))


def hashes(engine: DuckdbEngine, mart: Relation) -> dict[int, bytes]:
    found = engine.fetched(difference(PERSON, has_known=False, lineage=()), {MART: mart})
    return {row["_key_id"]: row["_hash"] for row in found if row["_status"] == "created"}


def known(hashed: dict[int, bytes | None]) -> Relation:
    texts = {key: "null" if value is None else f"unhex('{value.hex()}')" for key, value in hashed.items()}
    pairs = ", ".join(f"({key}, {text})" for key, text in texts.items())
    return rows(pairs, "_key_id, _hash")


def test_a_first_load_creates_what_is_fit_and_says_what_is_wrong_with_the_rest(engine):
    mart = people(
        "(1, 'Ann', ['a']), (2, 'Bob', null), (null, 'Nobody', null), (3, 'Cy', ['a', null]), (4, 'Di', null), "
        "(4, 'Dy', null), (5, 'Ed', []), (5, 'Ed', []), (6, 'Eve', null), (6, 'Eve', []), (null, 'Nobody', null)"
    )

    conflict = ("rejected", "duplicate_key", "rows with this key have different values")
    assert decided(engine, PERSON, difference(PERSON, has_known=False, lineage=()), {MART: mart}) == [
        (1, "created", None, None),
        (2, "created", None, None),
        (3, "rejected", "unsupported_value", "a null inside the list tags"),
        (4, *conflict),
        (4, *conflict),
        (5, "created", None, None),
        (5, "rejected", "duplicate_key", "the same row comes more than once"),
        (6, *conflict),
        (6, *conflict),
        (None, "rejected", "null_key", "id is null"),
        (None, "rejected", "null_key", "id is null"),
    ]


def test_a_copy_of_a_row_that_cannot_be_held_is_in_conflict_with_it_though_their_hashes_are_equal(engine):
    mart = rows(
        "(1, 'Ann', ['a', null], null), (1, 'Ann', ['a'], null), (2, null, ['b'], 'name = 9 does not fit'), "
        "(2, null, ['b'], null), (3, 'Cy', ['c'], null), (3, 'Cy', ['c'], null)",
        "id, name, tags, _unfit",
    )

    found = decided(engine, PERSON, difference(PERSON, False, (), has_unfit=True), {MART: mart})

    conflict = ("rejected", "duplicate_key", "rows with this key have different values")
    assert found == [
        (1, *conflict),
        (1, "rejected", "unsupported_value", "a null inside the list tags"),
        (2, *conflict),
        (2, "rejected", "unsupported_value", "name = 9 does not fit"),
        (3, "created", None, None),
        (3, "rejected", "duplicate_key", "the same row comes more than once"),
    ]


def test_copies_are_found_of_keys_that_may_be_too_long(engine):
    mart = rows(f"('a', 1), ('a', 1), ('b', 1), ('b', 2), (repeat('c', {KEY_BYTES + 1}), 1)", "id, size")
    named = NodeDeclaration(Model("m", columns=columns(id="varchar", size="bigint")), "P", ("id",))

    found = decided(engine, named, difference(named, has_known=False, lineage=()), {MART: mart})

    assert [(key[0], status, reason) for key, status, reason, _ in found] == [
        ("a", "created", None),
        ("a", "rejected", "duplicate_key"),
        ("b", "rejected", "duplicate_key"),
        ("b", "rejected", "duplicate_key"),
        ("c", "rejected", "unsupported_value"),
    ]


def test_of_identical_rows_the_first_in_its_file_stays(engine):
    mart = rows("(1, 'Ann', 'f.csv', 3), (1, 'Ann', 'f.csv', 2)", "id, name, _source_file, _source_line")
    named = NodeDeclaration(Model("m", columns=columns(id="bigint", name="varchar")), "P", ("id",))
    lineage = ("_source_file", "_source_line")

    found = engine.fetched(difference(named, has_known=False, lineage=lineage), {MART: mart})

    assert {(row["_source_line"], row["_status"]) for row in found} == {(2, "created"), (3, "rejected")}


def test_rows_are_told_from_what_the_ledger_remembers(engine):
    before = hashes(
        engine, people("(1, 'Ann', null), (2, 'Bob', ['x']), (3, 'Cy', null), (4, 'Di', null), (5, 'Ed', null)")
    )
    mart = people(
        "(1, 'Ann', null), (2, 'Bob', ['y']), (4, 'Di', null), (4, 'Dy', null), (5, 'Ed', null), (6, 'Fay', null)"
    )

    statement = difference(PERSON, has_known=True, lineage=())
    found = decided(engine, PERSON, statement, {MART: mart, KNOWN: known(before | {5: None})})

    conflict = ("rejected", "duplicate_key", "rows with this key have different values")
    assert found == [
        (1, "unchanged", None, None),
        (2, "updated", None, None),
        (3, "deleted", None, None),
        (4, "deleted", None, None),
        (4, *conflict),
        (4, *conflict),
        # nobody knows what an interrupted load left of it
        (5, "updated", None, None),
        (6, "created", None, None),
    ]


def test_rows_that_stay_are_left_out_where_only_changes_are_asked_for(engine):
    before = hashes(engine, people("(1, 'Ann', null), (2, 'Bob', null), (5, 'Ed', null)"))
    mart = people("(1, 'Ann', null), (2, 'Bo', ['x']), (3, 'Cy', null), (null, 'Di', null)")

    statement = difference(PERSON, True, (), changes_only=True)
    found = engine.fetched(statement, {MART: mart, KNOWN: known(before)})

    assert sorted(((row["_status"], row["_key_id"], row["name"], row["tags"]) for row in found), key=str) == [
        ("created", 3, "Cy", None),
        ("deleted", 5, None, None),
        ("rejected", None, "Di", None),
        ("updated", 2, "Bo", ["x"]),
    ]


def test_whoever_leaves_out_first_what_is_exactly_as_remembered_finds_the_same_changes(engine):
    before = hashes(engine, people("(1, 'Ann', null), (2, 'Bob', []), (3, 'Cy', []), (4, null, null), (5, 'Ed', null)"))
    # an empty list and one with a null in it have one hash; so have nothing and what no property can hold
    mart = rows(
        "(1, 'Ann', null, null), (2, 'Bob', [null], null), (3, 'Cy', [], null), (4, null, null, 'too large'), "
        "(5, 'Ed', null, null), (null, 'Fay', null, null), (7, 'Guy', ['x'], null)",
        "id, name, tags, _unfit",
    )
    inputs = {MART: mart, KNOWN: known(before | {5: None, 6: bytes(16)})}

    def decided_by(**settling) -> list[tuple]:
        statement = difference(PERSON, True, (), has_unfit=True, changes_only=True, **settling)
        return decided(engine, PERSON, statement, inputs)

    found = decided_by(has_repeats=False, settles=True)
    assert found == decided_by()
    assert [row[:3] for row in found] == [
        (2, "deleted", None),
        (2, "rejected", "unsupported_value"),
        (4, "deleted", None),
        (4, "rejected", "unsupported_value"),
        (5, "updated", None),
        (6, "deleted", None),
        (7, "created", None),
        (None, "rejected", "null_key"),
    ]


def test_an_edge_that_a_rebuilt_ledger_claims_is_settled_only_where_its_mart_has_it(engine):
    mart = rows("(1, 2, 'mon', 'x'), (1, 9, 'mon', 'x')", "a, b, day, how")
    keys, names = rows("(1), (2)", "_key_id"), "_from_id, _to_id, _key_day, _hash"
    first = engine.fetched(difference(KNOWS, False, ()), {MART: mart, FROM_KEYS: keys, TO_KEYS: keys})
    edges = {row["_to_id"]: f"1, {row['_to_id']}, 'mon', unhex('{row['_hash'].hex()}')" for row in first}
    held = rows(f"({edges[2]}, 1), ({edges[9]}, 1)", f"{names}, _copies")
    accepted = rows(f"({edges[2]})", names)

    inputs = {HELD: held, WANTED: accepted, KNOWN: accepted}
    claimed = engine.fetched(claimed_rows(KNOWS, everything=True), inputs)

    assert {row["_to_id"]: row["_hash"] is None for row in claimed if row["_is_ours"]} == {2: False, 9: True}


def test_a_key_may_be_called_what_the_statement_calls_its_own(engine):
    named = EdgeDeclaration(
        Model("m", columns=columns(a="bigint", b="varchar", c="bigint", d="varchar")),
        "IS",
        End("P", ("a", "b"), ("found", "end")),
        End("P", ("c", "d"), ("found", "end")),
    )
    mart, keys = (
        rows("(1, 'x', 2, 'y'), (1, 'x', 3, 'y')", "a, b, c, d"),
        rows("(1, 'x'), (2, 'y')", "_key_found, _key_end"),
    )

    found = decided(engine, named, difference(named, False, ()), {MART: mart, FROM_KEYS: keys, TO_KEYS: keys})

    assert [(row[2], *row[4:6]) for row in found] == [(2, "created", None), (3, "rejected", "missing_to")]


def test_an_edge_that_is_as_remembered_still_needs_its_ends(engine):
    mart = rows("(1, 2, 'mon', 'x'), (1, 9, 'mon', 'x'), (2, 9, 'mon', 'y')", "a, b, day, how")
    all_keys, fewer = (rows(keys, "_key_id") for keys in ("(1), (2), (9)", "(1), (2)"))
    inputs = {MART: mart, FROM_KEYS: all_keys, TO_KEYS: all_keys}
    first = engine.fetched(difference(KNOWS, False, (), has_repeats=False), inputs)
    pairs = ", ".join(
        f"({row['_from_id']}, {row['_to_id']}, 'mon', unhex('{row['_hash'].hex()}'))" for row in first[:3]
    )
    remembered = rows(pairs, "_from_id, _to_id, _key_day, _hash")
    inputs |= {KNOWN: remembered, FROM_KEYS: fewer, TO_KEYS: fewer}

    statement = difference(KNOWS, True, (), changes_only=True, has_repeats=False)

    assert [row[:2] + row[3:5] for row in decided(engine, KNOWS, statement, inputs)] == [
        (1, 9, "deleted", None),
        (1, 9, "rejected", "missing_to"),
        (2, 9, "deleted", None),
        (2, 9, "rejected", "missing_to"),
    ]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ("(1, 'a', null), (2, 'a', null)", False),
        ("(1, 'a', null), (1, 'a', null)", True),
        ("(null, 'a', null), (null, 'a', null)", False),
    ],
)
def test_repeated_keys_are_found_and_null_is_none(engine, values, found):
    assert bool(engine.fetched(repeats(PERSON, ()), {LOOKED_THROUGH: people(values)})) == found


def test_an_edge_needs_both_ends_and_a_key(engine):
    mart = rows(
        "(1, 2, 'mon', 'x'), (1, 9, 'mon', 'x'), (9, 1, 'mon', 'x'), (8, 9, 'mon', 'x'), (null, 2, 'mon', 'x'), "
        "(2, 1, null, 'x'), (2, 2, 'mon', null), (2, 1, 'tue', 'x'), (2, 1, 'tue', 'y')",
        "a, b, day, how",
    )
    keys = rows("(1), (2)", "_key_id")

    statement = difference(KNOWS, has_known=False, lineage=())
    found = decided(engine, KNOWS, statement, {MART: mart, FROM_KEYS: keys, TO_KEYS: keys})

    conflict = ("rejected", "duplicate_key", "rows with this key have different values")
    assert found == [
        (1, 2, "mon", "created", None, None),
        (1, 9, "mon", "rejected", "missing_to", "no P with id = 9"),
        (2, 1, "tue", *conflict),
        (2, 1, "tue", *conflict),
        (2, 1, None, "rejected", "null_key", "day is null"),
        (2, 2, "mon", "created", None, None),
        (8, 9, "mon", "rejected", "missing_from", "no P with id = 8"),
        (9, 1, "mon", "rejected", "missing_from", "no P with id = 9"),
        (None, 2, "mon", "rejected", "null_key", "a is null"),
    ]


def test_an_unfit_value_is_told_before_anything_else(engine):
    mart = rows("(null, 'x', null, 'id = 99 does not fit'), (1, 'y', null, null)", "id, name, tags, _unfit")

    found = decided(engine, PERSON, difference(PERSON, False, (), has_unfit=True), {MART: mart})

    assert found == [(1, "created", None, None), (None, "rejected", "unsupported_value", "id = 99 does not fit")]


def test_a_stub_is_made_where_nothing_but_the_end_is_wrong(engine):
    creating = EdgeDeclaration(
        KNOWS.model, "KNOWS", KNOWS.start, KNOWS.end, KNOWS.key, on_missing_end=OnMissingEnd.CREATE
    )
    stubs = stub_sql.stubs(PERSON, [(creating, False)])
    edges = rows(
        "(1, 7, 'mon', 'x'), (7, 8, 'mon', 'x'), (2, 9, null, 'x'), (1, 6, 'a', 'x'), (1, 6, 'a', 'y')",
        "a, b, day, how",
    )
    inputs = {MART: people("(1, 'Ann', null), (3, null, ['a', null])"), f"{stub_sql.STUB_MART}0": edges}

    found = engine.fetched(difference(PERSON, False, (), stubs=stubs), inputs)

    told = {(row["_key_id"], row["_status"], row["_stub"]) for row in found}
    assert told == {(1, "created", None), (3, "rejected", None), (7, "created", "new"), (8, "created", "new")}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("'a,b', null", "'a', ['b']"),
        ("null, ['a']", "'a', null"),
        ("'x', ['a', 'b']", "'x', ['a,b']"),
        ("'x', ['a', 'b']", "'x', ['a,1:b']"),
        ("'x', []", "'x', null"),
        ("'x', []", "'x', ['']"),
        ("'', null", "null, null"),
        ("'a' || chr(0), null", "'a', null"),
        ("'é', null", "'e\u0301', null"),
    ],
)
def test_other_values_have_another_hash(engine, one, other):
    found = hashes(engine, people(f"(1, {one}), (2, {other}), (3, {one})"))

    assert found[1] == found[3] != found[2]


def test_a_label_or_a_type_that_changes_is_a_change_of_every_row():
    labelled = NodeDeclaration(PERSON.model, "P", ("id",), ("Party",))
    retyped = NodeDeclaration(Model("m", columns=columns(id="bigint", name="date", tags="varchar[]")), "P", ("id",))

    assert len({row_hash(PERSON), row_hash(labelled), row_hash(retyped)}) == 3


def test_no_two_sets_of_labels_have_one_hash():
    sets = [("A:B",), ("A", "B"), ("A:`B`",), ("A", "`B`"), ("A", "B:C"), ("A:B", "C"), ("A,B",)]

    assert len({row_hash(NodeDeclaration(PERSON.model, "P", ("id",), labels)) for labels in sets}) == len(sets)
    # in any order
    assert row_hash(NodeDeclaration(PERSON.model, "P", ("id",), ("A", "B"))) == row_hash(
        NodeDeclaration(PERSON.model, "P", ("id",), ("B", "A"))
    )


@pytest.mark.parametrize("labels", [(), ("Party", "A:B")])
def test_a_node_without_values_has_the_hash_of_its_labels_alone(engine, labels):
    person = NodeDeclaration(PERSON.model, "P", ("id",), labels)
    mart = people("(1, null, null), (2, 'a', null)")

    found = engine.fetched(
        f"select _key_id, _hash = {empty_hash(labels)} as same from ({difference(person, False, ())})", {MART: mart}
    )

    assert {row["_key_id"]: row["same"] for row in found} == {1: True, 2: False}


def test_both_zeros_are_one_value_and_a_float_beside_it_is_another(engine):
    floats = NodeDeclaration(Model("m", columns=columns(id="bigint", x="double", y="double[]")), "F", ("id",))
    mart = rows(
        "(1, 0.0::double, [0.0::double]), (2, '-0.0'::double, ['-0.0'::double]), (3, 5e-324::double, [0.0::double]), "
        "(4, 'nan'::double, []), (5, 'inf'::double, [])",
        "id, x, y",
    )

    found = engine.fetched(difference(floats, False, ()), {MART: mart})

    hashed = {row["_key_id"]: row["_hash"] for row in found}
    assert hashed[1] == hashed[2]
    assert len({*hashed.values()}) == 4


def test_literals_are_escaped():
    assert literal("it's \\ so") == "'it\\'s \\\\ so'"

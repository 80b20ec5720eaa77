"""When a ledger and a graph are each other's, and what is known of a row after interrupted loads."""

import json
from dataclasses import replace

import pytest

from graph_loader.connection import Metadata
from graph_loader.declarations import Column, EdgeDeclaration, End, GraphDeclaration, Model, NodeDeclaration
from graph_loader.ledger_state import (
    Attempt,
    LedgerError,
    LedgerState,
    fits,
    may_start_anew,
    mismatch,
    remember,
)
from graph_loader.types import Kind, PropertyType

TEXT, NUMBER = PropertyType(Kind.STRING), PropertyType(Kind.INTEGER)
CUSTOMER = NodeDeclaration(
    Model("node_customer", columns=(Column("id", TEXT), Column("age", NUMBER))), "Customer", ("id",)
)
KNOWS = EdgeDeclaration(
    Model("edge_knows", columns=(Column("a", TEXT), Column("b", TEXT), Column("since", NUMBER), Column("how", TEXT))),
    "KNOWS",
    End("Customer", ("a",), ("id",)),
    End("Customer", ("b",), ("id",)),
    ("since",),
)
ENTRY = remember(CUSTOMER, "1/0", 10)
LOADED = LedgerState("L1", 1, {"node:Customer": ENTRY})
INTERRUPTED = LOADED.begun(Attempt(2, {"node:Customer": remember(CUSTOMER, "2/0", 11)}))
NAMED = LedgerState("L1", 1, {"node:Customer": ENTRY}, attempt="a1")
BROKEN_OFF = NAMED.begun(Attempt(2, {}, id="a2")).begun(Attempt(3, {}, id="a3"))


def test_a_state_survives_json():
    entries = {"edge:KNOWS": remember(KNOWS, "3/1", 4), "node:Customer": remember(CUSTOMER, "3/0", 12, stubs=5)}
    state = INTERRUPTED.begun(Attempt(3, entries, ("Customer",), ("KNOWS", "all"), {"edge:KNOWS": 2}, True, "a3"))

    assert LedgerState.from_dict(json.loads(json.dumps(BROKEN_OFF.as_dict()))) == BROKEN_OFF
    assert LedgerState.from_dict(json.loads(json.dumps(state.as_dict()))) == state


def test_a_state_of_before_there_were_stubs_is_read():
    old = INTERRUPTED.as_dict()
    del old["entries"]["node:Customer"]["stubs"], old["pending"][0]["entries"]["node:Customer"]["stubs"]
    # what it was allowed was not counted, nor were loads told apart by more than their numbers
    del old["pending"][0]["rejects"], old["pending"][0]["id"], old["attempt"]
    old["pending"][0]["allowed_deletes"] = ["Customer"]

    [attempt] = INTERRUPTED.pending
    expected = LOADED.begun(replace(attempt, allowed_deletes=("Customer",)))
    assert LedgerState.from_dict(json.loads(json.dumps(old))) == expected


def test_an_entry_of_before_there_were_changes_beside_its_rows_has_none():
    old = LOADED.as_dict()
    del old["entries"]["node:Customer"]["changes_folder"], old["entries"]["node:Customer"]["rows_changed"]

    assert LedgerState.from_dict(json.loads(json.dumps(old))).entries["node:Customer"].folders == ("1/0",)


def test_an_edge_whose_type_is_shared_by_now_keeps_the_changes_beside_its_rows():
    changed = replace(remember(KNOWS, "3/1", 4), changes_folder="4/1", rows_changed=2)
    state = LedgerState("L1", 4, {"edge:KNOWS": changed})
    shared = replace(KNOWS, is_shared=True)

    [entry] = state.named_as(GraphDeclaration((CUSTOMER,), (shared,), "duckdb")).entries.values()

    assert entry.name == shared.name != KNOWS.name
    assert (entry.folders, entry.rows_changed) == (("3/1", "4/1"), 2)


def test_a_remembered_declaration_identifies_and_holds_what_the_first_one_did():
    for declaration in (CUSTOMER, KNOWS):
        again = remember(declaration, "1/0", 10).declaration()

        assert [(item.name, item.type) for item in again.identity] == [
            (item.name, item.type) for item in declaration.identity
        ]
        assert [column.name for column in again.properties] == [column.name for column in declaration.properties]


@pytest.mark.parametrize(
    ("state", "metadata", "expected"),
    [
        (LOADED, Metadata("L1", 1), True),
        (INTERRUPTED, Metadata("L1", 1), True),
        (INTERRUPTED, Metadata("L1", 2), True),
        (LOADED, Metadata("L1", 2), False),
        (LOADED, Metadata("L1", 0), False),
        (LOADED, Metadata("L2", 1), False),
        (LOADED, None, False),
        (None, Metadata("L1", 1), False),
        (None, None, False),
        (NAMED, Metadata("L1", 1, "a1"), True),
        (BROKEN_OFF, Metadata("L1", 1, "a1"), True),
        (BROKEN_OFF, Metadata("L1", 1, "a2"), True),
        (BROKEN_OFF, Metadata("L1", 1, "a3"), True),
        (BROKEN_OFF, Metadata("L1", 3, "a3"), True),
        # a load that this copy of the ledger knows nothing of has written, ended or not
        (NAMED, Metadata("L1", 1, "a2"), False),
        (BROKEN_OFF, Metadata("L1", 1, "b3"), False),
        (BROKEN_OFF, Metadata("L1", 3, "b3"), False),
        (LOADED, Metadata("L1", 1, "a1"), False),
        # as loads wrote it that did not say who they are
        (BROKEN_OFF, Metadata("L1", 1), True),
    ],
)
def test_a_ledger_fits_a_graph_at_a_generation_it_knows(state, metadata, expected):
    assert fits(state, metadata) is expected


@pytest.mark.parametrize(
    ("state", "metadata", "graph_is_empty", "expected"),
    [
        (None, None, True, True),
        (None, None, False, True),
        (LedgerState("L1"), None, False, True),
        (LOADED, None, True, True),
        (LOADED, None, False, False),
        (LOADED, Metadata("L2", 1), False, False),
        (None, Metadata("L1", 1), False, False),
        (None, Metadata("L1", 1), True, True),
    ],
)
def test_a_ledger_starts_anew_only_where_nothing_is_lost(state, metadata, graph_is_empty, expected):
    assert may_start_anew(state, metadata, graph_is_empty) is expected


@pytest.mark.parametrize(
    ("state", "metadata", "said"),
    [
        (None, Metadata("L1", 1), "was written with ledger L1, which is not in"),
        (LOADED, None, "is of another graph"),
        (LOADED, Metadata("L2", 1), "belongs to ledger L2, but .* holds ledger L1"),
        (LOADED, Metadata("L1", 5), "is at generation 5, but the ledger in .* is at 1"),
        (NAMED, Metadata("L1", 1, "a2"), r"last written by a load that the ledger in .* does not know \(attempt a2\)"),
    ],
)
def test_each_mismatch_says_what_it_is_and_how_to_go_on(state, metadata, said):
    error = mismatch("shop", state, metadata, "ledger/shop")

    with pytest.raises(LedgerError, match=said):
        raise error
    assert "`python -m graph_loader reconcile --rebuild-ledger` writes a new ledger from the graph" in str(error)


def test_the_next_generation_is_above_all_attempts():
    assert LOADED.next_generation == 2
    assert INTERRUPTED.next_generation == 3


def test_a_commit_leaves_nothing_pending():
    attempt = INTERRUPTED.pending[0]

    assert INTERRUPTED.committed(attempt) == LedgerState("L1", 2, attempt.entries)
    assert BROKEN_OFF.committed(BROKEN_OFF.pending[1]) == LedgerState("L1", 3, {}, attempt="a3")


def test_what_was_written_under_another_key_is_no_source_of_the_declared_one():
    other_type = remember(NodeDeclaration(Model("m", columns=(Column("id", NUMBER),)), "Customer", ("id",)), "", 0)

    assert INTERRUPTED.sources("node:Customer", like=ENTRY) == [ENTRY, INTERRUPTED.pending[0].entries["node:Customer"]]
    assert INTERRUPTED.sources("node:Customer", like=other_type) == [None, None]

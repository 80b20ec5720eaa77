"""Which deletes and rejected rows a load that broke off excuses, on ledgers of a few keys."""

from dataclasses import replace

import duckdb
import pytest

from graph_loader.declarations import Column, EdgeDeclaration, End, GraphDeclaration, Model, NodeDeclaration
from graph_loader.engines import DuckdbEngine
from graph_loader.excuses import excused_deletes, excused_rejects
from graph_loader.ledger import Ledger
from graph_loader.ledger_state import Attempt, LedgerState, remember
from graph_loader.relations import Relation
from graph_loader.types import Kind, PropertyType

PERSON = NodeDeclaration(
    Model("node_person", columns=(Column("id", PropertyType(Kind.INTEGER)),), complete=True), "Person", ("id",)
)
BY_TEXT = replace(PERSON, model=replace(PERSON.model, columns=(Column("id", PropertyType(Kind.STRING)),)))
PLACE = "node:Person"


class Ledgers:
    """A ledger in a folder, attempt by attempt; the first one is the last complete load."""

    def __init__(self, folder):
        self.folder, self.state = folder, LedgerState("L1")

    def holding(self, *ids, declaration=PERSON):
        """The entry of a generation that leaves these nodes."""
        entry = remember(declaration, f"{self.state.next_generation}/0", len(ids))
        place = self.folder / entry.folder
        place.mkdir(parents=True)
        values = ", ".join(f"({one})" for one in ids)
        duckdb.sql(f"select * from (values {values}) as rows (_key_id)").write_parquet(str(place / "part-0.parquet"))
        return {PLACE: entry}

    def complete(self, *ids):
        self.state = LedgerState("L1", self.state.next_generation, self.holding(*ids))

    def begun(self, entries, *allowed, **more):
        self.state = self.state.begun(Attempt(self.state.next_generation, entries, allowed, **more))


@pytest.fixture
def ledger(tmp_path):
    return Ledgers(tmp_path / "ledger")


@pytest.fixture
def excused(ledger, tmp_path):
    """Counts which of the nodes that go are excused; another one, which stays, is in the difference as well."""
    engine = DuckdbEngine(None, tmp_path)

    def count(*gone, declaration=PERSON):
        values = ", ".join([*(f"({one}, 'deleted')" for one in gone), "(0, 'updated')"])
        rows = Relation(lambda: None, f"select * from (values {values}) as rows (_key_id, _status)")
        return excused_deletes(engine, Ledger(ledger.folder, ledger.state), declaration, rows)

    yield count
    engine.release()


def test_a_row_that_was_to_go_may_go_and_no_other_in_its_place(ledger, excused):
    ledger.complete(*range(10))
    ledger.begun(ledger.holding(0, 1, 2, 3), "Person")

    assert excused(4, 5, 6, 7, 8, 9) == 6
    # those that are gone already, or are back in the mart, leave nothing to the others
    assert excused(4, 5) == 2
    assert excused(1, 2, 3) == 0
    assert excused(1, 2, 3, 9) == 1


@pytest.mark.parametrize(("allowed", "expected"), [(("all",), 2), (("KNOWS", "Person"), 2), (("KNOWS",), 0), ((), 0)])
def test_what_the_attempt_was_not_allowed_is_not_excused(ledger, excused, allowed, expected):
    ledger.complete(0, 1, 2)
    ledger.begun(ledger.holding(0), *allowed)

    assert excused(1, 2) == expected


def test_of_several_attempts_the_one_that_was_to_delete_the_most_of_them_excuses(ledger, excused):
    ledger.complete(*range(10))
    ledger.begun(ledger.holding(0, 1, 2, 3, 4, 5, 6, 7), "Person")
    ledger.begun(ledger.holding(0, 1, 2, 8, 9), "Person")
    ledger.begun(ledger.holding(0), "KNOWS")

    assert excused(3, 4, 8, 9) == 2
    assert excused(3, 8, 9) == 2
    assert excused(1, 2) == 0


def test_rows_that_came_after_the_attempt_were_not_to_go(ledger, excused):
    ledger.complete(0, 1, 2)
    ledger.begun(ledger.holding(0), "Person")
    ledger.begun(ledger.holding(0, 7, 8, 9))

    assert excused(1, 7, 8, 9) == 1


def test_rows_of_a_first_load_that_broke_off_were_to_go_in_the_one_after_it(ledger, excused):
    ledger.begun(ledger.holding(0, 1, 2), "Person")
    assert excused(1, 2) == 0
    ledger.begun(ledger.holding(0), "Person")

    assert excused(1, 2) == 2


def test_of_a_label_that_was_dropped_all_rows_of_then_were_to_go(ledger, excused):
    ledger.complete(0, 1, 2)
    ledger.begun({}, "Person")
    ledger.begun(ledger.holding(3, 4))

    assert excused(0, 1, 2) == 3
    assert excused(0, 3, 4) == 1


def test_what_was_under_another_key_or_is_gone_from_the_ledger_excuses_nothing(ledger, excused):
    ledger.complete(0, 1, 2)
    before = ledger.state
    ledger.begun(ledger.holding(0, declaration=BY_TEXT), "Person")
    assert excused(1, 2) == 0

    ledger.state = before
    ledger.begun({PLACE: remember(PERSON, "9/0", 1)}, "Person")
    assert excused(1, 2) == 0


@pytest.mark.parametrize(("allowed", "expected"), [(("Person",), 12), (("all",), 12), (("KNOWS",), 0), ((), 0)])
def test_as_many_rows_may_be_rejected_as_the_attempt_set_aside_where_it_was_allowed_any(ledger, allowed, expected):
    ledger.begun({}, allowed_rejects=allowed, rejects={PLACE: 12})
    ledger.begun({}, allowed_rejects=allowed, rejects={PLACE: 9, "edge:KNOWS": 30})

    assert excused_rejects(ledger.state, PERSON) == expected


def test_an_edge_whose_type_is_shared_by_now_keeps_what_was_allowed():
    columns = (Column("a", PropertyType(Kind.INTEGER)), Column("b", PropertyType(Kind.INTEGER)))
    ends = End("Person", ("a",), ("id",)), End("Person", ("b",), ("id",))
    alone = EdgeDeclaration(Model("edge_likes", columns=columns, complete=True), "LIKES", *ends)
    attempt = Attempt(1, {"edge:LIKES": remember(alone, "1/0", 5)}, (), ("LIKES",), {"edge:LIKES": 3})
    shared = replace(alone, is_shared=True)

    state = LedgerState("L1").begun(attempt).named_as(GraphDeclaration((), (shared,)))

    assert excused_rejects(state, shared) == 3

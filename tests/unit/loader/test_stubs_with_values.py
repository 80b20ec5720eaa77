"""Which stubs were nodes with values before, where a load broke off and nobody knows what the graph holds."""

from dataclasses import replace

import duckdb
import pytest

from graph_loader.declarations import Column, Model, NodeDeclaration
from graph_loader.engines import DuckdbEngine
from graph_loader.ledger import Ledger
from graph_loader.ledger_state import Attempt, LedgerState, remember
from graph_loader.relations import Relation
from graph_loader.types import Kind, PropertyType

COLUMNS = (Column("id", PropertyType(Kind.INTEGER)), Column("name", PropertyType(Kind.STRING)))
PERSON = NodeDeclaration(Model("node_person", columns=COLUMNS, complete=True), "Person", ("id",))
LABELLED = replace(PERSON, labels=("Party",))
PLACE = "node:Person"
STUB, PARTY = "md5('')", "md5(':Party')"


@pytest.fixture
def with_values(tmp_path):
    """Counts the stubs that had values, by what the last load and then each attempt was to leave: keys, and texts of hashes."""
    engine = DuckdbEngine(None, tmp_path)

    def count(stubs: list[int], *left: dict[int, str] | None, declarations=(PERSON, PERSON, PERSON)) -> int:
        entries = []
        for number, (rows, declaration) in enumerate(zip(left, declarations, strict=False)):
            if rows is None:
                entries.append({})
                continue
            entry = remember(declaration, f"{number}/0", len(rows))
            folder = tmp_path / "ledger" / entry.folder
            folder.mkdir(parents=True)
            values = ", ".join(f"({key}, unhex({text}))" for key, text in rows.items())
            duckdb.sql(f"select * from (values {values}) as t (_key_id, _hash)").write_parquet(
                str(folder / "part-0.parquet")
            )
            entries.append({PLACE: entry})
        state = LedgerState("L", 0, entries[0])
        for number, entry in enumerate(entries[1:], start=1):
            state = state.begun(Attempt(number, entry))
        pairs = ", ".join([*(f"({key}, 'new')" for key in stubs), "(99, null)"])
        rows = Relation(None, f"select * from (values {pairs}) as t (_key_id, _stub)")
        return Ledger(tmp_path / "ledger", state).with_values(engine, PERSON, rows)

    yield count
    engine.release()


def test_a_node_that_any_of_them_was_to_leave_with_values_had_some(with_values):
    before = {1: "md5('Ann')", 2: "md5('Bob')", 3: STUB, 99: "md5('Zoe')"}
    attempt = {1: "md5('Anna')", 3: STUB, 4: "md5('Dan')", 5: STUB}

    # one changed, one was to go, one was a stub, one was new, one a new stub, and of one nobody has heard
    assert with_values([1, 2, 3, 4, 5, 6], before, attempt) == 3


def test_what_a_first_load_that_broke_off_made_for_edges_had_none(with_values):
    assert with_values([1, 2], None, {1: STUB, 2: STUB, 3: "md5('Cid')"}) == 0


def test_a_stub_of_other_labels_had_none(with_values):
    declarations = (PERSON, LABELLED)

    assert with_values([1, 2, 3], {1: STUB, 2: STUB}, {1: PARTY, 3: "md5('Cid')"}, declarations=declarations) == 1


def test_without_anything_that_is_known_nothing_had_values(with_values):
    assert with_values([1], None, None) == 0

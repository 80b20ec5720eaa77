"""What a changed declaration means for what the ledger knows, in words."""

from dataclasses import replace

import pytest

from graph_loader.declarations import Column, EdgeDeclaration, End, GraphDeclaration, Model, NodeDeclaration
from graph_loader.ledger_state import Attempt, LedgerState, remember
from graph_loader.migrations import identities, is_migrated, known_stubs, label_problems, merged, told
from graph_loader.types import Kind, PropertyType

TEXT, NUMBER = PropertyType(Kind.STRING), PropertyType(Kind.INTEGER)


def person(key: str = "id", labels: tuple[str, ...] = (), **types: PropertyType):
    columns = tuple(Column(name, kind) for name, kind in ({"id": NUMBER, "email": TEXT} | types).items())
    return NodeDeclaration(Model("node_person", columns=columns), "Person", (key,), labels)


def knows(kind: PropertyType = NUMBER, key: tuple[str, ...] = ()):
    columns = (Column("a", kind), Column("b", kind), Column("since", NUMBER))
    ends = End("Person", ("a",), ("id",)), End("Person", ("b",), ("id",))
    return EdgeDeclaration(Model("edge_knows", columns=columns), "KNOWS", *ends, key)


BY_ID, BY_EMAIL = remember(person(), "1/0", 10), remember(person("email"), "2/0", 9)
LOADED = LedgerState("L", 1, {"node:Person": BY_ID})


def test_an_edge_is_known_under_its_name_of_now_whether_its_type_is_shared_or_was():
    alone, shared = knows(), replace(knows(), is_shared=True)
    other = replace(shared, end=End("Dog", ("b",), ("id",)), model=replace(shared.model, name="edge_knows_dog"))
    before = LOADED.begun(Attempt(2, {"edge:KNOWS": remember(alone, "2/1", 5)}))
    after = LOADED.begun(Attempt(2, {"edge:Person-KNOWS->Person": remember(shared, "2/1", 5)}))

    named = before.named_as(GraphDeclaration((person(),), (shared, other)))

    assert named == after and after.named_as(GraphDeclaration((person(),), (alone,))) == before
    assert before.named_as(GraphDeclaration((person(),), (other,))) == before
    assert named.sources("edge:Person-KNOWS->Person")[1].declaration().type == "KNOWS"
    assert (shared.names, other.name) == ({"KNOWS", "Person-KNOWS->Person"}, "Person-KNOWS->Dog")


def test_a_label_that_becomes_another_models_takes_two_loads():
    human = replace(person(), label="Human", labels=("Person",))
    party = replace(person(), label="Party", model=replace(person().model, name="node_party"))
    with_party = LedgerState("L", 1, {"node:Person": remember(person(labels=("Party",)), "1/0", 10)})
    broken_off = LOADED.begun(Attempt(2, with_party.entries)).begun(Attempt(3, LOADED.entries))

    def found(state, *nodes):
        return [
            (problem.model.name, problem.yaml_key) for problem in label_problems(state, GraphDeclaration(nodes, ()))
        ]

    assert found(LOADED, human) == [("node_person", "config.meta.graph.labels[0]")]
    assert found(with_party, person(), party) == [("node_party", "config.meta.graph.node")]
    assert found(broken_off, person(), party) == [("node_party", "config.meta.graph.node")]
    assert (
        found(LOADED, person(labels=("Party",))) == found(with_party, person()) == found(LOADED, person(), party) == []
    )


def test_rows_are_grouped_by_what_identifies_them():
    broken = (
        LOADED.begun(Attempt(2, {"node:Person": BY_EMAIL}))
        .begun(Attempt(3, {}))
        .begun(Attempt(4, {"node:Person": replace(BY_ID, folder="4/0")}))
    )

    groups = identities(broken, "node:Person")

    assert [[entry.folder for entry in group] for group in groups] == [["1/0", "4/0"], ["2/0"]]
    assert is_migrated(groups, BY_ID) and is_migrated(groups, BY_EMAIL)
    assert not is_migrated(identities(LOADED, "node:Person"), BY_ID)
    assert identities(LOADED, "node:Nobody") == []


def test_entries_of_one_identity_have_every_property_and_label_of_each():
    first, last = remember(person(labels=("A",), age=NUMBER), "1/0", 3), remember(person(labels=("B", "A")), "2/0", 5)

    together = merged([first, last])

    assert (together.folder, together.labels, [*together.properties]) == ("2/0", ["A", "B"], ["id", "email", "age"])


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (person(), person(), ()),
        (
            person(),
            person("email"),
            ("has key email STRING, no longer key id INTEGER: its 10 nodes are deleted and written anew",),
        ),
        (
            person(),
            person(id=TEXT),
            ("has key id STRING, no longer key id INTEGER: its 10 nodes are deleted and written anew",),
        ),
        (
            knows(),
            knows(key=("since",)),
            (
                "has key since INTEGER, from Person (id INTEGER), to Person (id INTEGER), "
                "no longer key none, from Person (id INTEGER), to Person (id INTEGER): "
                "its 10 edges are deleted and written anew",
            ),
        ),
        (
            person(labels=("Old", "Same"), age=NUMBER, gone=TEXT),
            person(labels=("Same", "New"), age=TEXT, come=TEXT),
            (
                "label Old goes",
                "label New is new",
                "property age becomes STRING and was INTEGER",
                "property come is new",
                "property gone goes",
            ),
        ),
    ],
)
def test_each_change_is_told_in_a_sentence(before, now, expected):
    groups = [[remember(before, "1/0", 10)]]

    assert told(groups, remember(now, "2/0", 10)) == expected


def test_what_is_declared_no_more_is_told_with_its_new_name():
    assert told([[BY_ID]], None) == ("no model declares it any more: its 10 nodes go with their constraint",)
    assert told([[remember(knows(), "1/0", 4)]], None) == ("no model declares it any more: its 4 edges go",)
    assert told([[BY_ID]], None, "Human") == (
        "model node_person declares Human instead: its 10 nodes go with their constraint",
    )
    assert told([], BY_ID) == ()


def test_stubs_are_told_apart_from_rows():
    def of(rows: int, stubs: int):
        return [[replace(BY_ID, rows=rows, stubs=stubs)]]

    assert told(of(10, 3), BY_EMAIL) == (
        "has key email STRING, no longer key id INTEGER: its 7 nodes and 3 stubs are deleted and written anew",
    )
    assert told(of(3, 3), None) == ("no model declares it any more: its 3 stubs go with their constraint",)
    assert told(of(0, 0), None) == ("no model declares it any more: its 0 nodes go with their constraint",)
    # what was a row once may be a stub in the attempt that came after it
    assert known_stubs([replace(BY_ID, stubs=2), replace(BY_ID, stubs=5)]) == 2

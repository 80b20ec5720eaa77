"""Import files out of declarations, without a server: headers, the command line, and names that do not fit."""

from graph_loader import import_files
from graph_loader.connection import Metadata
from graph_loader.declarations import Column, EdgeDeclaration, End, GraphDeclaration, Model, NodeDeclaration
from graph_loader.engines import DuckdbEngine
from graph_loader.import_files import Group
from graph_loader.relations import Relation
from graph_loader.types import Kind, PropertyType

TEXT, NUMBER = PropertyType(Kind.STRING), PropertyType(Kind.INTEGER)
DAYS = PropertyType(Kind.DATE, is_list=True)


def graph(name: str = "a, b", label: str = "Person") -> GraphDeclaration:
    columns = (Column("tenant", NUMBER), Column("id", TEXT), Column(name, DAYS), Column("_source_file", TEXT))
    person = NodeDeclaration(Model("node_person", columns=columns), label, ("tenant", "id"), ("Party",))
    ends = [Column(f"{end}_{key}", kind) for end in "ab" for key, kind in (("tenant", NUMBER), ("id", TEXT))]
    knows = EdgeDeclaration(
        Model("edge_knows", columns=(*ends, Column("since", NUMBER), Column("why", TEXT))),
        "KNOWS",
        End(label, ("a_tenant", "a_id"), ("tenant", "id")),
        End(label, ("b_tenant", "b_id"), ("tenant", "id")),
        ("since",),
    )
    return GraphDeclaration((person,), (knows,))


def test_headers_name_the_key_as_a_property_and_once_more_as_an_id_of_its_label():
    declared = graph()
    person, knows = declared

    assert (
        import_files.header(declared, person, numbered=False) == '":ID(node-0)","tenant:long","id:string","a, b:date[]"'
    )
    assert (
        import_files.header(declared, knows, numbered=False)
        == '":START_ID(node-0)",":END_ID(node-0)","since:long","why:string"'
    )


def test_a_number_is_of_no_label():
    declared = graph()
    person, knows = declared

    assert import_files.header(declared, person, numbered=True).startswith('":ID","tenant:long"')
    assert import_files.header(declared, knows, numbered=True).startswith('":START_ID",":END_ID","since:long"')
    assert "--id-type=actual" in import_files.arguments([], "shop", line_breaks=False, numbered=True)


def test_an_end_without_a_number_is_written_as_what_is_none(tmp_path):
    _, knows = graph()
    engine = DuckdbEngine(None, tmp_path)
    rows = "select 1 as _from_tenant, 'x' as _from_id, 1 as _to_tenant, 'y' as _to_id, 7 as _key_since, null as why"
    people = Relation(None, "select 1 as _key_tenant, 'x' as _key_id, 5 as _number")
    inputs = {import_files.NUMBERED["from"]: people, import_files.NUMBERED["to"]: people}

    numbered = import_files.with_numbers(knows, rows)
    found = engine.fetched(f"select {import_files.line(knows, numbered=True)} as line from ({numbered})", inputs)

    assert found == [{"line": "5,-,7,"}]
    engine.release()


def test_labels_and_types_are_on_the_command_line_unless_they_mean_something_else_there(tmp_path):
    person, knows = graph()
    odd, _ = declared = graph(label="Per:son $(1)")
    engine = DuckdbEngine(None, tmp_path)

    assert import_files.group_of(graph(), person).names == ("Person", "Party")
    assert import_files.group_of(graph(), knows).names == ("KNOWS",)
    assert import_files.group_of(declared, odd).names == ()
    assert import_files.header(declared, odd, numbered=True).startswith('":ID",":LABEL","tenant:long"')
    rows = "select 7 as _number_key, 1 as _key_tenant, 'x' as _key_id, null as " + '"a, b"'
    found = engine.fetched(f"select {import_files.line(odd, numbered=True)} as line from ({rows})", {})
    assert found == [{"line": '7,"Per:son $(1)\x1fParty",1,"x",'}]
    engine.release()


def test_the_command_line_names_files_and_what_is_in_them():
    groups = [Group("node-0", True, ("Person", "Party")), Group("node-1", True), Group("edge-0", False, ("KNOWS",))]

    assert import_files.arguments(groups, "shop", line_breaks=True, overwrite=True) == [
        *("database", "import", "full", "shop"),
        "--nodes=Person:Party=node-0/header.csv,node-0/part-.*",
        "--nodes=node-1/header.csv,node-1/part-.*",
        "--relationships=KNOWS=edge-0/header.csv,edge-0/part-.*",
        *("--array-delimiter=U+001F", "--bad-tolerance=0", "--multiline-fields=true", "--overwrite-destination=true"),
    ]
    assert import_files.arguments(groups, "shop", line_breaks=False)[-1] == "--bad-tolerance=0"


def test_the_metadata_node_carries_generation_and_lease():
    lease = {"lease_fence": 7, "lease_owner": 'a "b"', "lease_expires": "2024-01-01T00:00:00Z"}

    header, line = import_files.metadata_files("g", Metadata("l", 3, "a"), lease, numbered=False)

    assert header == (
        '":ID(metadata)",":LABEL","graph_id:string","ledger_id:string","generation:long","attempt:string",'
        '"lease_fence:long","lease_owner:string","lease_expires:datetime"'
    )
    assert line == '"metadata","LakegraphMetadata","g","l","3","a","7","a ""b""","2024-01-01T00:00:00Z"'
    numbered = import_files.metadata_files("g", Metadata("l", 3, "a"), lease, numbered=True)
    assert [text.partition(",")[0] for text in numbered] == ['":ID"', '"0"']


def test_names_that_mean_something_else_in_a_header_are_told():
    assert import_files.problems(graph("x.y - z$ä", "Per:son (1)")) == []
    for name in ("x(y)", "x:y", "{x}", "x\ny"):
        assert [problem.yaml_key for problem in import_files.problems(graph(name))] == [f"columns.{name}"]
    assert [problem.yaml_key for problem in import_files.problems(graph(label="A\x1fB"))] == ["config.meta.graph.node"]

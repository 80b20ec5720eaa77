"""The text that adds stubs to a label's rows, part by part."""

from graph_loader.declarations import Column, EdgeDeclaration, End, Model, NodeDeclaration, OnMissingEnd
from graph_loader.difference_sql import difference
from graph_loader.spark_sql import row_hash
from graph_loader.stub_sql import edges_that_make, stubs
from graph_loader.types import property_type


def columns(**types: str) -> tuple[Column, ...]:
    return tuple(Column(name, property_type(data_type), data_type) for name, data_type in types.items())


def edge(name: str, start: str, end: str, policy: OnMissingEnd = OnMissingEnd.CREATE) -> EdgeDeclaration:
    model = Model("m", columns=columns(t="varchar", a="bigint", b="bigint"))
    return EdgeDeclaration(
        model, name, End(start, ("t", "a"), ("tenant", "id")), End(end, ("t", "b"), ("tenant", "id")), (), policy
    )


PERSON = NodeDeclaration(
    Model("m", columns=columns(tenant="varchar", id="bigint", name="varchar", at="timestamp")), "P", ("tenant", "id")
)


def test_stubs_are_made_for_edges_that_ask_for_them_and_have_an_end_at_the_label():
    edges = [
        edge("BOTH", "P", "P"),
        edge("START", "P", "Q"),
        edge("END", "Q", "P"),
        edge("ELSEWHERE", "Q", "Q"),
        edge("REJECTING", "P", "P", OnMissingEnd.REJECT),
        edge("FAILING", "P", "P", OnMissingEnd.FAIL),
    ]

    assert [made.name for made in edges_that_make(PERSON, edges)] == ["BOTH", "START", "END"]


def test_the_keys_of_both_ends_that_no_accepted_row_has_become_rows_without_values():
    parts = dict(stubs(PERSON, [(edge("START", "P", "Q"), False), (edge("BOTH", "P", "P"), False)]))

    assert [name for name in parts if name.endswith("found")] == [
        "stub_0_from_found",
        "stub_1_from_found",
        "stub_1_to_found",
    ]
    assert parts["accepted"] == "select `_key_tenant`, `_key_id` from own_rows where _reason is null"
    assert parts["stub_1_to_travelling"].endswith(" from graph_stub_mart_1")
    assert parts["stub_1_to_found"] == (
        "select stub_1_to_hashed.*, true as _found_from, true as _found_to from stub_1_to_hashed "
        "left anti join accepted on stub_1_to_hashed.`_to_tenant` = accepted.`_key_tenant` "
        "and stub_1_to_hashed.`_to_id` = accepted.`_key_id`"
    )
    assert parts["stubs"] == (
        "select *, cast(null as string) as _source_file, cast(null as bigint) as _source_line, "
        f"cast(null as string) as _batch_id, {row_hash(PERSON)} as _hash, cast(null as string) as _reason, "
        "cast(null as string) as _detail from ("
        "select distinct `_key_tenant`, `_key_id`, cast(null as string) as `name`, cast(null as string) as `at` from ("
        "select `_from_tenant` as `_key_tenant`, `_from_id` as `_key_id` from stub_0_from_judged where _reason is null "
        "union all "
        "select `_from_tenant` as `_key_tenant`, `_from_id` as `_key_id` from stub_1_from_judged where _reason is null "
        "union all "
        "select `_to_tenant` as `_key_tenant`, `_to_id` as `_key_id` from stub_1_to_judged where _reason is null))"
    )
    assert list(parts)[-1] == "judged"
    assert parts["judged"] == (
        "select `_key_tenant`, `_key_id`, `name`, `at`, _source_file, _source_line, _batch_id, _hash, _reason, _detail, "
        "_is_row, false as _is_stub from own_rows\n"
        "    union all\n"
        "    select `_key_tenant`, `_key_id`, `name`, `at`, _source_file, _source_line, _batch_id, _hash, _reason, _detail, "
        "true, true from stubs"
    )


def test_a_label_with_stubs_says_of_each_row_whether_it_is_one_and_whether_it_held_values():
    own = stubs(PERSON, [(edge("START", "P", "Q"), True)])

    anew = difference(PERSON, has_known=False, stubs=own)
    compared = difference(PERSON, has_known=True, stubs=own)

    assert "),\nown_rows as (\n    select *, case _reason " in anew
    assert anew.endswith("as _status, if(_is_stub, 'new', null) as _stub from judged")
    assert (
        "as _status, if(_is_stub, if(known._hash <> judged._hash, 'emptied', 'new'), null) as _stub from judged"
        in compared
    )


def test_a_stub_that_was_made_under_other_labels_held_no_values():
    own = stubs(PERSON, [(edge("START", "P", "Q"), True)])

    compared = difference(PERSON, has_known=True, stubs=own, labels_before=[(), ("Old",)])

    emptied = "known._hash <> judged._hash and known._hash <> unhex(md5('')) and known._hash <> unhex(md5(':Old'))"
    assert f"if(_is_stub, if({emptied}, 'emptied', 'new'), null) as _stub" in compared

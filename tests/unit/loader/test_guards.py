"""What a load refuses unasked, on plans of numbers alone."""

from dataclasses import replace
from datetime import datetime

import pytest

from graph_loader import guards
from graph_loader.dbt_records import ModelResult
from graph_loader.declarations import EdgeDeclaration, End, Model, NodeDeclaration
from graph_loader.difference import Tally
from graph_loader.guards import ALL, BlockedLoadError, Limits, blocks
from graph_loader.ledger_state import Attempt
from graph_loader.migrations import Former
from graph_loader.plan import Plan, Step
from lakegraph.runtime.errors import ConfigurationError

LIMITS = Limits(max_deleted_share=0.2, max_rejected_share=0.1)
PERSON = NodeDeclaration(Model("node_person"), "Person", ("id",))
KNOWS = EdgeDeclaration(Model("edge_knows"), "KNOWS", End("Person", ("a",)), End("Person", ("b",)))


def plan(declaration=PERSON, declared=True, reasons=None, **statuses) -> Plan:
    step = Step(declaration, Tally(statuses, reasons or {}), None, "an entry" if declared else None)
    return Plan((step,), Attempt(1, {}))


def said(*arguments) -> list[str]:
    return [str(block) for block in blocks(*arguments)]


def test_a_share_of_deletes_up_to_the_limit_goes_through():
    assert said(plan(unchanged=7, updated=1, created=90, deleted=2), {}, LIMITS, ()) == []


def test_more_deletes_than_the_limit_are_refused_with_the_numbers_and_the_override():
    [block] = blocks(plan(unchanged=6, updated=1, created=90, deleted=2), {}, LIMITS, ())

    assert str(block) == (
        "Person: 2 of 9 nodes (22.2%) would be deleted, and that is more than `graph_guards.max_deleted_share` = 0.2"
    )
    assert block.override == "`python -m graph_loader --allow-deletes Person`"


@pytest.mark.parametrize("allowed", [("Person",), (ALL,), ("Other", "Person")])
def test_what_is_allowed_may_go(allowed):
    assert said(plan(unchanged=1, deleted=9), {}, LIMITS, allowed) == []


def test_what_is_allowed_for_another_is_not_allowed_here():
    assert len(said(plan(unchanged=1, deleted=9), {}, LIMITS, ("KNOWS",))) == 1


def test_a_mart_without_rows_takes_nothing_away():
    assert said(plan(KNOWS, deleted=1200), {}, Limits(1, 1), ()) == [
        "KNOWS: 1,200 of 1,200 edges (100.0%) would be deleted, and model edge_knows has no rows"
    ]


def test_a_mart_whose_build_failed_takes_nothing_away_however_little_it_is():
    failed = {"node_person": ModelResult("error", datetime(2025, 1, 15, 8, 30))}

    assert said(plan(unchanged=999, deleted=1), failed, LIMITS, ()) == [
        "Person: 1 of 1,000 nodes (0.1%) would be deleted, and the latest build of model node_person ended with error "
        "at 2025-01-15 08:30:00"
    ]
    assert said(plan(unchanged=999, created=1), failed, LIMITS, ()) == []


def test_a_build_that_succeeded_says_nothing_against_deletes():
    succeeded = {"node_person": ModelResult("success", datetime(2025, 1, 15))}

    assert said(plan(unchanged=9, deleted=1), succeeded, LIMITS, ()) == []


def test_what_no_model_declares_any_more_goes_only_when_asked():
    assert said(plan(declared=False, deleted=3), {}, LIMITS, ()) == [
        "Person: 3 of 3 nodes (100.0%) would be deleted, and no model declares it any more"
    ]


def migrated(accepted: int, *former: int, declared: bool = True) -> Plan:
    """A label whose rows go, those of each former identity, and of which so many are written anew."""
    gone = tuple(Former(PERSON, None, count) for count in former)
    statuses = Tally({"created": accepted, "deleted": sum(former)} if declared else {"deleted": sum(former)})
    entry = "an entry" if declared else None
    return Plan((Step(PERSON, statuses, None, entry, former=gone, written_anew=accepted),), Attempt(1, {}))


@pytest.mark.parametrize(
    "plan", [migrated(10, 10), migrated(8, 10), migrated(10, 10, 7), migrated(12, 10, declared=False)]
)
def test_rows_that_a_migration_writes_anew_are_no_loss(plan):
    assert said(plan, {}, LIMITS, ()) == []


def test_rows_that_a_migration_does_not_write_anew_are_a_loss():
    assert said(migrated(7, 10, 4), {}, LIMITS, ()) == [
        "Person: 3 of 10 nodes (30.0%) would be deleted, and that is more than `graph_guards.max_deleted_share` = 0.2"
    ]
    assert said(migrated(0, 10), {}, LIMITS, ()) == [
        "Person: 10 of 10 nodes (100.0%) would be deleted, and model node_person has no rows"
    ]
    assert said(migrated(9, 10, declared=False), {}, LIMITS, ()) == [
        "Person: 1 of 10 nodes (10.0%) would be deleted, and no model declares it any more"
    ]


def test_stubs_are_no_rows_that_a_migration_loses_or_writes_anew():
    def migration(count: int, stubs: int, rows: int, new_stubs: int) -> Plan:
        statuses = {"created": rows + new_stubs, "deleted": count}
        tally = Tally(statuses, {}, {"created": new_stubs} if new_stubs else {})
        former = (Former(PERSON, None, count, stubs),)
        step = Step(PERSON, tally, None, "an entry", former=former, written_anew=tally.accepted_rows)
        return Plan((step,), Attempt(1, {}))

    # two rows and eight nodes that edges make are not ten rows
    assert said(migration(10, 0, 2, 8), {}, LIMITS, ()) == [
        "Person: 8 of 10 nodes (80.0%) would be deleted, and that is more than `graph_guards.max_deleted_share` = 0.2"
    ]
    assert said(migration(10, 8, 2, 0), {}, LIMITS, ()) == []
    assert said(migration(10, 10, 0, 10), {}, LIMITS, ()) == []
    assert said(migration(10, 10, 0, 0), {}, LIMITS, ()) == []
    assert len(said(migration(10, 5, 3, 5), {}, LIMITS, ())) == 1


def test_a_renamed_label_whose_only_nodes_are_stubs_loses_no_row():
    def renamed(stubs: int) -> Plan:
        step = Step(PERSON, Tally({"deleted": 3}), None, None, written_anew=0, stubs_gone=stubs)
        return Plan((step,), Attempt(1, {}))

    assert said(renamed(3), {}, LIMITS, ()) == []
    assert said(renamed(2), {}, LIMITS, ()) == [
        "Person: 1 of 1 nodes (100.0%) would be deleted, and no model declares it any more"
    ]


def begun_before(deletes: int = 0, rejects: int = 0, declaration=PERSON, declared=True, **statuses) -> Plan:
    """A plan after a load that broke off, and that was allowed to delete or reject so many."""
    [step] = plan(declaration, declared, **statuses).steps
    return Plan((replace(step, excused_deletes=deletes, excused_rejects=rejects),), Attempt(1, {}))


def test_what_a_load_that_broke_off_was_allowed_to_delete_may_go():
    assert said(begun_before(5, unchanged=5, deleted=5), {}, LIMITS, ()) == []
    assert said(begun_before(5, unchanged=4, deleted=6), {}, LIMITS, ()) == []
    assert said(begun_before(3, declared=False, deleted=3), {}, LIMITS, ()) == []


def test_deletes_beyond_what_a_load_that_broke_off_was_allowed_are_judged_for_themselves():
    assert said(begun_before(5, unchanged=3, deleted=7), {}, LIMITS, ()) == [
        "Person: 7 of 10 nodes (70.0%) would be deleted, and of the 5 that a load which broke off was not allowed to delete, "
        "2 are more than `graph_guards.max_deleted_share` = 0.2"
    ]
    assert said(begun_before(2, declared=False, deleted=3), {}, LIMITS, ()) == [
        "Person: 3 of 3 nodes (100.0%) would be deleted, and no model declares it any more"
    ]


def test_a_mart_that_is_empty_or_whose_build_failed_is_not_what_a_load_that_broke_off_was_allowed():
    failed = {"node_person": ModelResult("error", datetime(2025, 1, 15, 8, 30))}

    assert said(begun_before(10, deleted=10), {}, LIMITS, ()) == [
        "Person: 10 of 10 nodes (100.0%) would be deleted, and model node_person has no rows"
    ]
    assert said(begun_before(5, unchanged=5, deleted=5), failed, LIMITS, ()) == [
        "Person: 5 of 10 nodes (50.0%) would be deleted, and the latest build of model node_person ended with error "
        "at 2025-01-15 08:30:00"
    ]


@pytest.mark.parametrize(("rejects", "refused"), [(12, 0), (11, 1)])
def test_as_many_rows_may_be_rejected_as_a_load_that_broke_off_was_allowed(rejects, refused):
    found = begun_before(rejects=rejects, created=88, rejected=12)

    assert len(said(found, {}, LIMITS, ())) == refused


def test_too_many_rejected_rows_are_refused_with_their_reasons_also_where_deletes_are_allowed():
    reasons = {"missing_to": 3, "null_key": 9}

    assert said(plan(KNOWS, reasons=reasons, created=88, rejected=12), {}, LIMITS, (ALL,)) == [
        "KNOWS: 12 of the 100 rows of model edge_knows (12.0%: 3 missing_to, 9 null_key) cannot be loaded, which is more "
        "than `graph_guards.max_rejected_share` = 0.1"
    ]
    assert said(plan(KNOWS, reasons=reasons, created=90, rejected=10), {}, LIMITS, ()) == []


@pytest.mark.parametrize(("allowed", "refused"), [(("KNOWS",), 0), ((ALL,), 0), (("Person",), 1)])
def test_rejected_rows_are_let_through_by_name(allowed, refused):
    found = blocks(plan(KNOWS, reasons={"null_key": 9}, created=1, rejected=9), {}, LIMITS, (), allowed)

    assert [block.override for block in found] == ["`python -m graph_loader --allow-rejects KNOWS`"] * refused


def test_a_node_that_stays_as_a_stub_without_its_values_counts_as_one_that_goes():
    tally = Tally({"unchanged": 6, "updated": 3, "deleted": 1}, {}, {"updated": 3, "unchanged": 2}, emptied=2)
    step = Step(PERSON, tally, None, "an entry")

    assert (tally.sent, tally.accepted, tally.changes) == (4, 9, 4)
    assert said(Plan((step,), Attempt(1, {})), {}, LIMITS, ()) == [
        "Person: 3 of 10 nodes (30.0%) would be deleted or emptied (2 stay as stubs), "
        "and that is more than `graph_guards.max_deleted_share` = 0.2"
    ]
    assert said(Plan((step,), Attempt(1, {})), {}, LIMITS, ("Person",)) == []


def test_the_error_names_every_block_and_each_override_once():
    found = blocks(plan(unchanged=1, deleted=9), {}, LIMITS, ()) * 2

    with pytest.raises(BlockedLoadError) as error:
        guards.require_unblocked(found)

    assert str(error.value).count("would be deleted") == 2
    assert str(error.value).count("--allow-deletes Person") == 1


@pytest.mark.parametrize(("deleted", "refused"), [(200, False), (201, True)])
def test_by_default_a_fifth_may_go_and_any_share_may_be_rejected(deleted, refused):
    limits = guards.declared_limits()

    assert limits == Limits(max_deleted_share=0.2, max_rejected_share=1)
    assert bool(said(plan(unchanged=1_000 - deleted, deleted=deleted), {}, limits, ())) is refused
    assert said(plan(KNOWS, reasons={"missing_to": 10}, rejected=10), {}, limits, ()) == []


@pytest.mark.parametrize("share", [None, -0.1, 1.5, "half", True])
def test_a_limit_that_is_no_share_is_told(monkeypatch, share):
    given = {"graph_guards": {"max_deleted_share": share, "max_rejected_share": 0.1}}
    monkeypatch.setattr(guards, "project_vars", lambda: given)

    with pytest.raises(ConfigurationError, match=r"`graph_guards\.max_deleted_share` in vars.yml is no share"):
        guards.declared_limits()

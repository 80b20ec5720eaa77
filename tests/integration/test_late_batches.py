"""A batch that comes after later ones takes its place among them, or is left out, as vars.yml says."""

import dataclasses
from datetime import date, datetime

import pytest
from dbt_batches import customer, product
from dbt_lake import NO_TESTS, Batch, DbtLake, Rejected
from own_project import project_with

from lakegraph.pipeline import batches
from lakegraph.pipeline.batches import BatchDecisionError, list_batches, replay
from lakegraph.pipeline.dbt import DbtError, DbtProcess
from lakegraph.pipeline.run import HISTORY_ONLY, JUDGE_AHEAD, ROW_LEVEL, build_waiting
from lakegraph.pipeline.steps import Steps
from lakegraph.runtime.project import project_root, project_vars
from lakegraph.runtime.settings import settings

pytestmark = pytest.mark.slow


def category(id: str, name: str) -> dict[str, str]:
    return {"category_id": id, "category_name": name}


def review(id: str, rating: str) -> dict[str, str]:
    return {"review_id": id, "product_id": "P1", "customer_id": "C1", "rating": rating, "review_date": "2025-01-14"}


# C2 is away on the second day, which comes late; C3 changes on each; P1 changes on the second only; so do categories and
# reviews, which no batch after it says anything of
DAYS = [
    Batch("b_15", date(2025, 1, 15), {
        "customers": [customer("C1", "Ada Byron"), customer("C2", "Ben Ito"), customer("C3", "Cy Moe", city="Oslo")],
        "products": [product("P1", "Lamp", "10")],
        "categories": [category("K1", "Light"), category("K2", "Shade")],
        "reviews": [review("R1", "4"), review("R2", "2")],
    }),
    Batch("b_16", date(2025, 1, 16), {
        "customers": [customer("C1", "Ada Byron"), customer("C3", "Cy Moe", city="Rome")],
        "products": [product("P1", "Lamp", "11")],
        "categories": [category("K1", "Lamps")],
        "reviews": [review("R1", "5"), review("R3", "3")],
    }),
    Batch("b_17", date(2025, 1, 17), {
        "customers": [customer("C1", "Ada Byron"), customer("C2", "Ben Ito"), customer("C3", "Cy Moe", city="Bonn")],
    }),
    Batch("b_18", date(2025, 1, 18), {
        "customers": [customer("C1", "Ada Byron", city="Lima"), customer("C2", "Ben Ito"), customer("C3", "Cy Moe")],
        "products": [product("P1", "Lamp", "11")],
    }),
]  # fmt: skip


@pytest.fixture
def lakes(tmp_path, monkeypatch):
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))
    return [DbtLake(tmp_path / name) for name in ("in_order", "late")]


def build(lake: DbtLake) -> None:
    builds = build_waiting(settings(lake=lake.lake, target="dev", env="dev"), Steps(quiet=True))
    assert builds.held is None


@pytest.mark.usefixtures("without_data_tests")
def test_a_late_batch_takes_its_place(lakes):
    in_order, late = lakes
    for day in DAYS:
        in_order.land(day)
    build(in_order)
    for number in (0, 2, 3):
        late.land(DAYS[number])
    build(late)
    assert late.rows("select count(*) from snapshots.customers_history where customer_id = 'C2'") == [(1,)]

    late.land(DAYS[1])
    build(late)

    assert late.tables() == in_order.tables()
    assert late.rows("""
        select effective_at::date::varchar, expires_at::date::varchar, is_current, version_number
        from gold.customer_versions where customer_id = 'C2' order by 1
    """) == [("2025-01-15", "2025-01-16", False, 1), ("2025-01-17", None, True, 2)]


@pytest.mark.usefixtures("without_data_tests")
def test_a_correction_of_the_same_date_has_the_last_word_whatever_its_id(lakes):
    lake, _ = lakes
    for name, hour, city in (("TRG_9", 8, "Oslo"), ("TRG_10", 9, "Rome")):
        landed_at = datetime(2025, 1, 15, hour)
        people = [customer("C1", "Ada Byron", city=city)]
        lake.land(Batch(name, date(2025, 1, 15), {"customers": people}, landed_at=landed_at))
        build(lake)

    assert lake.rows("select customer_id, city from silver.int_customers_current") == [("C1", "Rome")]
    assert lake.rows("select city, dbt_valid_from, dbt_valid_to from snapshots.customers_history order by 2") == [
        ("Oslo", datetime(2025, 1, 15), datetime(2025, 1, 15, 0, 0, 1)),
        ("Rome", datetime(2025, 1, 15, 0, 0, 1), None),
    ]
    assert [batch.state for batch in list_batches(settings(lake=lake.lake))] == ["applied", "applied"]


@pytest.mark.usefixtures("without_data_tests")
def test_an_interrupted_replay_is_taken_up_again(lakes):
    in_order, late = lakes
    for day in DAYS[:3]:
        in_order.land(day)
    build(in_order)
    for number in (0, 2):
        late.land(DAYS[number])
    build(late)
    late.land(DAYS[1])

    # the late batch is let in and the later one thrown back; then the run ends
    late.run("build", "--select", "tag:row_level", "--exclude-resource-type", "unit_test", "test")
    states = {batch.batch_id: batch.state for batch in list_batches(settings(lake=late.lake))}
    assert states == {"b_15": "applied", "b_16": "applied", "b_17": "waiting"}
    build(late)

    assert late.tables() == in_order.tables()


def test_a_late_batch_is_left_out_where_the_policy_says_so(lakes, monkeypatch):
    _, late = lakes
    for number in (0, 2):
        late.land(DAYS[number])
    refuse = ("--vars", "late_batches: refuse", *NO_TESTS)
    late.run("build", *refuse)
    late.run("build", *refuse)
    before = late.tables()
    late.land(DAYS[1])

    said = late.said("build", *refuse)

    assert "Left out because they came late (`late_batches: refuse` in vars.yml): b_16." in said
    assert late.rows("select batch_id from ops.applied_batches order by 1") == [("b_15",), ("b_17",)]
    after = late.tables()
    assert {name: rows for name, rows in after.items() if "batch" not in name} == {
        name: rows for name, rows in before.items() if "batch" not in name
    }

    monkeypatch.setattr(batches, "project_vars", lambda: project_vars() | {"late_batches": "refuse"})
    with pytest.raises(BatchDecisionError, match="Batch b_16 came late and was left out"):
        replay(settings(lake=late.lake, target="dev"), "b_15")
    assert late.rows("select batch_id from ops.applied_batches order by 1") == [("b_15",), ("b_17",)]


def test_a_backfill_gives_what_daily_runs_give_however_many_are_judged_at_once(lakes, monkeypatch):
    monkeypatch.setattr("lakegraph.pipeline.run.JUDGE_AHEAD", ("--vars", "{judge_ahead: 2}"))
    daily, backfill = lakes
    # one review of a rating that there is not, and one that cannot be read
    reviews = [*DAYS[1].records["reviews"], review("R4", "9")]
    rejected = [Rejected("reviews", 5, "record.field_count", "R5,P1", "R5")]
    dirty = dataclasses.replace(DAYS[1], records=DAYS[1].records | {"reviews": reviews}, rejected=rejected)
    for day in (DAYS[0], dirty, *DAYS[2:]):
        daily.land(day)
        daily.run("build", "--exclude-resource-type", "unit_test")
        backfill.land(day)
    build(backfill)

    assert backfill.tables() == daily.tables()
    # what only a batch between the first and the last has brought
    assert backfill.rows("select review_id, rating from gold.reviews order by 1") == [("R1", 5), ("R2", 2), ("R3", 3)]
    assert backfill.rows("select category_name from gold.categories") == [("Lamps",)]
    assert dataclasses.asdict(list_batches(settings(lake=backfill.lake))[3])["state"] == "applied"
    # each step of each batch is logged once; staging says what became of the records
    steps = ["build", "dbt staging", "dbt validation", "dbt intermediate", "dbt snapshots"]
    of_the_last = ["dbt graph", "dbt marts", "dbt seeds", "dbt tests"]
    log = backfill.rows("select batch_id, step from gold.processing_log where status = 'succeeded'")
    assert sorted(log) == sorted(
        [(day.id, step) for day in DAYS for step in steps] + [(DAYS[-1].id, step) for step in of_the_last]
    )
    assert backfill.rows("""
        select batch_id, records_read, records_valid, records_quarantined from gold.processing_log
        where coalesce(records_read, records_valid, records_quarantined) is not null order by 1
    """) == [("b_15", 8, 8, 0), ("b_16", 8, 6, 2), ("b_17", 3, 3, 0), ("b_18", 4, 4, 0)]


@pytest.mark.usefixtures("without_data_tests")
def test_a_batch_that_comes_during_a_backfill_is_not_taken_in_before_its_records_are_judged(lakes):
    in_order, late = lakes
    # the first products of all come with the late batch
    first, *others = (
        dataclasses.replace(DAYS[number], records={"customers": DAYS[number].records["customers"]})
        for number in (0, 2, 3)
    )
    for day in (first, DAYS[1], *others):
        in_order.land(day)
    build(in_order)
    for day in (first, *others):
        late.land(day)
    late.run("build", *ROW_LEVEL, *JUDGE_AHEAD)
    late.land(DAYS[1])

    with pytest.raises(DbtError, match="Staging holds none of the 6 records of batch b_16"):
        late.run("build", *HISTORY_ONLY)

    assert late.rows("select batch_id from ops.applied_batches") == [("b_15",)]
    build(late)
    assert late.tables() == in_order.tables()


@pytest.fixture
def in_project(monkeypatch):
    """Has what follows work in another dbt project, for the time of a test."""

    def enter(project) -> None:
        monkeypatch.setenv("LAKEGRAPH_PROJECT", str(project))
        # the one that all tests share works in this project
        monkeypatch.setattr("lakegraph.pipeline.dbt.DbtProcess", DbtProcess)
        project_root.cache_clear()
        project_vars.cache_clear()

    yield enter
    monkeypatch.undo()
    project_root.cache_clear()
    project_vars.cache_clear()


@pytest.mark.usefixtures("without_data_tests")
def test_batches_that_are_replayed_are_as_if_the_rules_had_always_been_those_of_today(lakes, in_project, tmp_path):
    always, replayed = lakes
    usual = project_root()
    rule = "{id: own.city, feed: customers, kind: allowed, columns: [city], values: [Berlin, Bonn, Lima, Oslo], severity: error}"
    declared = (usual / "vars.yml").read_text().replace("\n  rules:\n", f"\n  rules:\n    - {rule}\n")
    ruled = project_with(tmp_path / "ruled", declared)
    for day in DAYS:
        always.land(day)
        replayed.land(day)
    build(replayed)
    cities = "select distinct city from snapshots.customers_history order by 1"
    assert replayed.rows(cities) == [("Berlin",), ("Bonn",), ("Lima",), ("Oslo",), ("Rome",)]
    in_project(ruled)
    build(always)
    given = settings(lake=replayed.lake, target="dev", env="dev")

    with pytest.raises(BatchDecisionError, match="b_19 is not applied"):
        replay(given, "b_19")
    assert replay(given, "b_16") == ["b_16", "b_17", "b_18"]
    assert [(batch.state, batch.verdict is None) for batch in list_batches(given)] == [
        ("applied", False),
        *[("waiting", True)] * 3,
    ]
    build(replayed)

    assert replayed.tables() == always.tables()
    assert replayed.rows(cities) == [("Berlin",), ("Bonn",), ("Lima",), ("Oslo",)]

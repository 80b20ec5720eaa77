"""The whole way with the real server, held against numbers that the standard library counted from the drops."""

import json
import shutil
from collections import Counter

import pytest

from lakegraph.runtime import ops
from tests.support import graph
from tests.support.drops import KEYS, current_state, expected_counts, faults, header, records
from tests.support.place import Place, changes

pytestmark = [pytest.mark.slow, pytest.mark.core]

DAYS = 2


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Two generated days with faults, landed, built and loaded into a server that the run itself started."""
    place = Place(tmp_path_factory.mktemp("whole-way"))
    options = ["--start", "2025-01-15", "--days", str(DAYS), "--scale", "0.3", "--dirt", "0.02", "--seed", "5"]
    generated = place.command("lakegraph", "generate", "--drops", str(place.drops), *options)
    assert generated.returncode == 0, generated.stderr
    place.keep_copies()
    place.first_report = place.run()
    yield place
    assert place.command("lakegraph", "neo4j", "stop").returncode == 0


def test_the_graph_holds_what_the_drops_say(place):
    expected = expected_counts(current_state(place.copies))

    assert graph.counts(place.target()) == expected
    assert {row["name"]: row["in_graph"] for row in place.first_report["graph"]["counts"]} == expected


def test_amounts_and_ratings_arrive_unchanged(place):
    state = current_state(place.copies)
    customers, products = ({key[0] for key in state[feed]} for feed in ("customers", "products"))
    bought = [
        line for line in state["orders"].values() if line["customer_id"] in customers and line["product_id"] in products
    ]

    row = graph.query(
        place.target(), "MATCH ()-[p:PURCHASED]->() RETURN sum(p.amount) AS amount, sum(p.quantity) AS quantity"
    )[0]

    assert row["amount"] == pytest.approx(sum(float(line["order_amount"]) for line in bought), abs=0.01)
    assert row["quantity"] == sum(int(line["quantity"]) for line in bought)
    assert len(bought) > 500


def test_every_planted_fault_is_found_with_its_reason(place):
    planted = faults(place.copies)
    quarantined = {
        (batch, file, line): set(reasons.split(","))
        for batch, file, line, reasons in place.warehouse(
            "select batch_id, source_file, source_line, reasons from gold.quarantined_records"
        )
    }
    rejected = {
        (model, file, line, reason)
        for model, file, line, reason in place.warehouse(
            f"select model, source_file, source_line, reason from '{place.lake}/ops/graph_rejected_rows/*.parquet'"
        )
    }

    for fault in planted:
        place_of_fault = (fault["batch_id"], fault["file"], fault["line"])
        if fault["found_in"] == "graph":
            for expected in fault["reason"]:
                assert (expected["model"], fault["file"], fault["line"], expected["reason"]) in rejected, fault
        else:
            assert fault["reason"] in quarantined.get(place_of_fault, set()), fault
    assert len(quarantined) == sum(fault["found_in"] != "graph" for fault in planted)
    assert {fault["found_in"] for fault in planted} == {"quarantine", "rejected_records", "graph"}


@pytest.mark.parametrize("feed", KEYS)
def test_valid_and_quarantined_records_are_all_records(place, feed):
    in_files = sum(1 for file in place.copies.glob(f"{feed}_2*.csv") for _ in records(file))

    valid = place.warehouse(f"select count(*) from silver.stg_commerce__{feed}")[0][0]
    quarantined = place.warehouse(f"select count(*) from silver.stg_commerce__{feed}_quarantine")[0][0]

    assert valid + quarantined == in_files
    assert valid > 0


def test_what_was_expected_of_the_graph_marts_is_told_without_another_build(place):
    checked = [row for row in ops.read(place.lake / "ops", "expectation_results") if row["stage"] == "graph"]

    told = place.warehouse("""
        select run_id, subject, check_id, severity <> 'NONE' from gold.validation_results where source = 'graph_marts'
    """)

    assert place.first_report["graph"]["run_id"] in {row[0] for row in told}
    assert Counter(told) == Counter(
        (row["run_id"], row["asset"], row["expectation"], not row["success"]) for row in checked
    )


def test_a_second_run_changes_nothing(place):
    before = graph.content(place.target())

    report = place.run()

    assert changes(report) == {}
    assert graph.content(place.target()) == before


def test_a_rejected_edge_leads_to_its_record_as_it_landed_and_to_its_line_in_the_file(place):
    rejected = place.warehouse("""
        select model, feed, batch_id, source_file, source_line, row_json from gold.graph_rejected_rows
        where is_latest and reason in ('missing_from', 'missing_to')
    """)
    in_files = {file.name: (header(file), dict(records(file))) for file in place.copies.glob("*.csv")}

    for _, feed, batch, file, line, row in rejected:
        ids = {name: value for name, value in json.loads(row).items() if name.endswith("_id")}
        names, lines = in_files[file]
        delivered = dict(zip(names, lines[line], strict=True))
        landed = place.warehouse(
            f"select {', '.join(ids)} from bronze.{feed} "
            f"where (_batch_id, _source_file, _source_line) = ('{batch}', '{file}', {line})"
        )
        assert landed == [tuple(ids.values())]
        assert {name: delivered[name] for name in ids} == ids
    counted = {row["model"]: row["rejected_by_reason"] for row in place.first_report["graph"]["counts"]}
    missing = {
        model: sum(rows for reason, rows in reasons.items() if reason.startswith("missing"))
        for model, reasons in counted.items()
    }
    assert Counter(model for model, *_ in rejected) == {model: rows for model, rows in missing.items() if rows}
    assert len(rejected) > 10


def test_one_changed_customer_and_product_change_exactly_those(place):
    place.drops.mkdir(exist_ok=True)
    for file in place.copies.glob("*_2025_01_16.csv"):
        shutil.copy(file, place.drops / file.name.replace("_16.", "_17."))
    trigger = json.loads((place.copies / "trigger_2025_01_16.json").read_text())
    trigger |= {"trigger_id": "batch_2025_01_17_001", "batch_date": "2025-01-17"}
    trigger["expected_files"] = [name.replace("_16.", "_17.") for name in trigger["expected_files"]]
    trigger.pop("metadata", None)
    changed = {}
    for feed, column, value in (("customers", "city", "Nowhere"), ("products", "brand", "Octarine")):
        file = place.drops / f"{feed}_2025_01_17.csv"
        key, record = next(iter(current_state(place.copies)[feed].items()))
        changed[feed] = key[0]
        lines = file.read_bytes().decode("utf-8", "surrogateescape").splitlines(keepends=True)
        number = next(number for number, line in enumerate(lines) if line.startswith(f"{key[0]},"))
        assert record[column] and lines[number].count(f",{record[column]},") == 1
        lines[number] = lines[number].replace(f",{record[column]},", f",{value},")
        file.write_bytes("".join(lines).encode("utf-8", "surrogateescape"))
    (place.drops / "trigger_2025_01_17.json").write_text(json.dumps(trigger))

    report = place.run()

    assert changes(report) == {"Customer": (0, 1, 0), "Product": (0, 1, 0)}
    target = place.target()
    assert graph.query(target, "MATCH (c:Customer {city: 'Nowhere'}) RETURN c.customer_id AS id") == [
        {"id": changed["customers"]}
    ]
    assert graph.query(target, "MATCH (p:Product {brand: 'Octarine'}) RETURN p.product_id AS id") == [
        {"id": changed["products"]}
    ]
    versions = place.warehouse(
        f"select count(*), count(dbt_valid_to) from snapshots.customers_history where customer_id = '{changed['customers']}'"
    )
    assert versions == [(2, 1)]

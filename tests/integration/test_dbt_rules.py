"""Row rules as a user declares them: what they find, when they do not apply, and what is said of a broken declaration."""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from dbt_batches import customer, order, product
from dbt_lake import Batch, DbtLake
from own_project import project_with

from lakegraph.runtime.project import project_root, project_vars

pytestmark = pytest.mark.slow

PHONES = [
    "+1 (555) 123-4567",
    "+1-555-123-4567",
    "555-123-4567",
    "(555) 123-4567",
    "(555)123-4567",
    "555.123.4567",
    "555 123 4567",
    "5551234567",
    "555-1234",
    "1-800-555-0199",
    "001-341-832-5456x88236",
    "011 44 20 7946 0958",
    "+1 555 123 4567 x89",
    "(555) 123-4567 ext. 5",
    "555-123-4567 Ext 12",
    "555.123.4567, extension 1234",
    "555-123-4567 #12",
    "tel:+1-201-555-0123;ext=5",
    "Tel. 030 1234567",
    "+44 20 7946 0958",
    "+44 (0)20 7946 0958",
    "020 7946 0958",
    "07700 900123",
    "+49 30 1234567",
    "+49 (0) 30 / 1234-567",
    "030/1234567",
    "(030) 12 34 56-7",
    "(+49) 30 1234567",
    "+49 30 901820-0",
    "+33 1 42 68 53 00",
    "+33.1.42.68.53.00",
    "01 42 68 53 00",
    "0033142685300",
    "+34 912 34 56 78",
    "+39 06 6982 1234",
    "+41 44 668 18 00",
    "+48 22 123 45 67",
    "+46 (0)8-123 456 78",
    "+353 1 234 5678",
    "+7 (495) 123-45-67",
    "8 (800) 555-35-35",
    "+81 3-1234-5678",
    "(03) 1234-5678",
    "090-1234-5678",
    "+86 138 0013 8000",
    "+82-2-312-3456",
    "+91 98765 43210",
    "+91-22-2778 2183",
    "+55 (11) 91234-5678",
    "+52 1 55 1234 5678",
    "+27 11 123 4567",
    "+234 803 123 4567",
    "+61 2 9374 4000",
    "+64 9 123 4567",
    "+971 4 123 4567",
    "+683 4001",
    # a no-break space, a narrow one, and the hyphens that text editors make
    "+44\u00a020\u00a07946\u00a00958",
    "+33\u202f1\u202f42\u202f68\u202f53\u202f00",
    "+49\u201330\u20131234567",
    " 030 1234567 ",
]
NO_PHONES = [
    "12-34",
    "123456",
    "12 34 56",
    "abc",
    "n/a",
    "unknown",
    "none given",
    "+",
    "--",
    "0000000",
    "000-000-0000",
    "++49301234567",
    "555-CALL-NOW",
    "1-800-FLOWERS",
    "ada@example.org",
    "4111 1111 1111 1111",
    "12345678901234567890",
    "(555 123-4567",
    "555) 123-4567",
    "((555)) 123-4567",
    "-555-1234",
    "555-1234-",
    "555_123_4567",
    "1,234,567",
    "555 1234 ext",
    "x1234567",
    "+49 30 1234567 x",
    "+1 555 123 4567 / +1 555 123 4568",
    "call 555-1234 or 555-1235",
    "2025-01-15T10:00:00",
    "555 123 4567 ext 12345678",
]
EMAILS = [
    "a@b.co",
    "ada.byron+shop@mail.example.org",
    "o'hara@example.ie",
    "æ@øl.dk",
    "x_1-y%z@sub-domain.example.museum",
]
NO_EMAILS = ["a.b.org", "a@b", "a@b.", "a@.org", "a@b..org", "a@@b.org", "a b@c.org", "@b.org", "a@b.o", "a@b.org;c@d.org",
             "<a@b.org>", "a@b.org,"]  # fmt: skip

# one entry each, below `rules:` in vars.yml: on columns that the file has
OWN = """
    - {id: own.several, feed: inventory, kind: not_null, columns: [location, warehouse_name], severity: error}
    - {id: own.date_range, feed: inventory, kind: range, columns: [last_restocked], min: 2024-01-01, below: 2025-01-15,
       severity: error}
    - {id: own.time_range, feed: inventory, kind: range, columns: [last_updated], max: "2025-01-15 12:00", severity: error}
    - {id: own.number_format, feed: inventory, kind: format, columns: [reorder_level], format: two_digits, severity: error}
    - {id: own.numbers_allowed, feed: inventory, kind: allowed, columns: [reorder_level], values: [10, 20, 5], severity: error}
    - {id: own.texts_allowed, feed: inventory, kind: allowed, columns: [stock_status], values: [OK, it's low], severity: warn}
    - {id: own.conditional, feed: inventory, kind: not_null, columns: [last_audit], when: {column: stock_status, values: [OK]},
       severity: warn}
"""
# and on columns that it lacks, where defaults and completions stand in
LACKING = """
    - {id: lacking.not_null, feed: products, kind: not_null, columns: [brand, color], severity: error}
    - {id: lacking.range, feed: orders, kind: range, columns: [quantity], above: 1, severity: error}
    - {id: lacking.completed, feed: orders, kind: range, columns: [unit_price], below: 0, severity: error}
    - {id: lacking.format, feed: orders, kind: format, columns: [line_number], format: two_digits, severity: error}
    - {id: lacking.not_future, feed: products, kind: not_future, columns: [launch_date], severity: error}
    - {id: lacking.allowed, feed: products, kind: allowed, columns: [discontinued], values: [true], severity: error}
    - {id: lacking.when, feed: products, kind: not_null, columns: [description],
       when: {column: discontinued, values: [false]}, severity: error}
    - {id: lacking.one_of_two, feed: products, kind: not_null, columns: [brand, description],
       when: {column: product_name, values: [bare]}, severity: error}
"""


def own_project(folder: Path, rules: str, formats: str = "") -> Path:
    """A project like this one whose vars.yml has more rules and formats."""
    declared = (project_root() / "vars.yml").read_text()
    for section, more in (("rules", rules), ("formats", formats)):
        assert declared.count(f"\n  {section}:\n") == 1
        declared = declared.replace(f"\n  {section}:\n", f"\n  {section}:\n{more}")
    return project_with(folder, declared)


def customers(values: Iterable[str], column: str) -> list[dict[str, str]]:
    return [customer(f"{column} {value}", "Ada Byron", **{column: value}) for value in values]


def stock(id: str, **other: str) -> dict[str, str]:
    sound = {"stock_quantity": "1", "location": "Hall", "warehouse_name": "Main", "last_restocked": "2024-06-01"}
    sound |= {
        "last_updated": "2025-01-15 12:00:00",
        "reorder_level": "10",
        "stock_status": "ok",
        "last_audit": "2025-01-02",
    }
    return {"product_id": "P1", "warehouse_id": id, "inventory_id": "1", **sound, **other}


BATCH = Batch(
    "b_1",
    date(2025, 1, 15),
    {
        "customers": [
            *customers(PHONES, "phone"),
            *customers(NO_PHONES, "phone"),
            *customers(EMAILS, "email"),
            *customers(NO_EMAILS, "email"),
            customer("ancient", "Ada Byron", date_of_birth="1900-01-01", registration_date="2025-01-16"),
            customer("everything", "Ada Byron", email="x", phone="y", date_of_birth="1899-12-31", age="131"),
        ],
        "inventory": [
            stock("sound"),
            stock("one of two", warehouse_name=""),
            stock("too early", last_restocked="2023-12-31"),
            stock("too late", last_restocked="2025-01-15"),
            stock("a moment late", last_updated="2025-01-15T12:00:01"),
            stock("one digit", reorder_level="5"),
            stock("other number", reorder_level="30"),
            stock("number with a fraction", reorder_level="20.0"),
            stock("no number", reorder_level="many"),
            stock("apostrophe", stock_status="It's LOW", last_audit=""),
            stock("other text", stock_status="gone"),
            stock("conditional", last_audit=""),
            stock("nothing", last_restocked="", last_updated="", reorder_level="", stock_status="", inventory_id=""),
        ],
        "products": [
            product("lacks", "Plain", "1", description=""),
            product("bare", "BARE", "1", description=""),
            product("says", "Plain", "1", description="Something"),
        ],
        "orders": [order("O1", "C1", "P1", "5")],
        "shipping": [
            {"order_id": "O1", "tracking_number": "T1", "shipping_status": "Delivered", "actual_delivery": ""},
            {"order_id": "O1", "tracking_number": "T2", "shipping_status": "lost in space", "currency": "EURO"},
            {
                "order_id": "O1",
                "tracking_number": "T3",
                "shipping_status": "delivered",
                "actual_delivery": "2025-01-16",
            },
            {"order_id": "O1", "tracking_number": "T4", "shipping_status": "delivered", "actual_delivery": "soon"},
        ],
    },
)


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> DbtLake:
    root = tmp_path_factory.mktemp("rules")
    lake = DbtLake(root, own_project(root / "project", OWN + LACKING, "    two_digits: '[0-9]{2}([.]0)?'\n"))
    lake.land(BATCH)
    lake.run("run", "-s", *(f"+stg_commerce__{feed}_judged" for feed in BATCH.records))
    return lake


def judged(lake: DbtLake, feed: str, key: str) -> dict[str, tuple]:
    """Per key the rules of severity error and of severity warn that a record broke."""
    broken = lake.rows(f"select {key}, _failed_rules, _warned_rules from silver.stg_commerce__{feed}_judged")
    return {key: rules for key, *rules in broken}


def test_phone_numbers_of_the_world_are_phone_numbers_and_others_are_not(lake):
    broken = judged(lake, "customers", "customer_id")

    refused = {id.removeprefix("phone ") for id, (failed, _) in broken.items() if failed == "customers.phone.format"}
    assert len(PHONES) >= 40 and len(NO_PHONES) >= 20
    assert refused == {number.strip() for number in NO_PHONES}


def test_addresses_are_addresses_and_others_are_not(lake):
    broken = judged(lake, "customers", "customer_id")

    refused = {id.removeprefix("email ") for id, (failed, _) in broken.items() if failed == "customers.email.format"}
    assert refused == set(NO_EMAILS)


def test_warnings_leave_a_record_valid_and_all_rules_are_named_in_their_order(lake):
    broken = judged(lake, "customers", "customer_id")

    assert broken["ancient"] == [None, "customers.date_of_birth.range,customers.registration_date.not_future"]
    assert broken["everything"] == [
        "customers.email.format,customers.phone.format,customers.age.range",
        "customers.date_of_birth.range",
    ]


def test_conditions_and_usual_values_warn(lake):
    assert judged(lake, "shipping", "tracking_number") == {
        "T1": [None, "shipping.actual_delivery.not_null"],
        "T2": [None, "shipping.currency.format,shipping.shipping_status.allowed"],
        "T3": [None, "shipping.actual_delivery.not_future"],
        # what is there but is no date is not missing
        "T4": ["shipping.actual_delivery.type", None],
    }


def test_one_entry_adds_a_rule_of_any_kind(lake):
    assert judged(lake, "inventory", "warehouse_id") == {
        "sound": [None, None],
        "one of two": ["own.several", None],
        "too early": ["own.date_range", None],
        "too late": ["own.date_range", None],
        "a moment late": ["own.time_range", None],
        "one digit": ["own.number_format", None],
        "other number": ["own.numbers_allowed", None],
        "number with a fraction": [None, None],
        "no number": ["inventory.reorder_level.type", None],
        "apostrophe": [None, None],
        "other text": [None, "own.texts_allowed"],
        "conditional": [None, "own.conditional"],
        "nothing": [None, "inventory.inventory_id.not_null"],
    }


def test_no_rule_applies_to_a_column_that_the_file_lacks(lake):
    assert judged(lake, "products", "product_id") == {
        "lacks": [None, None],
        # the column of the two that the file has
        "bare": ["lacking.one_of_two", None],
        "says": [None, None],
    }
    assert judged(lake, "orders", "order_id") == {"O1": [None, None]}
    assert lake.rows("select quantity, unit_price, line_number from silver.stg_commerce__orders_judged") == [(1, 5, 1)]


def test_every_declaration_that_cannot_be_checked_is_told(tmp_path):
    said = {
        "{id: k, feed: orders, kind: nonull, columns: [quantity], severity: error}": "has the unknown kind 'nonull'",
        "{id: other, feed: products, kind: not_null, columns: [prize], severity: error}": "names the column 'prize', which",
        "{id: f, feed: order, kind: not_null, columns: [quantity], severity: error}": "is for the unknown feed 'order'",
        "{id: c, feed: orders, kind: not_null, columns: [amount], severity: error}": "names the column 'amount', which",
        "{id: l, feed: orders, kind: not_null, columns: quantity, severity: error}": "names no columns",
        "{id: s, feed: orders, kind: not_null, columns: [quantity], severity: fatal}": "has the severity 'fatal'",
        "{id: n, feed: orders, kind: range, columns: [quantity], severity: warn}": "has no bound",
        "{id: b, feed: orders, kind: range, columns: [quantity], min: few, severity: warn}": "has min: 'few', which is no",
        "{id: t, feed: orders, kind: range, columns: [currency], min: 1, severity: warn}": "is a range of currency, which",
        "{id: o, feed: orders, kind: not_future, columns: [quantity], severity: warn}": "is about the time of quantity",
        "{id: r, feed: orders, kind: format, columns: [currency], format: iban, severity: warn}": "the unknown format 'iban'",
        "{id: a, feed: orders, kind: allowed, columns: [currency], severity: warn}": "allows no values",
        "{id: p, feed: orders, kind: not_null, columns: [currency], min: 1, severity: warn}": "has the parameter 'min'",
        "{id: w, feed: orders, kind: not_null, columns: [currency], when: {column: quantity}, severity: warn}":
            "has a `when` without",
        "{id: v, feed: orders, kind: not_null, columns: [currency], when: {column: q, values: [1]}, severity: warn}":
            "has a `when` on the column 'q'",
        "{id: y, feed: customers, kind: allowed, columns: [country], values: [DE, NO], severity: warn}":
            "The rule 'y' compares country with the value False, which is no text",
        "{id: z, feed: customers, kind: allowed, columns: [zip_code], values: [010], severity: warn}":
            "The rule 'z' compares zip_code with the value 8, which is no text",
        "{id: u, feed: customers, kind: allowed, columns: [state], values: [1_000], severity: warn}":
            "The rule 'u' compares state with the value 1000, which is no text",
        "{id: h, feed: customers, kind: allowed, columns: [city], values: [12:30], severity: warn}":
            "The rule 'h' compares city with the value 750, which is no text",
        "{id: d, feed: customers, kind: allowed, columns: [gender], values: [2025-01-15], severity: warn}":
            "The rule 'd' compares gender with the value 2025-01-15, which is no text",
        "{id: e, feed: customers, kind: allowed, columns: [address], values: [~], severity: warn}":
            "The rule 'e' compares address with the value None, which is no text",
        "{id: g, feed: orders, kind: allowed, columns: [quantity], values: [1, yes], severity: warn}":
            "The rule 'g' compares quantity with the value True, which is no integer",
        "{id: i, feed: customers, kind: not_null, columns: [email], when: {column: phone, values: [on]}, severity: warn}":
            "The rule 'i' compares phone with the value True, which is no text",
        "{id: 'x,y', feed: orders, kind: not_null, columns: [currency], severity: warn}": "has an id with other signs",
        "{id: orders.order_id.not_null, feed: orders, kind: not_null, columns: [order_id], severity: error}":
            "has the id of a rule that needs no entry",
        "{id: orders.quantity.range, feed: orders, kind: not_null, columns: [currency], severity: error}":
            "is declared twice",
        "{feed: orders, kind: not_null, columns: [currency], severity: error}": "has no id",
    }  # fmt: skip
    project = own_project(tmp_path / "project", "".join(f"    - {rule}\n" for rule in said))

    succeeded, printed = DbtLake(tmp_path, project).dbt("parse")

    assert not succeeded
    message = " ".join(printed.split())
    assert [said[rule] for rule in said if said[rule] not in message] == []
    assert "The rule 'k' has the unknown kind 'nonull'; use not_null, range, format, not_future, allowed." in message
    for told in ("'g' compares quantity with the value 1,", "with the value DE,"):
        assert told not in message
    assert "Traceback" not in printed


def test_analytics_that_contradict_themselves_are_told(tmp_path):
    said = {
        "seasons must name each month from 1 to 12 once": {"seasons": {"Dry": [1, 2, 3], "Wet": [3, 4, 5]}},
        "the exchange rate of USD must be above 0, but it is -1": {"exchange_rates": {"USD": -1}},
        "exchange_rates need a reporting_currency": {},
        "the bounds of lifecycle must rise": {"lifecycle": [{"name": "New", "up_to": 9}, {"name": "Old", "up_to": 3}]},
        "the last of value_segments, and no other, must be": {
            "value_segments": [{"name": "All"}, {"name": "Good", "spent": 1}]
        },
        "weekend must name days from 1 to 7": {"weekend": [7, 8]},
        "default_margin must be a number up to 1, but it is 30": {"default_margin": 30},
    }
    analytics = project_vars()["analytics"]
    for changes in said.values():
        analytics = analytics | changes

    succeeded, printed = DbtLake(tmp_path).dbt("parse", "--vars", json.dumps({"analytics": analytics}))

    message = " ".join(printed.split())
    assert not succeeded
    assert [text for text in said if text not in message] == []


def test_every_check_that_would_never_say_anything_is_told(tmp_path):
    usual = project_vars()["checks"]
    own = {"severity": "HIGH", "tolerance": 0, "description": "of my own"}
    checks = [{**check, "id": check["id"].replace("without_product", "without_produkt")} for check in usual]
    checks += [{**own, "id": "orders_too_many"}, {**own, "id": "records_unaccounted", "severity": "URGENT"}]

    succeeded, printed = DbtLake(tmp_path).dbt("parse", "--vars", json.dumps({"checks": checks}))

    message = " ".join(printed.split())
    computed = ", ".join(sorted(check["id"] for check in usual))
    assert not succeeded
    for id in ("orders_without_produkt", "orders_too_many"):
        assert (
            f"The check '{id}' in vars.yml is computed by nothing; use one of {computed}, or compute it in"
            " models/staging/validation/batch_checks.sql."
        ) in message
    assert (
        "The check 'records_unaccounted' in vars.yml is declared twice; leave one of the two out; it has the severity"
        " 'URGENT'; use CRITICAL, HIGH, MEDIUM or LOW."
    ) in message
    assert message.count("The check '") == 3

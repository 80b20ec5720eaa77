"""What vars.yml says of checks agrees with itself."""

from lakegraph.runtime.project import project_vars

# a parcel was handed over, else the order would not have come so far
SENT = {"shipped", "in_transit", "delivered", "completed", "returned"}


def test_an_order_lacks_a_parcel_only_where_its_status_says_that_one_was_sent():
    (statuses,) = (rule["values"] for rule in project_vars()["rules"] if rule["id"] == "orders.order_status.allowed")
    (check,) = (check for check in project_vars()["checks"] if check["id"] == "orders_without_shipping")

    assert set(statuses) - set(check["awaited_statuses"]) == SENT
    assert set(check["awaited_statuses"]) < set(statuses)

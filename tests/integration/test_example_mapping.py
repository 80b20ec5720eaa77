"""Files with other column names and no triggers land, build and load with a mapping and nothing else."""

from pathlib import Path

import pytest

from tests.support import graph
from tests.support.place import ROOT, Place, changes

# Sample files that are kept beside the project, not in it: customers, products, orders, reviews, suppliers, categories.
DATA = ROOT.parent / "shared" / "data" / "commerce"
MAPPING = ("--sources", "configs/examples/retail-csv.yml")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the sample files are not at {DATA}"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("example"))
    place.drops = Path(DATA)
    place.first_report = place.run(*MAPPING)
    yield place
    assert place.command("lakegraph", "neo4j", "stop").returncode == 0


def test_every_record_is_in_the_graph(place):
    # as counted in the files: 3,050 orders of one line each, 19 of 25 categories have a parent, nothing is orphaned
    assert graph.counts(place.target()) == {
        "Customer": 1000,
        "Product": 700,
        "Category": 25,
        "Supplier": 50,
        "Order": 3050,
        "Review": 1500,
        "PLACED": 3050,
        "CONTAINS": 3050,
        "PURCHASED": 3050,
        "WROTE": 1500,
        "ABOUT": 1500,
        "REVIEWED": 1500,
        "BELONGS_TO": 700,
        "CHILD_OF": 19,
        "SUPPLIES": 700,
    }


def test_nothing_is_quarantined_because_a_column_is_absent(place):
    assert place.warehouse("select count(*) from gold.quarantined_records") == [(0,)]


def test_values_arrive_under_their_own_names(place):
    # the first lines of the files
    rows = graph.query(
        place.target(),
        """
        MATCH (c:Customer {customer_id: '1'})-[p:PURCHASED {order_id: '1'}]->(product:Product)
        RETURN c.name AS name, c.city AS city, p.quantity AS quantity, p.amount AS amount, toString(p.date) AS date,
               product.product_id AS product
        """,
    )

    assert rows == [
        {
            "name": "Lisa Moore",
            "city": "Coventry",
            "quantity": 1,
            "amount": 466.34,
            "date": "2024-05-20",
            "product": "595",
        }
    ]


def test_the_same_files_again_change_nothing(place):
    before = graph.content(place.target())

    report = place.run(*MAPPING)

    assert changes(report) == {}
    assert report["landing"]["batches"] == []
    assert graph.content(place.target()) == before

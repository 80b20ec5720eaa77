"""Landing one large CSV file, beside DuckDB's own copy of it to Parquet.

Landing checks every record, keeps its line, hashes it and writes bronze; DuckDB's copy parses and writes, all columns as text and
with the same compression, and nothing else.
"""

import sys
import tempfile
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from bench.harness import in_own_process, interleaved, measured, write_results

MEGABYTES = 500
RUNS = 3
ROWS_AT_ONCE = 20_000
HEADER = (
    "order_id,customer_id,product_id,order_date,order_amount,currency,payment_method,shipping_address,"
    "order_status,created_timestamp,line_number,quantity,unit_price\n"
)
METHODS = ("credit_card", "paypal", "debit_card", "bank_transfer")
STATUSES = ("completed", "shipped", "pending", "cancelled")
STREETS = ("Main Street", "Station Road", "High Street", "Mill Lane", "Park Avenue")
DAYS = tuple((date(2024, 1, 1) + timedelta(days=day)).isoformat() for day in range(366))
SOURCES = """
trigger: none
archive: false
feeds: {orders: {files: orders.csv}}
"""


def main() -> None:
    """Measure, print the table, write the results."""
    from rich.console import Console
    from rich.table import Table

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "sources.yml").write_text(SOURCES, encoding="utf-8")
        megabytes = write_orders(root / "orders.csv", MEGABYTES)
        found = interleaved(
            {name: partial(in_own_process, "bench.landing", name, folder) for name in ("land", "duckdb")}, RUNS
        )
    land, duckdb = found["land"], found["duckdb"]
    table = Table("", "MB/s", "seconds", "peak memory, GB", title=f"{megabytes:.0f} MB of orders, CSV to Parquet")
    for name, summary in (("lakegraph land", land), ("DuckDB copy", duckdb)):
        table.add_row(
            name, f"{megabytes / summary.seconds:.0f}", f"{summary.seconds:.2f}", f"{summary.peak_memory_gb:.2f}"
        )
    Console().print(table)
    metrics = {
        "land_mb_per_s": megabytes / land.seconds,
        "duckdb_mb_per_s": megabytes / duckdb.seconds,
        "land_vs_duckdb": duckdb.seconds / land.seconds,
        "peak_memory_gb": land.peak_memory_gb,
    }
    print(f"written to {write_results('landing', metrics, ('duckdb', 'pyarrow', 'numpy'))}")


def write_orders(path: Path, megabytes: int) -> float:
    """Write a file like the orders feed, with a quoted address in every record; its size in millions of bytes."""
    begin = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        while file.tell() < megabytes * 1_000_000:
            file.write("".join(map(order, range(begin, begin + ROWS_AT_ONCE))))
            begin += ROWS_AT_ONCE
    return path.stat().st_size / 1e6


def order(number: int) -> str:
    """One record; multiplications by large primes scatter its values."""
    scattered = number * 2_654_435_761 % 4_294_967_296
    quantity = scattered % 5 + 1
    price = scattered % 40_000 / 100 + 1
    day = DAYS[scattered % 366]
    return (
        f"ORD{number:09d},CUST{scattered % 1_000_003:07d},PROD{scattered % 7_001:05d},{day},{price * quantity:.2f},USD,"
        f'{METHODS[scattered % 4]},"{scattered % 999} {STREETS[scattered % 5]}, Springfield",{STATUSES[scattered >> 3 & 3]},'
        f"{day} {scattered % 24:02d}:{scattered % 60:02d}:{scattered // 60 % 60:02d},{number % 3 + 1},{quantity},{price:.2f}\n"
    )


def land(folder: Path) -> None:
    """Land the file into an empty lake."""
    from lakegraph.landing.operations import land as land_drops
    from lakegraph.runtime.settings import Settings

    with tempfile.TemporaryDirectory(dir=folder) as lake, measured():
        land_drops(Settings(lake=Path(lake), drops=folder, sources=folder / "sources.yml"))


def duckdb(folder: Path) -> None:
    """Copy the file with DuckDB."""
    import duckdb as engine

    with tempfile.TemporaryDirectory(dir=folder) as target, measured():
        engine.connect().execute(
            f"copy (select * from read_csv('{folder}/orders.csv', all_varchar = true, header = true)) "
            f"to '{target}/orders.parquet' (format parquet, compression zstd, compression_level 1)"
        )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["land", folder]:
            land(Path(folder))
        case ["duckdb", folder]:
            duckdb(Path(folder))
        case _:
            main()

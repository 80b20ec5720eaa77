"""The warehouse as the loader reads it."""

import os
import subprocess
import sys

import duckdb


def test_a_time_with_a_zone_reads_alike_wherever_a_process_runs(tmp_path):
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table t as select timestamptz '2025-07-01 12:00:00+00' as seen")
    read = (
        "import sys; from pathlib import Path; from lakegraph.runtime.warehouse import reading\n"
        "with reading(Path(sys.argv[1])) as connection:\n"
        "    print(connection.execute('select cast(seen as varchar) from t').fetchone()[0])"
    )

    def read_in(zone: str) -> str:
        command = [sys.executable, "-c", read, str(warehouse)]
        return subprocess.run(
            command, env=os.environ | {"TZ": zone}, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    assert {read_in(zone) for zone in ("Europe/Berlin", "America/New_York")} == {"2025-07-01 12:00:00+00\n"}

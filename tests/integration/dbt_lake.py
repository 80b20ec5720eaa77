"""A lake of hand-written batches, and dbt run on it: what the dbt tests stand on, so that they need no landing."""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from lakegraph.pipeline.dbt import outcome_of
from lakegraph.pipeline.run import DATA_ONLY
from lakegraph.runtime import ops
from lakegraph.runtime.project import project_root, project_vars
from tests.support.shared_dbt import shared_dbt

# dbt's, of the project's code and of the data
NO_TESTS = (*DATA_ONLY, "--exclude-resource-type", "test")
BUILT_SCHEMAS = ("silver", "snapshots", "gold", "graph_ready")


@dataclass(frozen=True)
class Rejected:
    """A record that landing could not read; without `key_texts`, it could not tell the place of its key either."""

    feed: str
    line: int
    reason: str
    raw_text: str
    key_texts: str | None = None


@dataclass(frozen=True)
class Batch:
    """A batch as it lands: per feed the records of one file, column to text; columns that no record has are absent.

    Batches that do not say when they landed are in the order of their ids. `asked_checks` are those that a trigger asks for.
    """

    id: str
    date: date
    records: dict[str, list[dict[str, str]]]
    rejected: list[Rejected] = field(default_factory=list)
    landed_at: datetime | None = None
    asked_checks: str | None = None


@dataclass(frozen=True)
class DbtLake:
    """A lake in a folder of its own, with dbt's target and logs beside it; `project` is another dbt project than this."""

    root: Path
    project: Path | None = None

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def target(self) -> Path:
        return self.root / "target"

    def land(self, batch: Batch) -> None:
        """Write a batch as landing does: bronze and the files first, the row that makes it visible last."""
        files = [self._land_feed(batch, feed, rows) for feed, rows in batch.records.items()]
        ops.append(self.lake / "ops", "batch_files", batch.id, files)
        rejected = [
            {
                "batch_id": batch.id,
                "feed": record.feed,
                "source_file": f"{record.feed}_{batch.date:%Y_%m_%d}.csv",
                "source_line": record.line,
                "reason": record.reason,
                "raw_text": record.raw_text,
                "key_texts": record.key_texts,
            }
            for record in batch.rejected
        ]
        ops.append(self.lake / "ops", "rejected_records", batch.id, rejected)
        row = {"batch_id": batch.id, "batch_date": batch.date, "landed_at": batch.landed_at}
        row |= {"asked_checks": batch.asked_checks}
        ops.append(self.lake / "ops", "batches", batch.id, [row])

    @property
    def environment(self) -> dict[str, str]:
        """The variables under which dbt works on this lake."""
        self.lake.mkdir(parents=True, exist_ok=True)
        return {
            "LAKE_DIR": str(self.lake),
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(self.root / "logs"),
        }

    def dbt(self, *arguments: str, env: dict[str, str] | None = None) -> tuple[bool, str]:
        """Run dbt, in an environment with some variables set: whether it succeeded, and what it printed."""
        if self.project is None and arguments[0] != "parse":
            return shared_dbt().said([*arguments, "--target", "dev"], self.environment | (env or {}))
        done = subprocess.run(
            [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", *arguments, "--target", "dev"],
            cwd=self.project or project_root(),
            env={**os.environ, **self.environment, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode == 0, done.stdout + done.stderr

    def run(self, *arguments: str) -> None:
        """Run dbt.

        Raises:
            DbtError: it failed.
        """
        if self.project:
            self.said(*arguments)
        else:
            answer = shared_dbt().ask([*arguments, "--target", "dev"], self.environment)
            outcome_of(f"dbt {' '.join(arguments)}", answer)

    def said(self, *arguments: str) -> str:
        """Run dbt, which must succeed; gives back what it printed."""
        succeeded, said = self.dbt(*arguments)
        assert succeeded, said[-5000:]
        return said

    def rows(self, sql: str) -> list[tuple]:
        """What a query on the warehouse gives."""
        with duckdb.connect(str(self.lake / "warehouse.duckdb"), read_only=True) as warehouse:
            return warehouse.execute(sql).fetchall()

    def tables(self) -> dict[str, list[tuple]]:
        """Every table that dbt builds, with its rows in a fixed order."""
        with duckdb.connect(str(self.lake / "warehouse.duckdb"), read_only=True) as warehouse:
            names = warehouse.execute(
                "select table_schema || '.' || table_name from information_schema.tables "
                f"where table_schema in {BUILT_SCHEMAS} and table_type = 'BASE TABLE' order by 1"
            ).fetchall()
            return {name: warehouse.execute(f"select * from {name} order by all").fetchall() for (name,) in names}

    @property
    def _declared(self) -> dict:
        return yaml.safe_load((self.project / "vars.yml").read_text())["vars"] if self.project else project_vars()

    def _land_feed(self, batch: Batch, feed: str, rows: list[dict[str, str]]) -> dict:
        declared = self._declared["feeds"][feed]
        columns = list(declared["columns"])
        present = [column for column in columns if any(column in row for row in rows)]
        stem = f"{feed}_{batch.date:%Y_%m_%d}"
        texts = [[row.get(column, "") if column in present else None for column in columns] for row in rows]
        data = {column: pa.array([text[at] for text in texts], pa.string()) for at, column in enumerate(columns)}
        count = len(rows)
        data |= {
            "_batch_id": pa.array([batch.id] * count, pa.string()),
            "_batch_date": pa.array([batch.date] * count, pa.date32()),
            "_source_file": pa.array([f"{stem}.csv"] * count, pa.string()),
            "_source_line": pa.array(range(2, count + 2), pa.int64()),
            "_landed_at": pa.array([datetime(2025, 2, 1)] * count, pa.timestamp("us")),
            "_record_hash": pa.array([hashlib.md5(repr(text).encode()).hexdigest() for text in texts]),
        }
        folder = self.lake / "bronze" / feed / f"batch_id={batch.id}"
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(data), folder / f"{stem}.parquet")
        rejected = sum(record.feed == feed for record in batch.rejected)
        return {
            "batch_id": batch.id,
            "feed": feed,
            "delivery": declared["delivery"],
            "source_file": f"{stem}.csv",
            "absent_columns": ",".join(column for column in columns if column not in present),
            "records_read": count + rejected,
            "records_landed": count,
            "records_rejected": rejected,
        }

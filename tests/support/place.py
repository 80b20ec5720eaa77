"""A lake of its own, and the commands that its user would run on it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

from lakegraph.runtime.neo4j_target import Neo4jTarget

ROOT = Path(__file__).parents[2]


class Place:
    """A lake, its drops, a copy of every drop, and the commands run on them."""

    def __init__(self, root: Path):
        self.drops, self.lake, self.copies = root / "drops", root / "lake", root / "copies"
        self.env = {**os.environ, "LAKE_DIR": str(self.lake), "DBT_TARGET_PATH": str(root / "target")}
        self.env |= {"DBT_LOG_PATH": str(root / "logs")}
        for name in ("NEO4J_URI", "NEO4J_PASSWORD"):
            self.env.pop(name, None)

    def command(self, *arguments: str) -> subprocess.CompletedProcess:
        """A Python module run as a command on this lake."""
        return subprocess.run(
            [sys.executable, "-m", *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )

    def run(self, *options: str) -> dict:
        """What `lakegraph run` reports; it must succeed."""
        done = self.command("lakegraph", "run", "--drops", str(self.drops), "--json", *options)
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout)

    def target(self) -> Neo4jTarget:
        """The local server that serves this lake."""
        status = json.loads(self.command("lakegraph", "neo4j", "status", "--json").stdout)
        return Neo4jTarget(status["uri"], status["user"], Path(status["password_file"]).read_text())

    def warehouse(self, query: str) -> list[tuple]:
        """The rows that a query on the warehouse gives."""
        with duckdb.connect(str(self.lake / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def keep_copies(self) -> None:
        """Copy the drops aside, for landing archives them."""
        self.copies.mkdir(exist_ok=True)
        for file in self.drops.iterdir():
            if file.is_file():
                shutil.copy(file, self.copies)


def changes(report: dict) -> dict[str, tuple[int, int, int]]:
    """Created, updated and deleted of every label and type in which anything changed."""
    counted = {row["name"]: (row["created"], row["updated"], row["deleted"]) for row in report["graph"]["counts"]}
    return {name: numbers for name, numbers in counted.items() if any(numbers)}

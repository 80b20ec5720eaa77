"""The stand-in as a process of its own, for a test session may have a Spark application already.

`StandIn` starts `python -m tests.engines.databricks.stand_in FOLDER`, which says as a line of JSON where it listens, and then
answers each line of its input, JSON again: `{"publish": FOLDER}` publishes the batches of a lake, `{"load": ORDER}` loads the
graph marts from its tables, as a task on the cluster would.
"""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

from lakegraph.pipeline.dbt import WORKER
from lakegraph.runtime.java import java
from lakegraph.runtime.processes import die_with_parent
from lakegraph.runtime.project import project_root
from tests.engines.databricks.journal import Entry, read_journal
from tests.engines.loading import LoadOrder, load_marts

START_SECONDS = 120


class StandIn:
    """A running stand-in; its tables end with it."""

    name, target, dbt_module = "databricks", "databricks_local", WORKER
    # two readers, one of whom must be quoted, and a layer that has none
    options = ("--vars", "{readers: {gold: [analysts, 'bi tool'], graph_ready: []}}")

    def __init__(self, folder: Path):
        self._folder = folder
        self._process: subprocess.Popen | None = None
        self._connection = None
        self.port = 0

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.engines.databricks.stand_in", self._folder],
            cwd=project_root(),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = self._answer()["port"]
        return self

    def __exit__(self, *_) -> None:
        if self._connection:
            self._connection.close()
        self._process.stdin.close()
        self._process.wait()

    @property
    def environment(self) -> dict[str, str]:
        """What the target `databricks_local` reads of the environment."""
        certificate = str(self._folder / "certificate.pem")
        return {
            "DBT_TARGET": "databricks_local",
            "DATABRICKS_LOCAL_PORT": str(self.port),
            "DATABRICKS_LOCAL_CERTIFICATE": certificate,
            # the adapter's own requests, beside those of the connector
            "REQUESTS_CA_BUNDLE": certificate,
        }

    def publish(self, lake: Path) -> list[str]:
        """Append the batches of a lake that are not there yet to its Delta tables; gives back their ids."""
        return self._ask({"publish": str(lake)})["published"]

    def load(self, order: LoadOrder) -> dict[str, list[int]]:
        """Load the graph marts from its tables, in the session that made them."""
        return self._ask({"load": order.as_json()})["loaded"]

    def rows(self, sql: str) -> list[tuple]:
        """What a query gives, by way of the SQL connector."""
        with self._connected().cursor() as cursor:
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]

    def journal(self) -> list[Entry]:
        """Every statement up to now."""
        return read_journal(self._folder / "journal.jsonl")

    def _connected(self):
        """One connection for all queries: a session of its own for each would take as long as the query."""
        if self._connection is None:
            from databricks import sql as databricks_sql

            self._connection = databricks_sql.connect(
                server_hostname="localhost",
                http_path="/sql/1.0/warehouses/local",
                access_token="any",
                _connection_uri=f"https://localhost:{self.port}/sql/1.0/warehouses/local",
                _tls_trusted_ca_file=str(self._folder / "certificate.pem"),
                use_cloud_fetch=False,
                enable_telemetry=False,
            )
        return self._connection

    def _ask(self, what: dict) -> dict:
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict:
        line = self._process.stdout.readline()
        assert line, f"The stand-in ended with code {self._process.wait()}."
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer


def main(folder: Path) -> None:
    """Serve until the input ends or the process that started this one dies."""
    from lakegraph.landing.delta import publish
    from tests.engines.databricks.certificate import self_signed
    from tests.engines.databricks.delta_spark import delta_spark
    from tests.engines.databricks.endpoint import https_server
    from tests.engines.databricks.journal import Journal
    from tests.engines.databricks.kept_rows import follow_publication
    from tests.engines.databricks.service import Service

    die_with_parent()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    java()
    spark = delta_spark(folder / "warehouse", others=("spark",))
    server = https_server(Service(spark, Journal(folder / "journal.jsonl")), *self_signed(folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _say(answers, {"port": server.server_port})
    for line in sys.stdin:
        try:
            match json.loads(line):
                case {"publish": lake}:
                    try:
                        published = publish(Path(lake), spark)
                    finally:
                        follow_publication(spark)
                    _say(answers, {"published": published})
                case {"load": order}:
                    _say(answers, {"loaded": load_marts(LoadOrder.read(order))})
        except Exception as error:
            _say(answers, {"error": f"{type(error).__name__}: {error}"})
    server.shutdown()
    spark.stop()


def _say(answers, answer: dict) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

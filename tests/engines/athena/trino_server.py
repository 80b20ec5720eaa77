"""A Trino server on a free port of the loopback, with Hive and Iceberg catalogs on one Glue and one S3."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from lakegraph.runtime.processes import die_with_parent
from tests.engines.athena.java25 import java25
from tests.engines.athena.moto_server import CREDENTIALS, REGION
from tests.engines.athena.trino_archive import trino_home

# on a machine that others use as well
START_TIMEOUT_S = 600
STOP_TIMEOUT_S = 30
# what Athena allows a statement to write to
PARTITIONS_PER_WRITE = 100

JVM_OPTIONS = """
-server
-Xmx1100M
-XX:+UseSerialGC
-XX:TieredStopAtLevel=1
-XX:+ExitOnOutOfMemoryError
-XX:ReservedCodeCacheSize=200M
-Djdk.attach.allowAttachSelf=true
-Dfile.encoding=UTF-8
-XX:+EnableDynamicAgentLoading
--enable-native-access=ALL-UNNAMED
--sun-misc-unsafe-memory-access=allow
"""


class TrinoServer:
    """A running Trino; leaving the `with` block stops it."""

    def __init__(self, folder: Path, moto_url: str, warehouse: str):
        """Args:
        folder: for its configuration, its data and its log.
        moto_url: where Glue and S3 are.
        warehouse: the S3 address of the tables that are given no location.
        """
        self.port = _free_port()
        self._folder = folder
        self._log = folder / "trino.log"
        _write_configuration(folder, self.port, moto_url, warehouse)

    def __enter__(self) -> "TrinoServer":
        home = trino_home()
        options = [*JVM_OPTIONS.split(), f"-Dconfig={self._folder}/config.properties"]
        options += [f"-Dlog.levels-file={self._folder}/log.properties", "-Dlog.enable-console=true"]
        options += _node_options(self._folder, home)
        command = [java25(), *options, "-cp", f"{home}/lib/*", "io.trino.server.TrinoServer"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,  # noqa: PLW1509
            )
        try:
            self._await_start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder / "data", ignore_errors=True)

    def _await_start(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/v1/info", timeout=5) as answer:
                    if not json.load(answer)["starting"]:
                        return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.2)
        raise RuntimeError(f"Trino does not start; its log ends:\n{self._log.read_text(errors='replace')[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _node_options(folder: Path, home: Path) -> list[str]:
    node = {
        "node.environment": "local",
        "node.id": f"stand-in-{os.getpid()}",
        "node.data-dir": folder / "data",
        "plugin.dir": home / "plugin",
        "node.bind-ip": "127.0.0.1",
        "node.internal-address": "127.0.0.1",
    }
    return [f"-D{key}={value}" for key, value in node.items()]


def _write_configuration(folder: Path, port: int, moto_url: str, warehouse: str) -> None:
    (folder / "catalog").mkdir(parents=True)
    _write(
        folder / "config.properties",
        {
            "coordinator": "true",
            "node-scheduler.include-coordinator": "true",
            "http-server.http.port": port,
            "discovery.uri": f"http://127.0.0.1:{port}",
            "query.max-memory": "500MB",
            "query.max-memory-per-node": "500MB",
            "memory.heap-headroom-per-node": "250MB",
            "catalog.management": "static",
            "catalog.config-dir": folder / "catalog",
            "web-ui.enabled": "false",
            # few threads: the tables are small, and the machine is shared
            "task.concurrency": 1,
            "task.max-worker-threads": 4,
            "task.max-partial-aggregation-memory": "1MB",
            "task.min-writer-count": 1,
            "task.max-writer-count": 1,
            "task.scale-writers.enabled": "false",
            "scale-writers": "false",
            # a machine that stands still for a while makes no query fail
            "query.client.timeout": "60m",
            "task.client.timeout": "60m",
            "exchange.max-error-duration": "60m",
            "query.remote-task.max-error-duration": "60m",
            # finished queries are kept no longer than it takes to read their results
            "query.max-history": 10,
            "query.min-expire-age": "5s",
            # every task that is remembered is looked at each second, and asked how it does over HTTP
            "task.info.max-age": "5s",
            "task.info-update-interval": "10s",
            # what these would find out costs more than it brings: most of the time goes into planning
            "enable-stats-calculator": "false",
            "statistics-precalculation-for-pushdown.enabled": "false",
            "optimizer.join-reordering-strategy": "NONE",
            "join-distribution-type": "BROADCAST",
            "query.max-length": 1_000_000,
            # a statement that is described travels as a header
            "http-server.max-request-header-size": "2MB",
            "http-server.max-response-header-size": "2MB",
        },
    )
    _write(folder / "log.properties", {"io.trino": "WARN", "io.airlift": "WARN"})
    (folder / "data").mkdir()
    shared = {
        "hive.metastore.glue.region": REGION,
        "hive.metastore.glue.endpoint-url": moto_url,
        "hive.metastore.glue.aws-access-key": CREDENTIALS["aws_access_key_id"],
        "hive.metastore.glue.aws-secret-key": CREDENTIALS["aws_secret_access_key"],
        "hive.metastore.glue.default-warehouse-dir": warehouse,
        "fs.native-s3.enabled": "true",
        "s3.endpoint": moto_url,
        "s3.region": REGION,
        "s3.path-style-access": "true",
        "s3.aws-access-key": CREDENTIALS["aws_access_key_id"],
        "s3.aws-secret-key": CREDENTIALS["aws_secret_access_key"],
    }
    _write(
        folder / "catalog" / "awsdatacatalog.properties",
        {
            "connector.name": "hive",
            "hive.metastore": "glue",
            "hive.iceberg-catalog-name": "iceberg",
            "hive.non-managed-table-writes-enabled": "true",
            "hive.non-managed-table-creates-enabled": "true",
            "hive.table-statistics-enabled": "false",
            "hive.collect-column-statistics-on-write": "false",
            "hive.recursive-directories": "true",
            "hive.max-partitions-per-writers": PARTITIONS_PER_WRITE,
            **shared,
        },
    )
    _write(
        folder / "catalog" / "iceberg.properties",
        {
            "connector.name": "iceberg",
            "iceberg.catalog.type": "glue",
            "iceberg.unique-table-location": "false",
            "iceberg.file-format": "PARQUET",
            "iceberg.max-partitions-per-writer": PARTITIONS_PER_WRITE,
            "iceberg.extended-statistics.enabled": "false",
            "iceberg.table-statistics-enabled": "false",
            **shared,
        },
    )


def _write(file: Path, pairs: dict) -> None:
    file.write_text("".join(f"{key}={value}\n" for key, value in pairs.items()), encoding="utf-8")

"""The whole stand-in, started and stopped: moto, Trino and the endpoint. `python -m tests.engines.athena.stand_in` serves it."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3

from tests.engines.athena import moto_server
from tests.engines.athena.catalog import Catalog
from tests.engines.athena.endpoint import Endpoint
from tests.engines.athena.execution import Executor, Query
from tests.engines.athena.trino_server import TrinoServer

BUCKET = "lakegraph"
# what runs dbt
DBT_MODULE = "tests.engines.athena.dbt_worker"


@dataclass(frozen=True)
class AthenaStandIn:
    """A running stand-in: where its parts are, and what clients need to find them."""

    moto_url: str
    endpoint: Endpoint

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which AWS clients, and the target `athena_local`, find it."""
        return {
            "AWS_ACCESS_KEY_ID": moto_server.CREDENTIALS["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": moto_server.CREDENTIALS["aws_secret_access_key"],
            "AWS_REGION": moto_server.REGION,
            "AWS_DEFAULT_REGION": moto_server.REGION,
            "AWS_ENDPOINT_URL": self.moto_url,
            "AWS_ENDPOINT_URL_ATHENA": self.endpoint.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "ATHENA_LAKE_DIR": f"s3://{BUCKET}/lake",
            "ATHENA_DATA_DIR": f"s3://{BUCKET}/tables",
            "ATHENA_STAGING_DIR": f"s3://{BUCKET}/results",
        }

    @property
    def queries(self) -> list[Query]:
        """Every query that was started, in order."""
        return self.endpoint.statements

    def client(self, service: str):
        """A boto3 client of s3, glue, sts or athena."""
        url = self.endpoint.url if service == "athena" else self.moto_url
        return boto3.client(service, endpoint_url=url, region_name=moto_server.REGION, **moto_server.CREDENTIALS)


@contextmanager
def athena_stand_in(folder: Path) -> Iterator[AthenaStandIn]:
    """A stand-in that keeps its files in a folder, until the block is left."""
    moto = moto_server.start()
    try:
        host, port = moto.get_host_and_port()
        url = f"http://{host}:{port}"
        clients = {
            name: boto3.client(name, endpoint_url=url, region_name=moto_server.REGION, **moto_server.CREDENTIALS)
            for name in ("glue", "s3")
        }
        clients["s3"].create_bucket(Bucket=BUCKET)
        with TrinoServer(folder, url, f"s3://{BUCKET}/warehouse") as trino:
            executor = Executor(trino.port, Catalog(clients["glue"]), clients["s3"])
            with Endpoint(executor, url) as endpoint:
                yield AthenaStandIn(url, endpoint)
    finally:
        moto.stop()


def main() -> None:
    """Serve a stand-in until standard input closes; prints the variables that clients need."""
    with tempfile.TemporaryDirectory() as folder, athena_stand_in(Path(folder) / "trino") as stand_in:
        for name, value in stand_in.environment.items():
            print(f"export {name}={value}")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    main()

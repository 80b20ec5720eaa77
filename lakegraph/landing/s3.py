"""Publishes what has landed in a lake's files to S3, where Athena reads it: the same folders below another root.

The contract is that of the files: bronze is append-only, a batch is there once its file below `ops/batches` is, and that file
is written last, before the processing log. Any step may be interrupted and repeated: what an earlier attempt left of a batch is
replaced.
"""

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lakegraph.landing.publication import BATCHES, RUNS, PublishError, landed_batches, logged_publication
from lakegraph.runtime import ops
from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.processing_log import TABLE as LOG

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# what S3 deletes in one call
KEYS_PER_DELETION = 1000
UPLOADS_AT_ONCE = 8


def publish(lake: Path, address: str, client: "S3Client | None" = None) -> list[str]:
    """Copy every visible batch of a lake that is not visible on S3 yet, and bring the operational tables up to date.

    Args:
        lake: the folder that `lakegraph land` writes to.
        address: where the lake lies on S3, such as `s3://bucket/lake`.
        client: a boto3 client of S3; None means one with the environment's own credentials.

    Returns:
        The ids of the batches that became visible, in the order of their dates.

    Raises:
        ConfigurationError: the address is none of S3.
        PublishError: S3 refuses.
    """
    import boto3

    target = _Target(client or boto3.client("s3"), *_bucket_and_prefix(address))
    with _refusals(lake, address):
        there = target.objects("ops/")
    waiting = [batch_id for batch_id in landed_batches(lake) if _key(lake, _batch_file(lake, batch_id)) not in there]
    with logged_publication(lake, waiting), _refusals(lake, address):
        for batch_id in waiting:
            for folder in sorted((lake / "bronze").glob("*")):
                target.replace(lake, folder / f"batch_id={batch_id}")
        tables = sorted(folder.name for folder in (lake / "ops").glob("*") if folder.name not in (BATCHES, LOG, RUNS))
        for names in (tables, [RUNS]):
            target.put_changed(lake, _files(lake, names), there)
        for batch_id in waiting:
            target.put(lake, _batch_file(lake, batch_id))
    # the log tells of this publication too
    with _refusals(lake, address):
        target.put_changed(lake, _files(lake, [LOG]), there)
    return waiting


@contextmanager
def _refusals(lake: Path, address: str) -> Iterator[None]:
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise PublishError(f"{lake} cannot be published to {address}: {error}.", "Publish it again.") from error


def _files(lake: Path, tables: Iterable[str]) -> list[Path]:
    return [file for name in tables for file in sorted((lake / "ops" / name).glob("*.parquet"))]


class _Target:
    """The lake on S3."""

    def __init__(self, client: "S3Client", bucket: str, prefix: str):
        self._client, self._bucket, self._prefix = client, bucket, prefix

    def objects(self, below: str) -> dict[str, str]:
        """The content hashes of the objects below a prefix, by their keys without the lake's own."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix + below)
        return {
            found["Key"].removeprefix(self._prefix): found["ETag"].strip('"')
            for page in pages
            for found in page.get("Contents", [])
        }

    def replace(self, lake: Path, folder: Path) -> None:
        """Make a prefix hold what a folder holds, and nothing else."""
        files = sorted(folder.glob("*.parquet"))
        kept = {_key(lake, file) for file in files}
        left = [key for key in self.objects(f"{_key(lake, folder)}/") if key not in kept]
        for some in _chunks(left, KEYS_PER_DELETION):
            objects = [{"Key": self._prefix + key} for key in some]
            refused = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": objects}).get("Errors")
            if refused:
                raise PublishError(f"S3 does not delete {refused[0]['Key']}: {refused[0].get('Message')}.")
        self.put_all(lake, files)

    def put_changed(self, lake: Path, files: Iterable[Path], there: dict[str, str]) -> None:
        """Write those files that are not there as they are."""
        self.put_all(lake, [file for file in files if there.get(_key(lake, file)) != _content_hash(file)])

    def put_all(self, lake: Path, files: Iterable[Path]) -> None:
        with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
            for _ in pool.map(lambda file: self.put(lake, file), files):
                pass

    def put(self, lake: Path, file: Path) -> None:
        self._client.upload_file(str(file), self._bucket, self._prefix + _key(lake, file))


def _batch_file(lake: Path, batch_id: str) -> Path:
    return ops.ops_file(lake / "ops", BATCHES, batch_id)


def _key(lake: Path, path: Path) -> str:
    return path.relative_to(lake).as_posix()


def _content_hash(file: Path) -> str:
    # S3's own hash of an object that was written in one part; of others it has another one, and they are written again
    with file.open("rb") as content:
        return hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _bucket_and_prefix(address: str) -> tuple[str, str]:
    scheme, _, rest = address.partition("://")
    bucket, _, prefix = rest.partition("/")
    if scheme != "s3" or not bucket:
        raise ConfigurationError(f"'{address}' is no address on S3.", "Write it as s3://bucket/lake.")
    return bucket, f"{prefix.strip('/')}/" if prefix.strip("/") else ""


def _chunks(items: list[str], size: int) -> Iterator[list[str]]:
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]

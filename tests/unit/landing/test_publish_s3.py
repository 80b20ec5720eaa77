from datetime import date

import boto3
import pytest
from moto import mock_aws

from lakegraph.landing import s3
from lakegraph.runtime import ops
from lakegraph.runtime.errors import ConfigurationError

ADDRESS = "s3://bucket/some/lake"


@pytest.fixture
def bucket(monkeypatch):
    """A client of S3 with an empty bucket."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="bucket")
        yield client


@pytest.fixture
def lake(tmp_path):
    land(tmp_path, "b2", date(2025, 1, 16))
    land(tmp_path, "b1", date(2025, 1, 15))
    return tmp_path


def land(lake, batch, day):
    """What landing leaves of a batch with one file."""
    folder = lake / "bronze" / "orders" / f"batch_id={batch}"
    folder.mkdir(parents=True)
    (folder / "orders.parquet").write_bytes(batch.encode())
    ops.append(lake / "ops", "batch_files", batch, [{"batch_id": batch, "feed": "orders"}])
    counts = {"records_read": 3, "records_landed": 2, "records_rejected": 1}
    ops.append(lake / "ops", "batches", batch, [{"batch_id": batch, "batch_date": day, **counts}])


def keys(client):
    return [found["Key"] for found in client.list_objects_v2(Bucket="bucket").get("Contents", [])]


def written_to(client):
    """Gathers the keys that are written from now on, without those of the log."""
    written = []

    def gather(params, **_):
        if "/ops/processing_log/" not in params["url_path"]:
            written.append(params["url_path"])

    client.meta.events.register("before-call.s3.PutObject", gather)
    return written


def body(client, key):
    return client.get_object(Bucket="bucket", Key=key)["Body"].read()


def test_a_lake_is_copied_as_it_is(lake, bucket):
    assert s3.publish(lake, ADDRESS, bucket) == ["b1", "b2"]

    files = sorted(file for file in lake.rglob("*.parquet"))
    assert keys(bucket) == [f"some/lake/{file.relative_to(lake)}" for file in files]
    assert all(body(bucket, f"some/lake/{file.relative_to(lake)}") == file.read_bytes() for file in files)


def test_what_makes_a_batch_visible_is_written_last(lake, bucket):
    written = written_to(bucket)

    s3.publish(lake, ADDRESS, bucket)

    assert [path.rpartition("/ops/")[2] for path in written][-2:] == ["batches/b1.parquet", "batches/b2.parquet"]
    assert len(written) == 6


def test_a_batch_that_is_there_is_not_written_again(lake, bucket):
    s3.publish(lake, ADDRESS, bucket)
    before = {key: bucket.head_object(Bucket="bucket", Key=key)["LastModified"] for key in keys(bucket)}
    written = written_to(bucket)
    land(lake, "b3", date(2025, 1, 17))

    assert s3.publish(lake, ADDRESS, bucket) == ["b3"]

    assert len(written) == 3
    assert set(before) < set(keys(bucket))


def test_what_an_interrupted_copy_left_is_replaced(lake, bucket):
    folder = "some/lake/bronze/orders/batch_id=b1"
    bucket.put_object(Bucket="bucket", Key=f"{folder}/left.parquet", Body=b"of another attempt")
    bucket.put_object(Bucket="bucket", Key=f"{folder}/orders.parquet", Body=b"half")
    bucket.put_object(Bucket="bucket", Key=f"{folder}0/orders.parquet", Body=b"another batch")

    s3.publish(lake, ADDRESS, bucket)

    assert [key for key in keys(bucket) if "batch_id=b1" in key] == [
        f"{folder}/orders.parquet",
        f"{folder}0/orders.parquet",
    ]
    assert body(bucket, f"{folder}/orders.parquet") == b"b1"


def test_a_copy_that_fails_makes_nothing_visible_and_says_what_to_do(lake, bucket):
    def fail(params, **_):
        if "b2" in params["url_path"]:
            raise s3_error("AccessDenied")

    bucket.meta.events.register("before-call.s3.PutObject", fail)

    with pytest.raises(s3.PublishError, match=r"cannot be published to s3://bucket/some/lake.*Publish it again"):
        s3.publish(lake, ADDRESS, bucket)

    assert not [key for key in keys(bucket) if "/ops/batches/" in key]


def test_each_batch_is_logged_and_the_log_is_published_too(lake, bucket):
    s3.publish(lake, ADDRESS, bucket)
    s3.publish(lake, ADDRESS, bucket)

    rows = ops.read(lake / "ops", "processing_log")
    assert [
        (
            row["step"],
            row["batch_id"],
            row["status"],
            row["records_read"],
            row["records_valid"],
            row["records_quarantined"],
        )
        for row in rows
    ] == [("publish", "b1", "succeeded", 3, 2, 1), ("publish", "b2", "succeeded", 3, 2, 1)]
    files = sorted((lake / "ops/processing_log").glob("*.parquet"))
    assert [body(bucket, f"some/lake/ops/processing_log/{file.name}") for file in files] == [
        file.read_bytes() for file in files
    ]


def test_a_publication_that_fails_is_logged_with_its_reason(lake, bucket):
    def fail(params, **_):
        raise s3_error("AccessDenied")

    bucket.meta.events.register("before-call.s3.PutObject", fail)
    with pytest.raises(s3.PublishError):
        s3.publish(lake, ADDRESS, bucket)

    [first, second] = ops.read(lake / "ops", "processing_log")
    assert (first["status"], second["status"]) == ("failed", "failed")
    assert first["error"].startswith(f"{lake} cannot be published to {ADDRESS}: ")


def test_a_lake_that_cannot_be_written_to_is_told_in_a_sentence(lake, bucket):
    (lake / "ops/processing_log").write_text("no folder")

    with pytest.raises(
        s3.PublishError, match=r"The processing log in .*ops cannot be written: File exists\. .*writable\."
    ):
        s3.publish(lake, ADDRESS, bucket)

    assert keys(bucket) == []


def test_an_operational_table_that_changed_is_written_again(lake, bucket):
    s3.publish(lake, ADDRESS, bucket)
    ops.append(lake / "ops", "batch_files", "b1", [{"batch_id": "b1", "feed": "products"}])

    s3.publish(lake, ADDRESS, bucket)

    changed = ops.ops_file(lake / "ops", "batch_files", "b1")
    assert body(bucket, "some/lake/ops/batch_files/b1.parquet") == changed.read_bytes()


@pytest.mark.parametrize("address", ["bucket/lake", "s3://", "https://bucket/lake"])
def test_an_address_that_is_none_of_s3_is_refused(lake, address):
    with pytest.raises(ConfigurationError, match="is no address on S3"):
        s3.publish(lake, address, client=object())


def s3_error(code):
    from botocore.exceptions import ClientError

    return ClientError({"Error": {"Code": code, "Message": "no"}}, "PutObject")

"""`lakegraph land --publish` brings what it lands to where the target's warehouse reads it."""

import json

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from lakegraph.cli import app
from lakegraph.runtime.errors import ConfigurationError


@pytest.fixture
def bucket(monkeypatch):
    """A client of S3 with an empty bucket."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="bucket")
        yield client


def land(place, *options: str):
    given = ["--drops", str(place.drops), "--lake", str(place.lake), "--sources", str(place.settings.sources)]
    return CliRunner().invoke(app, ["land", *given, *options])


def test_what_landed_is_published_also_when_a_later_batch_is_left_behind(place, bucket):
    place.whole_drop("2025_01_15", "A")
    place.trigger("2025_01_16")

    done = land(place, "--publish", "--target", "athena", "--to", "s3://bucket/lake", "--json")

    told = json.loads(done.stdout)
    assert (done.exit_code, told["complete"], told["published"]) == (1, False, ["batch_2025_01_15_001"])
    keys = [found["Key"] for found in bucket.list_objects_v2(Bucket="bucket")["Contents"]]
    assert "lake/ops/batches/batch_2025_01_15_001.parquet" in keys


def test_a_target_that_needs_no_publishing_is_told_before_anything_is_landed(place):
    place.whole_drop("2025_01_15", "A")

    done = land(place, "--publish", "--target", "dev")

    assert isinstance(done.exception, ConfigurationError)
    assert place.visible() == []

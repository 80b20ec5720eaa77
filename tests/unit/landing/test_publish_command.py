"""`lakegraph publish` says where it has nothing to do, and what it lacks."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (
            "dev",
            "error: The target dev reads what has landed from the lake itself. "
            "Only databricks and athena need it published (--target, DBT_TARGET).\n",
        ),
        ("athena", "error: '' is no address on S3. Write it as s3://bucket/lake.\n"),
    ],
)
def test_a_target_without_a_place_to_publish_to_is_told(tmp_path, target, said):
    environment = {name: value for name, value in os.environ.items() if name != "ATHENA_LAKE_DIR"}
    environment |= {"AWS_DEFAULT_REGION": "eu-central-1"}

    done = subprocess.run(
        [sys.executable, "-m", "lakegraph", "publish", "--target", target, "--lake", str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)

import pytest

from lakegraph.pipeline.dbt import DbtError, dbt
from lakegraph.runtime.settings import settings


def test_a_target_that_does_not_exist_is_told_with_its_reason(tmp_path, monkeypatch):
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))

    with pytest.raises(DbtError) as raised:
        dbt(settings(lake=tmp_path / "lake", target="nonsense"), "build")

    assert "does not have a target named 'nonsense'" in str(raised.value)
    assert str(tmp_path / "logs") in str(raised.value)
    assert "\x1b" not in str(raised.value)

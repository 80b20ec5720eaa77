"""Where the project is: what is named, else around the working directory, else what the package came with."""

import pytest

from lakegraph.runtime import project
from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.settings import Settings


@pytest.fixture
def anew(monkeypatch, tmp_path):
    """The search itself, not what an earlier one remembers; it begins in a folder outside the repository."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(project.VARIABLE, raising=False)
    monkeypatch.delenv("LAKEGRAPH_SOURCES", raising=False)
    project.project_root.cache_clear()
    yield
    project.project_root.cache_clear()


def make_project(folder):
    (folder / "configs").mkdir(parents=True)
    (folder / "dbt_project.yml").touch()
    (folder / "configs/data-sources.yml").touch()
    return folder


@pytest.mark.usefixtures("anew")
def test_the_named_project_goes_before_the_one_around(tmp_path, monkeypatch):
    make_project(tmp_path)
    named = make_project(tmp_path / "named")
    monkeypatch.setenv("LAKEGRAPH_PROJECT", str(named))

    assert project.project_root() == named


@pytest.mark.usefixtures("anew")
def test_a_named_project_that_is_none_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("LAKEGRAPH_PROJECT", str(tmp_path))

    with pytest.raises(ConfigurationError) as error:
        project.project_root()

    assert str(error.value) == (
        f"LAKEGRAPH_PROJECT names {tmp_path}, where no dbt_project.yml is. Let it name the project's folder."
    )


@pytest.mark.usefixtures("anew")
def test_the_sources_file_is_that_below_the_working_directory_else_the_project_s(tmp_path, monkeypatch):
    named = make_project(tmp_path / "named")
    monkeypatch.setenv("LAKEGRAPH_PROJECT", str(named))

    without = Settings().sources
    make_project(tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")

    assert without == named / "configs/data-sources.yml"
    assert str(Settings().sources) == "configs/data-sources.yml"

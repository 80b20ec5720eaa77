"""What `lakegraph prepare` fetches."""

from typer.testing import CliRunner

from lakegraph.cli import app
from lakegraph.pipeline import prepare
from lakegraph.runtime.jars import LOCKS


def test_prepare_fetches_what_a_laptop_needs_and_no_engine_of_the_tests(monkeypatch):
    asked = []
    monkeypatch.setattr(prepare, "ensure", asked.append)
    monkeypatch.setattr(prepare, "archived", lambda name: ["an archive"])

    done = CliRunner().invoke(app, ["prepare"])

    assert done.exit_code == 0, done.output
    assert asked == ["neo4j-server", "spark"]
    # Trino has 821 MB: whoever runs its leg fetches it
    assert (LOCKS / "trino-server.tsv").is_file()

import pytest

from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.neo4j_target import Neo4jTarget
from lakegraph.runtime.secrets import find_secret, secret


def test_the_environments_own_name_goes_before_the_plain_one(monkeypatch):
    monkeypatch.setenv("NEO4J_PASSWORD", "plain")
    monkeypatch.setenv("PROD_NEO4J_PASSWORD", "own")

    assert secret("NEO4J_PASSWORD", env="prod") == "own"
    assert secret("NEO4J_PASSWORD", env="dev") == "plain"


def test_the_vault_is_asked_only_when_the_environment_has_nothing(monkeypatch):
    monkeypatch.delenv("NEO4J_PASSWORD", raising=False)
    vault = {"NEO4J_PASSWORD": "from the vault"}.get

    assert secret("NEO4J_PASSWORD", vault=vault) == "from the vault"
    assert find_secret("OTHER", vault=vault) is None

    monkeypatch.setenv("NEO4J_PASSWORD", "plain")
    assert secret("NEO4J_PASSWORD", vault=vault) == "plain"


def test_a_missing_secret_is_named_with_the_places_looked_at(monkeypatch):
    monkeypatch.delenv("NEO4J_PASSWORD", raising=False)

    with pytest.raises(ConfigurationError, match="looked for PROD_NEO4J_PASSWORD and NEO4J_PASSWORD"):
        secret("NEO4J_PASSWORD", env="prod")


def test_a_target_never_shows_its_password():
    target = Neo4jTarget("bolt://somewhere:7687", "neo4j", "hidden-word")

    assert "hidden-word" not in repr(target)
    assert "hidden-word" not in str(target)

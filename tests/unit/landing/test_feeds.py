import pytest

from lakegraph.landing import feeds
from lakegraph.landing.feeds import declared_feeds
from lakegraph.runtime.errors import ConfigurationError

REVIEWS = {
    "delivery": "delta",
    "key": ["id"],
    "required": ["id"],
    "columns": {"id": {"type": "string"}, "stars": {"type": "integer"}},
}


def test_a_feed_is_read_as_declared(monkeypatch):
    monkeypatch.setattr(feeds, "project_vars", lambda: {"feeds": {"reviews": REVIEWS}})

    (found,) = declared_feeds().values()

    assert (found.name, found.delivery, found.required, found.key) == ("reviews", "delta", ("id",), ("id",))
    assert found.columns == ("id", "stars")


@pytest.mark.parametrize(
    "broken",
    [
        {name: REVIEWS[name] for name in ("delivery", "key", "columns")},
        {name: REVIEWS[name] for name in ("delivery", "required", "columns")},
        REVIEWS | {"columns": None},
        REVIEWS | {"columns": {"id": {}}},
        REVIEWS | {"columns": {"id": "string"}},
        None,
    ],
)
def test_what_is_no_feed_is_told_with_its_name(monkeypatch, broken):
    monkeypatch.setattr(feeds, "project_vars", lambda: {"feeds": {"reviews": broken}})

    with pytest.raises(ConfigurationError, match="does not declare the feed reviews as a feed"):
        declared_feeds()

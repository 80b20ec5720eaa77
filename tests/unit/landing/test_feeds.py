import pytest

from lakegraph.landing import feeds
from lakegraph.landing.feeds import declared_feeds
from lakegraph.runtime.errors import ConfigurationError

REVIEWS = {"delivery": "delta", "required": ["id"], "columns": {"id": {"type": "string"}, "stars": {"type": "integer"}}}


def test_a_feed_is_read_as_declared(monkeypatch):
    monkeypatch.setattr(feeds, "project_vars", lambda: {"feeds": {"reviews": REVIEWS}})

    (found,) = declared_feeds().values()

    assert (found.name, found.delivery, found.required, found.columns) == ("reviews", "delta", ("id",), ("id", "stars"))


@pytest.mark.parametrize(
    "broken",
    [
        {"delivery": "delta", "columns": REVIEWS["columns"]},
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

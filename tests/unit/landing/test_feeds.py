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


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (
            {"reviews": REVIEWS | {"columns": REVIEWS["columns"] | {"Stars": {"type": "string"}}}},
            "the columns stars and Stars of the feed reviews, which are one name to a warehouse",
        ),
        ({"reviews": REVIEWS, "Reviews": REVIEWS}, "the feeds reviews and Reviews, which are one name to a warehouse"),
    ],
)
def test_names_that_differ_in_letter_case_alone_are_told(monkeypatch, declared, message):
    monkeypatch.setattr(feeds, "project_vars", lambda: {"feeds": declared})

    with pytest.raises(ConfigurationError) as raised:
        declared_feeds()

    assert message in str(raised.value)


def test_names_may_have_capital_letters(monkeypatch):
    own = REVIEWS | {"columns": REVIEWS["columns"] | {"Weight": {"type": "decimal"}}}
    monkeypatch.setattr(feeds, "project_vars", lambda: {"feeds": {"Reviews": own, "orders": own}})

    assert declared_feeds()["Reviews"].columns == ("id", "stars", "Weight")

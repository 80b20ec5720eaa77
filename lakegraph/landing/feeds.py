"""The canonical feeds, as vars.yml declares them."""

import copyreg
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.project import project_vars

Delivery = Literal["full", "delta"]

# feeds travel to other processes, and Python does not say how a read-only mapping does
copyreg.pickle(MappingProxyType, lambda mapping: (MappingProxyType, (dict(mapping),)))


@dataclass(frozen=True)
class Feed:
    """What landing must know of a feed.

    Attributes:
        name: the feed.
        delivery: `full` when a file holds every living record, `delta` when only new and changed ones.
        required: canonical columns that must stand in a file's header.
        types: canonical column to declared type, in the order in which bronze holds them.
        key: the columns that tell its records apart.
    """

    name: str
    delivery: Delivery
    required: tuple[str, ...]
    types: Mapping[str, str]
    key: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The canonical columns, in bronze's order."""
        return tuple(self.types)


def declared_feeds() -> dict[str, Feed]:
    """Every feed of vars.yml by its name.

    Raises:
        ConfigurationError: one is not declared as a feed is, or two names are one in a warehouse.
    """
    feeds = {name: _feed(name, declared) for name, declared in project_vars()["feeds"].items()}
    _require_apart(feeds, "feeds {}")
    for name, feed in feeds.items():
        _require_apart(feed.columns, f"columns {{}} of the feed {name}")
    return feeds


def _require_apart(names: Iterable[str], what: str) -> None:
    """Refuse names that differ in letter case alone: Glue keeps all in lower case, and no warehouse tells them apart."""
    seen: dict[str, str] = {}
    for name in map(str, names):
        if (other := seen.setdefault(name.lower(), name)) != name:
            raise ConfigurationError(
                f"vars.yml declares the {what.format(f'{other} and {name}')}, which are one name to a warehouse.",
                "Call one of them otherwise.",
            )


def _feed(name: str, declared: dict) -> Feed:
    try:
        types = {column: about["type"] for column, about in declared["columns"].items()}
        required, key = tuple(declared["required"]), tuple(declared["key"])
        return Feed(name, declared["delivery"], required, MappingProxyType(types), key)
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"vars.yml does not declare the feed {name} as a feed ({error}).", "`dbt parse` says what is wrong with it."
        ) from error

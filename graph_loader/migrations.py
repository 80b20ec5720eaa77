"""What a changed declaration means for what earlier loads wrote.

Rows of another key or of other ends cannot be compared with those of the mart: all that the ledger knows of them is deleted
before anything is written, and written anew. So it is after a migration that broke off, whose own rows count as known too.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from graph_loader.declarations import Declaration, GraphDeclaration
from graph_loader.ledger_state import LedgerState, Remembered
from graph_loader.parsing import GRAPH_KEY
from graph_loader.problems import Problem

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class Former:
    """Rows that loads wrote under one identity of a label or type, and that go before anything is written.

    Attributes:
        count: how many they are, stubs among them.
        stubs: how many of them are known to be stubs.
    """

    declaration: Declaration
    rows: "DataFrame"
    count: int
    stubs: int = 0

    @property
    def of_marts(self) -> int:
        """How many were rows of a mart, at most."""
        return self.count - self.stubs


def merged(sources: list[Remembered]) -> Remembered:
    """Several entries of one identity as one, with every property and label that their rows may have."""
    properties = {name: kind for source in sources for name, kind in source.properties.items()}
    labels = dict.fromkeys(label for source in sources for label in source.labels)
    return replace(sources[-1], properties=properties, labels=list(labels))


def identities(state: LedgerState, name: str) -> list[list[Remembered]]:
    """What the ledger says of a label or type, one group of entries for each identity that its rows may have."""
    groups: list[list[Remembered]] = []
    for source in filter(None, state.sources(name)):
        group = next((group for group in groups if group[0].identity() == source.identity()), None)
        if group is None:
            groups.append([source])
        else:
            group.append(source)
    return groups


def known_stubs(group: list[Remembered]) -> int:
    """How many rows of some entries of one identity are stubs, at least."""
    return min(source.stubs for source in group)


def is_migrated(groups: list[list[Remembered]], now: Remembered) -> bool:
    """Whether the ledger knows rows of another identity than the declared one."""
    return any(group[0].identity() != now.identity() for group in groups)


def label_problems(state: LedgerState, graph: GraphDeclaration) -> list[Problem]:
    """Labels that were a model's own and are to come with other nodes now, or the other way round.

    The nodes of before are there until the end of the load that changes it, and would be taken for those of the other model.
    """
    own = {entry.name: entry for entry in state.remembered().values() if entry.kind == "node"}
    carried = {
        label: source.name
        for name in state.remembered()
        for source in filter(None, state.sources(name))
        for label in source.labels
    }
    problems = []
    for node in graph.nodes:
        for position, label in enumerate(node.labels):
            if label in own:
                text = f"loads wrote nodes of model {own[label].model} as '{label}': load once without it, then with it"
                problems.append(Problem(node.model, f"{GRAPH_KEY}.labels[{position}]", text))
        if carrier := carried.get(node.label):
            text = f"loads wrote nodes of {carrier} with the label '{node.label}' too: load once without this model, then with it"
            problems.append(Problem(node.model, f"{GRAPH_KEY}.node", text))
    return problems


def told(groups: list[list[Remembered]], now: Remembered | None, successor: str | None = None) -> tuple[str, ...]:
    """What becomes of earlier rows because their declaration has changed, in sentences; nothing where it has not.

    Args:
        groups: what `identities` says.
        now: the entry that the load will leave; None when no model declares the label or type any more.
        successor: the label or type that the model declares instead, if it does.
    """
    if not groups:
        return ()
    before = merged([source for group in groups for source in group])
    rows = _in_words(max((source for group in groups for source in group), key=lambda source: source.rows))
    if now is None:
        constraint = " with their constraint" if before.kind == "node" else ""
        why = f"model {before.model} declares {successor} instead" if successor else "no model declares it any more"
        return (f"{why}: its {rows} go{constraint}",)
    if is_migrated(groups, now):
        former = "; or ".join(said(group[0]) for group in groups if group[0].identity() != now.identity())
        return (f"has {said(now)}, no longer {former}: its {rows} are deleted and written anew",)
    sentences = [f"label {label} goes" for label in before.labels if label not in now.labels]
    sentences += [f"label {label} is new" for label in now.labels if label not in before.labels]
    for name in sorted(before.properties.keys() | now.properties.keys()):
        kinds = before.properties.get(name), now.properties.get(name)
        if None in kinds:
            sentences.append(f"property {name} {'goes' if kinds[1] is None else 'is new'}")
        elif kinds[0] != kinds[1]:
            sentences.append(f"property {name} becomes {kinds[1]} and was {kinds[0]}")
    return tuple(sentences)


def _in_words(entry: Remembered) -> str:
    """The rows of an entry, stubs apart."""
    rows, parts = entry.rows - entry.stubs, []
    if rows or not entry.stubs:
        parts.append(f"{rows:,} {entry.kind}s")
    if entry.stubs:
        parts.append(f"{entry.stubs:,} stubs")
    return " and ".join(parts)


def said(entry: Remembered) -> str:
    """What identifies the rows of an entry, in words."""
    key = ", ".join(f"{name} {entry.properties[name]}" for name in entry.key) or "none"
    ends = "".join(
        f", {role} {end['node']} ({', '.join(f'{n} {t}' for n, t in zip(end['key'], end['types'], strict=True))})"
        for role, end in entry.ends.items()
    )
    return f"key {key}{ends}"

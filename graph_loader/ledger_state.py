"""What the ledger says it holds: pure data, written as one JSON document, and the rules by which it fits a graph."""

from dataclasses import asdict, dataclass, field, replace

from graph_loader import cypher
from graph_loader.connection import Metadata
from graph_loader.declarations import (
    Column,
    Declaration,
    EdgeDeclaration,
    End,
    GraphDeclaration,
    Model,
    NodeDeclaration,
)
from graph_loader.types import Kind, PropertyType
from lakegraph.runtime.errors import LakegraphError

REBUILD = "python -m graph_loader reconcile --rebuild-ledger"


class LedgerError(LakegraphError):
    """The ledger belongs to another graph, is of another time, or cannot be read."""


@dataclass(frozen=True)
class Remembered:
    """The rows of one label or type as the ledger remembers them, and all that is needed to delete them again."""

    kind: str
    name: str
    model: str
    folder: str
    rows: int
    key: list[str]
    # property to type, of all properties, those that identify included
    properties: dict[str, str]
    # for edges: role to {node, key, types}
    ends: dict[str, dict] = field(default_factory=dict)
    # nodes among the rows that were in no mart, made for edges
    stubs: int = 0
    # for nodes: the labels that they carry besides their own
    labels: list[str] = field(default_factory=list)
    # what tells the rows of the mart from any others, where every one of them was fit and the warehouse could tell
    fingerprint: str | None = None
    # the relationship type, of edges whose name is another because the type is shared
    type: str | None = None
    # where the rows are that were written or deleted since those of `folder`, and how many, at most; None where there are none
    changes_folder: str | None = None
    rows_changed: int = 0

    @property
    def folders(self) -> tuple[str, ...]:
        """Where its rows are."""
        return (self.folder, self.changes_folder) if self.changes_folder else (self.folder,)

    def with_rows_of(self, other: "Remembered") -> "Remembered":
        """The same entry with the rows where another has them."""
        return replace(self, folder=other.folder, changes_folder=other.changes_folder, rows_changed=other.rows_changed)

    @property
    def place(self) -> str:
        """The name under which it is kept."""
        return place(self.kind, self.name)

    def declaration(self) -> Declaration:
        """The declaration as it was when these rows were written; its mart's columns are those of the graph."""
        columns = [Column(name, _parse_type(text)) for name, text in self.properties.items()]
        if self.kind == "node":
            model = Model(self.model, columns=tuple(columns), complete=True)
            return NodeDeclaration(model, self.name, tuple(self.key), tuple(self.labels))
        ends = {}
        for role, end in self.ends.items():
            own = [f"_{role}_{name}" for name in end["key"]]
            columns += [Column(name, _parse_type(text)) for name, text in zip(own, end["types"], strict=True)]
            ends[role] = End(end["node"], tuple(own), tuple(end["key"]))
        model = Model(self.model, columns=tuple(columns), complete=True)
        kind, is_shared = self.type or self.name, self.type is not None
        return EdgeDeclaration(model, kind, ends["from"], ends["to"], tuple(self.key), is_shared=is_shared)

    def identity(self) -> dict:
        """What identifies its rows; two declarations with the same identity can be compared row by row."""
        return {"key": [(name, self.properties[name]) for name in self.key], "ends": self.ends}


def place(kind: str, name: str) -> str:
    """The name under which a label or type is kept in the ledger."""
    return f"{kind}:{name}"


def remember(
    declaration: Declaration, folder: str, rows: int, stubs: int = 0, fingerprint: str | None = None
) -> Remembered:
    """A declaration's entry in the ledger."""
    ends = {}
    if isinstance(declaration, EdgeDeclaration):
        for role, end in (("from", declaration.start), ("to", declaration.end)):
            types = [str(item.type) for item in declaration.identity if item.role == role]
            ends[role] = {"node": end.node, "key": list(end.key), "types": types}
    properties = {column.name: str(column.type) for column in declaration.properties}
    return Remembered(
        declaration.kind,
        declaration.name,
        declaration.model.name,
        folder,
        rows,
        list(declaration.key),
        properties,
        ends,
        stubs,
        list(declaration.labels) if isinstance(declaration, NodeDeclaration) else [],
        fingerprint,
        _shared_type(declaration),
    )


def _shared_type(declaration: Declaration) -> str | None:
    is_shared = isinstance(declaration, EdgeDeclaration) and declaration.is_shared
    return declaration.type if is_shared else None


@dataclass(frozen=True)
class Attempt:
    """A load that saved what it was about to do; until it commits, the graph may hold any part of it.

    Attributes:
        generation: its number.
        entries: what the graph is to hold after it.
        allowed_deletes: the labels and types of which it was allowed to delete any number; what it was about to delete of them
            the load that ends it may delete.
        allowed_rejects: the labels and types of whose marts any number of rows could be rejected.
        rejects: place to rows of those that it set aside; so many may the load that ends it.
        repair: whether it set right what others had changed in the graph; so does the load that ends it.
        id: what the graph calls it, for a copy of the ledger may give its number to another one; empty where it has none.
    """

    generation: int
    entries: dict[str, Remembered]
    allowed_deletes: tuple[str, ...] = ()
    allowed_rejects: tuple[str, ...] = ()
    rejects: dict[str, int] = field(default_factory=dict)
    repair: bool = False
    id: str = ""


@dataclass(frozen=True)
class LedgerState:
    """The ledger of one graph: what the last complete load left, and the attempts since then that did not complete."""

    ledger_id: str
    generation: int = 0
    entries: dict[str, Remembered] = field(default_factory=dict)
    pending: tuple[Attempt, ...] = ()
    # the attempt that the last complete load was; empty where it had no id
    attempt: str = ""

    @property
    def next_generation(self) -> int:
        """The generation of the next load."""
        return max([self.generation, *(attempt.generation for attempt in self.pending)]) + 1

    def sources(self, name: str, like: Remembered | None = None) -> list[Remembered | None]:
        """What the last complete load and each attempt since say of one label or type; None where they hold nothing of it.

        Args:
            like: leave out what was written under another identity than this one's.
        """
        found = [self.entries.get(name), *(attempt.entries.get(name) for attempt in self.pending)]
        return [
            source if source and (like is None or source.identity() == like.identity()) else None for source in found
        ]

    def remembered(self) -> dict[str, Remembered]:
        """The latest entry of each label or type that any of the sources has."""
        merged = dict(self.entries)
        for attempt in self.pending:
            merged |= attempt.entries
        return merged

    def begun(self, attempt: Attempt) -> "LedgerState":
        """The state once an attempt has been saved as pending."""
        return replace(self, pending=(*self.pending, attempt))

    def committed(self, attempt: Attempt) -> "LedgerState":
        """The state once an attempt is complete: nothing is pending any more."""
        return LedgerState(self.ledger_id, attempt.generation, attempt.entries, attempt=attempt.id)

    def named_as(self, graph: GraphDeclaration) -> "LedgerState":
        """The state with each edge under the name that it has now: one between the same labels is the same edge, whether its
        type is shared with others by now or was before.
        """
        declared = {(edge.type, edge.start.node, edge.end.node): edge for edge in graph.edges}

        def now(entry: Remembered) -> Remembered:
            between = [entry.ends[role]["node"] for role in ("from", "to") if role in entry.ends]
            edge = declared.get((entry.type or entry.name, *between))
            return replace(entry, name=edge.name, type=_shared_type(edge)) if edge else entry

        def renamed(entries: dict[str, Remembered]) -> dict[str, Remembered]:
            return {found.place: found for found in map(now, entries.values())}

        def begun(attempt: Attempt) -> Attempt:
            rejects = {
                now(attempt.entries[name]).place if name in attempt.entries else name: rows
                for name, rows in attempt.rejects.items()
            }
            return replace(attempt, entries=renamed(attempt.entries), rejects=rejects)

        return replace(self, entries=renamed(self.entries), pending=tuple(map(begun, self.pending)))

    def as_dict(self) -> dict:
        """The state as JSON holds it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict) -> "LedgerState":
        """The state that `as_dict` wrote.

        Raises:
            KeyError, TypeError: it is not such a state.
        """

        def entries(given: dict) -> dict[str, Remembered]:
            return {name: Remembered(**entry) for name, entry in given.items()}

        pending = tuple(
            Attempt(
                attempt["generation"],
                entries(attempt["entries"]),
                tuple(attempt.get("allowed_deletes", ())),
                tuple(attempt.get("allowed_rejects", ())),
                attempt.get("rejects", {}),
                attempt.get("repair", False),
                attempt.get("id", ""),
            )
            for attempt in data["pending"]
        )
        return cls(data["ledger_id"], data["generation"], entries(data["entries"]), pending, data.get("attempt", ""))


def fits(state: LedgerState | None, metadata: Metadata | None) -> bool:
    """Whether a ledger and a graph are each other's: same ledger, and the graph at a generation that the ledger knows of,
    and last written by an attempt that it knows of.
    """
    if state is None or metadata is None or metadata.ledger_id != state.ledger_id:
        return False
    return _knows_generation(state, metadata) and _knows_attempt(state, metadata)


def _knows_generation(state: LedgerState, metadata: Metadata) -> bool:
    return metadata.generation in {state.generation, *(attempt.generation for attempt in state.pending)}


def _knows_attempt(state: LedgerState, metadata: Metadata) -> bool:
    # what was last written before loads said who they are
    if metadata.attempt is None:
        return True
    return metadata.attempt in {state.attempt, *(attempt.id for attempt in state.pending)}


def may_start_anew(state: LedgerState | None, metadata: Metadata | None, graph_is_empty: bool) -> bool:
    """Whether a new ledger loses nothing: the graph holds nothing that a ledger may know of, or neither side claims any.

    Args:
        graph_is_empty: whether it holds none of the labels and types that are declared or that the ledger remembers, and
            nothing at all where it says that another ledger has written it.
    """
    owns_nothing = state is None or (not state.remembered() and not state.pending)
    return graph_is_empty or (owns_nothing and metadata is None)


def shared_labels(graph_id: str, other: str, labels: list[str]) -> LedgerError:
    """The error for a graph in whose database one of another id has some of the same labels, with what to do."""
    return LedgerError(
        f"The graph '{graph_id}' would write {', '.join(labels)}, which belongs to the graph '{other}' in the same database: "
        "each would delete what the other wrote.",
        f"Give one of them a database of its own (NEO4J_DATABASE), or other labels. If '{other}' is loaded no more: "
        f"`{cypher.forget_graph(other)}`.",
    )


def mismatch(graph_id: str, state: LedgerState | None, metadata: Metadata | None, place_of_ledger: str) -> LedgerError:
    """The error for a ledger and a graph that are not each other's, with what to do."""
    rebuild = f"Where that is no way out, `{REBUILD}` writes a new ledger from the graph."
    if state is None:
        return LedgerError(
            f"The graph '{graph_id}' was written with ledger {metadata.ledger_id}, which is not in {place_of_ledger}.",
            f"Bring that ledger back, or name its lake with --lake. {rebuild}",
        )
    if metadata is None:
        return LedgerError(
            f"The ledger in {place_of_ledger} is of another graph: this one has never been loaded, but holds labels or "
            "types that models declare or the ledger knows.",
            f"Check NEO4J_URI and NEO4J_DATABASE. {rebuild}",
        )
    if metadata.ledger_id != state.ledger_id:
        return LedgerError(
            f"The graph '{graph_id}' belongs to ledger {metadata.ledger_id}, "
            f"but {place_of_ledger} holds ledger {state.ledger_id}.",
            f"Name the right lake with --lake, or another database with NEO4J_DATABASE. {rebuild}",
        )
    if _knows_generation(state, metadata):
        return LedgerError(
            f"The graph '{graph_id}' was last written by a load that the ledger in {place_of_ledger} does not know "
            f"(attempt {metadata.attempt}): it broke off after the ledger was copied, or went by another copy.",
            f"Bring the ledger of that load back. {rebuild}",
        )
    return LedgerError(
        f"The graph '{graph_id}' is at generation {metadata.generation}, but the ledger in {place_of_ledger} is at "
        f"{state.generation}: one of them was put back from a copy.",
        f"Put the other back to the same time. {rebuild}",
    )


def _parse_type(text: str) -> PropertyType:
    if text.startswith("LIST<"):
        return PropertyType(Kind(text.removeprefix("LIST<").removesuffix(" NOT NULL>")), is_list=True)
    return PropertyType(Kind(text))

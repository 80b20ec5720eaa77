"""One model's `config.meta.graph` as a declaration; what it says wrongly becomes problems."""

from collections.abc import Iterable

from graph_loader.declarations import Declaration, EdgeDeclaration, End, Model, NodeDeclaration, OnMissingEnd
from graph_loader.problems import Problem, did_you_mean

GRAPH_KEY = "config.meta.graph"
NODE_KEYS = ("node", "labels", "key")
EDGE_KEYS = ("edge", "from", "to", "key", "on_missing_end")
END_KEYS = ("node", "columns")
COLUMN_KEYS = ("as",)


class _Reader:
    """Reads values of the expected shape out of one model's declaration and remembers what was wrong."""

    def __init__(self, model: Model):
        self.model = model
        self.problems: list[Problem] = []

    def wrong(self, key: str, text: str) -> None:
        self.problems.append(Problem(self.model, f"{GRAPH_KEY}{'.' if key else ''}{key}", text))

    def keys(self, given: Iterable[str], known: tuple[str, ...], place: str = "") -> None:
        for key in given:
            if key not in known:
                where = f"{place}.{key}" if place else str(key)
                self.wrong(
                    where, f"is not a key of a declaration{did_you_mean(str(key), known)}; known: {', '.join(known)}"
                )

    def name(self, value: object, key: str) -> str:
        if not isinstance(value, str) or not value.strip():
            self.wrong(key, "must be a name" if value is not None else "is missing")
            return ""
        return value

    def names(self, value: object, key: str, needed: bool = True, thing: str = "column") -> tuple[str, ...]:
        if value is None and not needed:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            self.wrong(key, f"must be a list of {thing} names" if value is not None else "is missing")
            return ()
        if needed and not value:
            self.wrong(key, f"names no {thing}")
        for position, item in enumerate(value):
            if item in value[:position]:
                self.wrong(f"{key}[{position}]", f"names {thing} '{item}' twice")
        return tuple(value)

    def end(self, value: object, key: str) -> End:
        if not isinstance(value, dict):
            text = "must be a mapping with node and columns, such as {node: Customer, columns: [customer_id]}"
            self.wrong(key, text if value is not None else "is missing")
            return End("", ())
        self.keys(value, END_KEYS, key)
        return End(self.name(value.get("node"), f"{key}.node"), self.names(value.get("columns"), f"{key}.columns"))

    def on_missing_end(self, value: object) -> OnMissingEnd:
        known = [policy.value for policy in OnMissingEnd]
        if value not in known:
            text = f"is {value!r}{did_you_mean(str(value), known)}, but must be one of: {', '.join(known)}"
            self.wrong("on_missing_end", text)
            return OnMissingEnd.REJECT
        return OnMissingEnd(value)


def parse(model: Model, graph: object) -> tuple[Declaration | None, list[Problem]]:
    """The declaration under a model's `config.meta.graph`.

    Returns:
        The declaration, or None when its shape is wrong, and all that is wrong with its shape. The keys of an edge's ends
        are still unknown: they stand in other models.
    """
    read = _Reader(model)
    if not isinstance(graph, dict):
        read.wrong("", "must be a mapping with `node` or `edge`")
        return None, read.problems
    if ("node" in graph) == ("edge" in graph):
        read.wrong("", f"{_which(graph)}: a model is one of them")
        return None, read.problems
    declaration = _node(read, model, graph) if "node" in graph else _edge(read, model, graph)
    return (None if read.problems else declaration), read.problems


def parse_column(model: Model, name: str, graph: object) -> tuple[str | None, list[Problem]]:
    """The conversion that a column's `config.meta.graph` asks for, if any, and what is wrong with what it says."""
    place = f"columns.{name}.{GRAPH_KEY}"
    if graph is None:
        return None, []
    if not isinstance(graph, dict) or not isinstance(graph.get("as", ""), str):
        return None, [Problem(model, place, "must be a mapping such as {as: text}")]
    unknown = [
        Problem(model, f"{place}.{key}", f"is not a key of a column{did_you_mean(str(key), COLUMN_KEYS)}; known: as")
        for key in graph
        if key not in COLUMN_KEYS
    ]
    return graph.get("as"), unknown


def _which(graph: dict) -> str:
    if "node" in graph:
        return "says both `node` and `edge`"
    hints = (did_you_mean(str(key), ("node", "edge")) for key in graph if key not in EDGE_KEYS)
    return f"says neither `node` nor `edge`{next(filter(None, hints), '')}"


def _node(read: _Reader, model: Model, graph: dict) -> NodeDeclaration:
    read.keys(graph, NODE_KEYS)
    labels = read.names(graph.get("labels"), "labels", needed=False, thing="label")
    return NodeDeclaration(model, read.name(graph["node"], "node"), read.names(graph.get("key"), "key"), labels)


def _edge(read: _Reader, model: Model, graph: dict) -> EdgeDeclaration:
    read.keys(graph, EDGE_KEYS)
    return EdgeDeclaration(
        model,
        read.name(graph["edge"], "edge"),
        read.end(graph.get("from"), "from"),
        read.end(graph.get("to"), "to"),
        read.names(graph.get("key"), "key", needed=False),
        read.on_missing_end(graph.get("on_missing_end", OnMissingEnd.REJECT.value)),
    )

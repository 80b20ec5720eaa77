"""The files of `neo4j-admin database import` out of declarations: headers, SQL for the lines, the command line. Pure.

A file holds the rows of one label or type as CSV. Texts are quoted, so that an empty one differs from none; a list's items
are parted by a character that texts do not have, as a rule. Labels and types are on the command line, or columns where it knows
no way to write them. Rows that a line cannot carry exactly are told by `left_out`.

Nodes are known to edges by texts made of their keys. Where they are numbered instead, the tool takes the number for the node's
own place in the store, so that it need not remember and look up any text; numbers then have no gap, and the lines of a label are
in their order.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph_loader.connection import Metadata
from graph_loader.cypher import METADATA_LABEL
from graph_loader.declarations import Declaration, GraphDeclaration, Identity, NodeDeclaration
from graph_loader.problems import Problem
from graph_loader.row_size import characters, sent_fields, sent_properties, sizes
from graph_loader.spark_sql import literal, quoted
from graph_loader.types import Kind, PropertyType

HEADER, LINES, METADATA = "header.csv", "part-.*", "metadata"
ITEMS = "\x1f"
# Characters of the texts and lists of one line. The import tool reads a line into 4,194,304; quotes are doubled.
ROOM = 1_000_000
# no item of a list that is not a text is written in more
ITEM_CHARACTERS = 64
NUMBER = "_number"
# role to the name under which a statement finds the numbered keys of its label
NUMBERED = {"key": "graph_numbered", "from": "graph_numbered_from", "to": "graph_numbered_to"}
# the metadata's is the first
METADATA_NUMBER = 0
_TYPES = {
    Kind.STRING: "string",
    Kind.INTEGER: "long",
    Kind.FLOAT: "double",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.LOCAL_DATETIME: "localdatetime",
    Kind.ZONED_DATETIME: "datetime",
    Kind.LOCAL_TIME: "localtime",
    Kind.ZONED_TIME: "time",
    Kind.DURATION: "duration",
}
# they have a meaning of their own in a header
_UNFIT_IN_NAMES = re.compile(r"[:(){}\x00-\x1f]")
# what no shell and no argument of the tool takes for anything else
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Group:
    """The files of one label or type: a folder with a header and lines.

    Attributes:
        names: the labels or the type; empty where the lines name them.
    """

    folder: str
    is_node: bool
    names: tuple[str, ...] = ()


def problems(graph: GraphDeclaration) -> list[Problem]:
    """The names that no header or label column can carry."""
    found = []
    for declaration in graph:
        names = [(f"columns.{column.name}", column.name) for column in declaration.properties]
        names += [(f"config.meta.graph.{declaration.kind}", name) for name in _labels(declaration) if ITEMS in name]
        found += [
            Problem(declaration.model, place, "no import file can carry this name: load without --bulk")
            for place, name in names
            if _UNFIT_IN_NAMES.search(name)
        ]
    return found


def group_of(graph: GraphDeclaration, declaration: Declaration) -> Group:
    """Where the files of a declaration go."""
    is_node = isinstance(declaration, NodeDeclaration)
    siblings = graph.nodes if is_node else graph.edges
    names = () if _named_by_lines(declaration) else _labels(declaration)
    return Group(f"{declaration.kind}-{siblings.index(declaration)}", is_node, names)


def header(graph: GraphDeclaration, declaration: Declaration, numbered: bool) -> str:
    """The line that says what the fields of a declaration's lines are.

    Args:
        numbered: whether nodes are, so that a number means the same node everywhere.
    """

    def ids_of(label: str) -> str:
        return "" if numbered else f"({_ids(graph, label)})"

    if isinstance(declaration, NodeDeclaration):
        fields, names = [f":ID{ids_of(declaration.label)}"], ":LABEL"
    else:
        ends = ((":START_ID", declaration.start), (":END_ID", declaration.end))
        fields, names = [f"{field}{ids_of(end.node)}" for field, end in ends], ":TYPE"
    fields += [names] * _named_by_lines(declaration)
    fields += [f"{name}:{_header_type(kind)}" for name, kind, _ in sent_properties(declaration)]
    return ",".join(map(_quote, fields))


def numbered_keys(node: NodeDeclaration, first: int, rows: str) -> str:
    """The query that gives the keys of a label's rows numbers without a gap.

    Args:
        first: the least of them.
        rows: the query for the rows.
    """
    names = ", ".join(quoted(item.name) for item in node.identity)
    return f"select {names}, {first - 1} + row_number() over () as {NUMBER} from ({rows})"


def with_numbers(declaration: Declaration, rows: str) -> str:
    """The query that adds to rows of nodes their numbers, in whose order they come, and to rows of edges those of their ends.

    It reads what `numbered_keys` gave of the labels under the names of `NUMBERED`.

    Args:
        rows: the query for the rows.
    """
    joins, fields = "", "row.*"
    for role in _numbered_roles(declaration):
        own = [item for item in declaration.identity if item.role == role]
        match = " and ".join(f"row.{quoted(item.name)} = {role}_end.{quoted(f'_key_{item.property}')}" for item in own)
        fields += f", {role}_end.{NUMBER} as {_number_of(role)}"
        joins += f"\nleft join {NUMBERED[role]} as {role}_end on {match}"
    order = f"\norder by {_number_of('key')}" if isinstance(declaration, NodeDeclaration) else ""
    return f"select {fields} from ({rows}) as row{joins}{order}"


def line(declaration: Declaration, numbered: bool) -> str:
    """The expression for the line of a row; of a node, values that the line cannot carry are left out of it.

    Args:
        numbered: whether the rows are those of `with_numbers`.
    """
    fields = []
    for role in _numbered_roles(declaration):
        if numbered:
            # the tool refuses what is no number, and an end that were not there must not be overlooked
            fields.append(f"coalesce(cast({_number_of(role)} as string), '-')")
        else:
            fields.append(_id(item for item in declaration.identity if item.role == role))
    if _named_by_lines(declaration):
        fields.append(literal(_quote(ITEMS.join(_labels(declaration)))))
    unfit = dict(_unfit_values(declaration))
    for _, kind, column in sent_properties(declaration):
        text = _text(quoted(column), kind)
        if column in unfit:
            text = f"if({unfit[column]}, null, {text})"
        fields.append(f"coalesce({text}, '')")
    return f"concat({', '.join(_between(fields))})"


def left_out(declaration: Declaration) -> str:
    """The condition of rows that a line cannot carry whole: an edge is not imported then, a node without some values.

    The tool takes an empty list for none, and does not tell it from the list of one empty text.
    """
    conditions = [condition for _, condition in _unfit_values(declaration)]
    if not isinstance(declaration, NodeDeclaration):
        conditions.append(f"{characters(declaration, ITEM_CHARACTERS)} > {ROOM}")
    return f"coalesce({' or '.join(conditions)}, false)" if conditions else "false"


def has_line_breaks(declaration: Declaration) -> str:
    """The condition of rows whose line goes on in the next one; the tool reads files faster where it need not look for them."""
    conditions = []
    for _, kind, column in sent_fields(declaration):
        if kind.kind is Kind.STRING:
            broken = "({0} like '%\\n%' or {0} like '%\\r%')".format
            name = quoted(column)
            conditions.append(f"size(filter({name}, item -> {broken('item')})) > 0" if kind.is_list else broken(name))
    return f"coalesce({' or '.join(conditions)}, false)" if conditions else "false"


def metadata_files(graph_id: str, metadata: Metadata, lease: dict[str, object], numbered: bool) -> tuple[str, str]:
    """Header and line of the graph's metadata node.

    Args:
        lease: its further properties: the fencing number, and texts.
        numbered: whether nodes are.
    """
    fields: dict[str, tuple[str, object]] = {
        "graph_id": ("string", graph_id),
        "ledger_id": ("string", metadata.ledger_id),
        "generation": ("long", metadata.generation),
        "attempt": ("string", metadata.attempt),
    }
    kinds = {"lease_fence": "long", "lease_expires": "datetime"}
    fields |= {name: (kinds.get(name, "string"), value) for name, value in lease.items()}
    own, number = (":ID", METADATA_NUMBER) if numbered else (f":ID({METADATA})", METADATA)
    names = [own, ":LABEL", *(f"{name}:{kind}" for name, (kind, _) in fields.items())]
    values = [number, METADATA_LABEL, *(value for _, value in fields.values())]
    return ",".join(map(_quote, names)), ",".join(_quote(str(value)) for value in values)


def arguments(
    groups: Sequence[Group], database: str, line_breaks: bool, overwrite: bool = False, numbered: bool = False
) -> list[str]:
    """The arguments of `neo4j-admin`, with paths relative to the folder of all groups.

    Args:
        groups: of nodes and edges.
        line_breaks: whether any text holds one.
        overwrite: whether the database is there already.
        numbered: whether nodes are.
    """
    given = ["database", "import", "full", database]
    for group in groups:
        kind = "nodes" if group.is_node else "relationships"
        names = f"{':'.join(group.names)}=" if group.names else ""
        given.append(f"--{kind}={names}{group.folder}/{HEADER},{group.folder}/{LINES}")
    given += [f"--array-delimiter=U+{ord(ITEMS):04X}", "--bad-tolerance=0"]
    given += ["--id-type=actual"] * numbered
    return [*given, *["--multiline-fields=true"] * line_breaks, *["--overwrite-destination=true"] * overwrite]


def _named_by_lines(declaration: Declaration) -> bool:
    """Whether each line says its labels or its type, for any name may be there; the command line is read faster."""
    return not all(_PLAIN.fullmatch(name) for name in _labels(declaration))


def _numbered_roles(declaration: Declaration) -> tuple[str, ...]:
    return ("key",) if isinstance(declaration, NodeDeclaration) else ("from", "to")


def _number_of(role: str) -> str:
    # no name that begins with a role can be told from that of a key
    return f"{NUMBER}_{role}"


def _labels(declaration: Declaration) -> tuple[str, ...]:
    return (declaration.label, *declaration.labels) if isinstance(declaration, NodeDeclaration) else (declaration.type,)


def _ids(graph: GraphDeclaration, label: str) -> str:
    return group_of(graph, graph.node(label)).folder


def _header_type(kind: PropertyType) -> str:
    return f"{_TYPES[kind.kind]}{'[]' if kind.is_list else ''}"


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _id(identity: Iterable[Identity]) -> str:
    """The expression for a text that no two keys of a label have in common."""
    items = [(quoted(item.name), item.type) for item in identity]
    texts = [name if kind.kind is Kind.STRING else f"cast({name} as string)" for name, kind in items]
    # each with its length, so that ('a', 'bc') differs from ('ab', 'c')
    measured = ", ".join(f"length({text}), ':', {text}" for text in texts)
    return _quoted_sql(texts[0] if len(texts) == 1 else f"concat({measured})")


def _quoted_sql(text: str) -> str:
    return f"""concat('"', replace({text}, '"', '""'), '"')"""


def _text(value: str, kind: PropertyType) -> str:
    if kind.is_list:
        items = value if kind.kind is Kind.STRING else f"transform({value}, item -> {_plain('item', kind.kind)})"
        joined = f"array_join({items}, {literal(ITEMS)})"
        return _quoted_sql(joined) if kind.kind is Kind.STRING else joined
    return _quoted_sql(value) if kind.kind is Kind.STRING else _plain(value, kind.kind)


def _plain(value: str, kind: Kind) -> str:
    text = f"cast({value} as string)"
    # the tool knows Java's words alone, and each engine has its own
    return f"replace(replace({text}, 'nan', 'NaN'), 'inf', 'Infinity')" if kind is Kind.FLOAT else text


def _unfit_values(declaration: Declaration) -> list[tuple[str, str]]:
    """Columns of lists and, for nodes, of texts, with the condition under which the line does not carry their value."""
    found: dict[str, list[str]] = {}
    for column in declaration.values:
        name = quoted(column.name)
        if column.type.is_list:
            found[column.name] = [f"size({name}) = 0"]
            if column.type.kind is Kind.STRING:
                found[column.name] += [
                    f"{name} = array('')",
                    f"size(filter({name}, item -> contains(item, {literal(ITEMS)}))) > 0",
                ]
    if isinstance(declaration, NodeDeclaration):
        of_values = sizes(declaration.values, ITEM_CHARACTERS)
        for column, size in of_values.items():
            too_long = f"{characters(declaration, ITEM_CHARACTERS)} > {ROOM} and {size} > {ROOM // len(of_values)}"
            found.setdefault(column, []).append(too_long)
    return [(column, " or ".join(f"({condition})" for condition in conditions)) for column, conditions in found.items()]


def _between(fields: Sequence[str]) -> list[str]:
    return [part for field in fields for part in ("','", field)][1:]

"""Cypher text out of declarations. Pure: names are quoted, values arrive as fields of `event`, one event per row.

The connector puts `UNWIND $events AS event` in front of the statements that take events.
"""

import hashlib
import json
import re

from graph_loader.declarations import Declaration, EdgeDeclaration, GraphDeclaration, Identity, NodeDeclaration
from graph_loader.types import Kind, PropertyType

# Temporal values travel as text: the connector itself would lose the zone or the era, or send bare microseconds.
_READ_TEXT = {
    Kind.DATE: "date",
    Kind.LOCAL_DATETIME: "localdatetime",
    Kind.ZONED_DATETIME: "datetime",
    Kind.LOCAL_TIME: "localtime",
    Kind.ZONED_TIME: "time",
    Kind.DURATION: "duration",
}

# whose microseconds fit into 64 bits
_MOST_SECONDS = 9_000_000_000_000

_UNICODE_ESCAPE = re.compile(r"(?<!\\)(?P<pairs>(?:\\\\)*)\\u")
METADATA_LABEL = "LakegraphMetadata"
METADATA_CONSTRAINT = f"lakegraph_{METADATA_LABEL}_graph_id"
# how the names of the constraints that loads make begin
OUR_NAMES = "lakegraph_"

# Setting a property locks the node, so that what is read after it cannot be changed by another any more.
_LOCK_METADATA = "SET m.lease_fence = coalesce(m.lease_fence, 0)"


def quoted(name: str) -> str:
    """A label, type, property or constraint name between backticks.

    Cypher reads a `\\u` that no further backslash precedes as the beginning of a character's number, between backticks too.
    """
    name = _UNICODE_ESCAPE.sub(r"\g<pairs>\\u005Cu", name)
    return f"`{name.replace('`', '``')}`"


_HELD_LEASE = (
    f"MATCH (m:{quoted(METADATA_LABEL)} {{graph_id: $graph_id}})\n{_LOCK_METADATA}\nWITH m WHERE m.lease_fence = $fence"
)


def constraint(node: NodeDeclaration) -> str:
    """The statement that makes a label's key unique, which also gives it the index that every write needs."""
    name = quoted(constraint_name(node))
    key = ", ".join(f"node.{quoted(column)}" for column in node.key)
    return f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (node:{quoted(node.label)}) REQUIRE ({key}) IS UNIQUE"


def constraint_name(node: NodeDeclaration) -> str:
    """The name of the constraint that makes a label's key unique; no two keys have the same."""
    # the readable part alone would be the same for label A_b with key c and label A with key b, c
    digest = hashlib.sha256(json.dumps([node.label, *node.key]).encode()).hexdigest()[:8]
    return OUR_NAMES + "_".join([node.label, *node.key, digest])


def drop_constraint(name: str) -> str:
    """The statement that drops a constraint."""
    return f"DROP CONSTRAINT {quoted(name)} IF EXISTS"


def former_index(node: NodeDeclaration) -> str:
    """The statement that makes nodes of a former key quick to find; it does nothing where a constraint does so already."""
    key = ", ".join(f"node.{quoted(column)}" for column in node.key)
    return f"CREATE INDEX {quoted(_former_name(node))} IF NOT EXISTS FOR (node:{quoted(node.label)}) ON ({key})"


def drop_former_index(node: NodeDeclaration) -> str:
    """The statement that drops the index of a former key."""
    return f"DROP INDEX {quoted(_former_name(node))} IF EXISTS"


def _former_name(node: NodeDeclaration) -> str:
    return f"{constraint_name(node)}_former"


def metadata_constraint() -> str:
    """The statement that keeps two loads from making a metadata node each."""
    name = quoted(METADATA_CONSTRAINT)
    return f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (m:{quoted(METADATA_LABEL)}) REQUIRE m.graph_id IS UNIQUE"


def take_lease() -> str:
    """The statement that takes a graph's lease when it is free, or when the holder of `$dead_fence` is; no row when it is not.

    Fencing numbers begin with the server's time, so that those of before do not come again when somebody empties the database.
    """
    return (
        f"MERGE (m:{quoted(METADATA_LABEL)} {{graph_id: $graph_id}}) ON CREATE SET m.lease_fence = timestamp()\n"
        f"{_LOCK_METADATA}\n"
        "WITH m WHERE coalesce(m.lease_expires <= datetime(), true) OR m.lease_fence = $dead_fence\n"
        "SET m.lease_fence = m.lease_fence + 1, m.lease_owner = $owner, m.lease_process = $process, "
        "m.lease_expires = datetime() + duration({seconds: $term})\n"
        "RETURN m.lease_fence AS fence"
    )


def renew_lease() -> str:
    """The statement that prolongs a lease; no row when another load has taken it."""
    return (
        f"{_HELD_LEASE}\nSET m.lease_expires = datetime() + duration({{seconds: $term}})\nRETURN m.lease_fence AS fence"
    )


def give_back_lease() -> str:
    """The statement that ends a lease that is still held."""
    return f"{_HELD_LEASE}\nREMOVE m.lease_owner, m.lease_process, m.lease_expires"


def write_metadata() -> str:
    """The statement that says which ledger owns the graph, at which generation, and which attempt was the last to write.

    No row when the lease is another's.
    """
    return (
        f"{_HELD_LEASE}\nSET m.ledger_id = $ledger_id, m.generation = $generation, m.attempt = $attempt\n"
        "RETURN m.lease_fence AS fence"
    )


def begin_attempt() -> str:
    """The statement that says which attempt is about to write; no row when the lease is another's."""
    return f"{_HELD_LEASE}\nSET m.attempt = $attempt\nRETURN m.lease_fence AS fence"


def claim_labels() -> str:
    """The statement that says of which labels a graph's loads write; no row when the lease is another's."""
    return f"{_HELD_LEASE}\nSET m.labels = $labels\nRETURN m.lease_fence AS fence"


def graphs_of_labels() -> str:
    """The query for a graph of another id that writes some of the given labels."""
    return (
        f"MATCH (m:{quoted(METADATA_LABEL)}) WHERE m.graph_id <> $graph_id\n"
        "WITH m, [label IN m.labels WHERE label IN $labels] AS shared WHERE size(shared) > 0\n"
        "RETURN m.graph_id AS graph_id, shared ORDER BY graph_id LIMIT 1"
    )


def forget_graph(graph_id: str) -> str:
    """The statement by which a user gives up a graph that is loaded no more."""
    return f"{_match_metadata(graph_id)} DELETE m"


def read_lease() -> str:
    """The query for a graph's lease."""
    return (
        f"MATCH (m:{quoted(METADATA_LABEL)} {{graph_id: $graph_id}}) WHERE m.lease_fence IS NOT NULL\n"
        "RETURN m.lease_owner AS owner, m.lease_process AS process, toString(m.lease_expires) AS expires, "
        "m.lease_fence AS fence"
    )


def lease_properties() -> str:
    """The query for a graph's lease under the names of the properties that hold it."""
    return (
        f"MATCH (m:{quoted(METADATA_LABEL)} {{graph_id: $graph_id}})\n"
        "RETURN m.lease_fence AS lease_fence, m.lease_owner AS lease_owner, m.lease_process AS lease_process, "
        "toString(m.lease_expires) AS lease_expires"
    )


def read_metadata() -> str:
    """The query for which ledger owns the graph, at which generation, and which attempt was the last to write.

    No row where no load has written it.
    """
    return (
        f"MATCH (m:{quoted(METADATA_LABEL)} {{graph_id: $graph_id}}) WHERE m.ledger_id IS NOT NULL\n"
        "RETURN m.ledger_id AS ledger_id, m.generation AS generation, m.attempt AS attempt"
    )


def node_of_others() -> str:
    """The query for any one node but the metadata of a graph."""
    return f"MATCH (n) WHERE NOT (n:{quoted(METADATA_LABEL)} AND n.graph_id = $graph_id)\nRETURN labels(n) AS labels LIMIT 1"


def show_constraints() -> str:
    """The query for all constraints, and what each one constrains."""
    return "SHOW CONSTRAINTS YIELD name, type, labelsOrTypes, properties"


def show_indexes() -> str:
    """The query for the names of all indexes, but for those that every database has."""
    return "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name"


def show_plain_indexes() -> str:
    """The query for the indexes that a constraint would have to take the place of, and what each one is of."""
    return (
        "SHOW INDEXES YIELD name, type, entityType, labelsOrTypes, properties, owningConstraint "
        "WHERE type = 'RANGE' AND entityType = 'NODE' AND owningConstraint IS NULL RETURN name, labelsOrTypes, properties"
    )


def count_copies(node: NodeDeclaration) -> str:
    """The query that counts the nodes of a label that are not alone in having their key."""
    return f"{_copies(node)}\nRETURN count(key) AS rows"


def copies(node: NodeDeclaration, former: NodeDeclaration) -> str:
    """The query that returns the nodes of a label that are not alone in having its key.

    Args:
        former: the same label as it was declared before, by whose key each of them is identified.
    """
    texts = (f"toStringOrNull(key.{quoted(name)}) AS _text_{position}" for position, name in enumerate(node.key))
    fields = [*identity_fields(former), "elementId(key) AS _node", "_copies", *texts]
    return f"{_copies(node)}\nRETURN {', '.join(fields)}"


def _copies(node: NodeDeclaration) -> str:
    values = [f"key.{quoted(name)}" for name in node.key]
    named = ", ".join(f"{value} AS _value_{position}" for position, value in enumerate(values))
    return (
        f"MATCH (key:{quoted(node.label)}) WHERE {' AND '.join(f'{value} IS NOT NULL' for value in values)}\n"
        f"WITH {named}, collect(key) AS nodes WHERE size(nodes) > 1\n"
        "WITH nodes, elementId(nodes[0]) AS _copies\nUNWIND nodes AS key"
    )


def await_indexes() -> str:
    """The statement that returns when all indexes serve lookups."""
    return "CALL db.awaitIndexes($seconds)"


def upsert(
    declaration: Declaration,
    removed: tuple[str, ...] = (),
    labels_removed: tuple[str, ...] = (),
    keys_too: bool = False,
) -> str:
    """The statement that creates or updates a node or an edge from an event.

    Args:
        removed: properties that the declaration had once and that must go.
        labels_removed: labels that the declaration had once and that must go.
        keys_too: write the key even where it is there, for Cypher takes 1.0 for 1 when it looks for it.
    """
    settings = _set("edge" if isinstance(declaration, EdgeDeclaration) else "node", declaration, removed, keys_too)
    if isinstance(declaration, NodeDeclaration):
        labels = f"\nSET node{_labels(declaration.labels)}" if declaration.labels else ""
        labels += f"\nREMOVE node{_labels(labels_removed)}" if labels_removed else ""
        merged = f"MERGE {_node('node', declaration.label, declaration.identity)}"
        return f"{merged}{labels}{settings}"
    return f"{_match_ends(declaration)}\nMERGE (from)-{_edge_pattern(declaration)}->(to){settings}"


def create(declaration: Declaration) -> str:
    """The statement that creates a node or an edge from an event without looking for it: run twice, it would create two edges."""
    properties = ", ".join([*_keys(declaration), *_values(declaration)])
    if isinstance(declaration, NodeDeclaration):
        return f"CREATE (node{_labels((declaration.label, *declaration.labels))} {{{properties}}})"
    written = f"{quoted(declaration.type)} {{{properties}}}" if properties else quoted(declaration.type)
    return f"{_match_ends(declaration)}\nCREATE (from)-[edge:{written}]->(to)"


def in_turn(statement: str, graph_id: str) -> str:
    """A statement whose transactions are committed one after the other, however many run at once.

    Each ends by locking the metadata of the graph, which the lease has made, and holds it until it is committed.
    """
    return f"{statement}\nWITH count(*) AS written\n{_match_metadata(graph_id)}\n{_LOCK_METADATA}"


def under_lease(statement: str, graph_id: str, fence: int) -> str:
    """A statement whose transactions are rolled back once the lease on the graph has another fencing number.

    A process that stood still while another took over its lease writes nothing when it goes on, but for transactions whose
    statements had ended before. Cypher has no statement that fails, and an expression without the property would fail before it
    is needed.
    """
    return (
        f"{statement}\nWITH count(*) AS under_lease\n{_match_metadata(graph_id)} WHERE m.lease_fence <> {fence}\n"
        "SET m.lease_fence = 1 / (m.lease_fence - m.lease_fence)"
    )


def _match_metadata(graph_id: str) -> str:
    text = graph_id.replace("\\", "\\\\").replace("'", "\\'")
    return f"MATCH (m:{quoted(METADATA_LABEL)} {{graph_id: '{text}'}})"


def delete_edge(edge: EdgeDeclaration) -> str:
    """The statement that deletes an event's edge."""
    return f"{match_edge(edge)}\nDELETE edge"


def match_edge(edge: EdgeDeclaration) -> str:
    """The clauses that find an event's edge, as `edge`."""
    return f"{_match_ends(edge)}\nMATCH (from)-{_edge_pattern(edge)}->(to)"


def delete_node(node: NodeDeclaration, properties: tuple[str, ...], labels_removed: tuple[str, ...] = ()) -> str:
    """The statement that deletes an event's node, unless it carries labels, properties or relationships of others.

    Args:
        properties: all that loads may have set, keys and those that the declaration had once included; each once.
        labels_removed: labels that the declaration had once, and that the node may still have.
    """
    further = ", ".join(f"node:{quoted(label)}" for label in (*node.labels, *labels_removed))
    own = f"1 + size([carried IN [{further}] WHERE carried])" if further else "1"
    ours = ", ".join(f"node.{quoted(name)}" for name in properties)
    return (
        f"MATCH {_node('node', node.label, node.identity)}\n"
        f"WHERE size(labels(node)) = {own} "
        f"AND size(keys(node)) = size([held IN [{ours}] WHERE held IS NOT NULL]) "
        "AND NOT EXISTS { (node)--() }\n"
        "DELETE node"
    )


def disown_node(node: NodeDeclaration, properties: tuple[str, ...], labels_removed: tuple[str, ...] = ()) -> str:
    """The statement that takes our labels and properties off an event's node and leaves it to the others who use it."""
    removed = "".join(f", node.{quoted(name)}" for name in properties)
    labels = _labels((node.label, *node.labels, *labels_removed))
    return f"MATCH {_node('node', node.label, node.identity)}\nREMOVE node{labels}{removed}"


def trial(graph: GraphDeclaration, probe: str) -> tuple[str, dict[str, dict[str, str]]]:
    """The statement that creates a node of every label and an edge of every type, and deletes them again; with its parameters.

    Further labels come with their node, as in `create`, and are set on another one, as in `upsert`: two rights.

    Args:
        probe: the value of all properties, which no other node may have.
    """
    names = [
        *(f"n{number}" for number in range(len(graph.nodes))),
        *(f"r{number}" for number in range(len(graph.edges))),
    ]
    of = dict(zip(names, graph, strict=True))
    node = {declaration.name: name for name, declaration in of.items() if isinstance(declaration, NodeDeclaration)}
    lines, bare = [], []
    for name, declaration in of.items():
        # properties travel as a map, so that the statement stays quick to plan however many there are
        if isinstance(declaration, NodeDeclaration):
            lines.append(f"CREATE ({name}{_labels((declaration.label, *declaration.labels))} ${name})")
            if declaration.labels:
                bare.append(f"s{name[1:]}")
                lines.append(f"CREATE ({bare[-1]}:{quoted(declaration.label)})")
                lines.append(f"SET {bare[-1]}{_labels(declaration.labels)}")
        else:
            start, end = node[declaration.start.node], node[declaration.end.node]
            lines.append(f"CREATE ({start})-[{name}:{quoted(declaration.type)} ${name}]->({end})")
    lines.append(f"DELETE {', '.join(reversed(names + bare))}")
    return "\n".join(lines), {
        name: {column.name: probe for column in declaration.properties} for name, declaration in of.items()
    }


def count(declaration: Declaration) -> str:
    """The query that counts a label's nodes or a type's edges, of a type that is shared between its labels.

    Neo4j answers it from its count store, but for a type that is shared.
    """
    if isinstance(declaration, NodeDeclaration):
        return f"MATCH (node:{quoted(declaration.label)}) RETURN count(node) AS rows"
    start, end = "", ""
    if declaration.is_shared:
        start, end = f":{quoted(declaration.start.node)}", f":{quoted(declaration.end.node)}"
    return f"MATCH ({start})-[edge:{quoted(declaration.type)}]->({end}) RETURN count(edge) AS rows"


def counts_at_ends(edge: EdgeDeclaration) -> tuple[str, str]:
    """The queries that count a type's edges that begin at their declared label, and those that end at theirs.

    Neo4j answers both from its count store; those between the two labels it would have to read.
    """
    kind, start, end = (quoted(name) for name in (edge.type, edge.start.node, edge.end.node))
    return (
        f"MATCH (:{start})-[edge:{kind}]->() RETURN count(edge) AS rows",
        f"MATCH ()-[edge:{kind}]->(:{end}) RETURN count(edge) AS rows",
    )


def identities(declaration: Declaration) -> str:
    """The query that returns what identifies each node of a label, or each edge of a type between its declared labels.

    A value of another type than declared is null: its owner is somebody else.
    """
    return f"MATCH {written_pattern(declaration)} RETURN {', '.join(identity_fields(declaration))}"


def written_pattern(declaration: Declaration) -> str:
    """The pattern of all that may have been written as a label's nodes or a type's edges, as `key`; ends as `from` and `to`."""
    if isinstance(declaration, NodeDeclaration):
        return f"(key:{quoted(declaration.label)})"
    start, end = quoted(declaration.start.node), quoted(declaration.end.node)
    return f"(from:{start})-[key:{quoted(declaration.type)}]->(to:{end})"


def identity_fields(declaration: Declaration) -> list[str]:
    """What to return of a `written_pattern` to identify it, under the names that the ledger uses."""
    return [
        f"{sent(f'{item.role}.{quoted(item.property)}', item.type)} AS {quoted(item.name)}"
        for item in declaration.identity
    ]


def _labels(labels: tuple[str, ...]) -> str:
    return "".join(f":{quoted(label)}" for label in labels)


def sent(value: str, kind: PropertyType | None) -> str:
    """A property as it travels; null where it is of another type than declared."""
    kind = kind or PropertyType(Kind.STRING)
    text = value
    if kind.kind in _READ_TEXT:
        said = _duration_text if kind.kind is Kind.DURATION else "toString({})".format
        text = f"[item IN {value} | {said('item')}]" if kind.is_list else said(value)
    return f"CASE WHEN {value} IS :: {kind} THEN {text} END"


def _duration_text(value: str) -> str:
    """A duration as marts send it, in months, days and seconds with six digits; any other one in Neo4j's own words."""
    micros = f"({value}.seconds * 1000000 + {value}.nanosecondsOfSecond / 1000)"
    seconds = (
        f"CASE WHEN {micros} < 0 THEN '-' ELSE '' END + toString(abs({micros}) / 1000000) + '.' "
        f"+ right('00000' + toString(abs({micros}) % 1000000), 6)"
    )
    fits = f"abs({value}.seconds) < {_MOST_SECONDS} AND {value}.nanosecondsOfSecond % 1000 = 0"
    text = f"'P' + toString({value}.months) + 'M' + toString({value}.days) + 'DT' + {seconds} + 'S'"
    return f"CASE WHEN {fits} THEN {text} ELSE toString({value}) END"


def _value(name: str, kind: PropertyType | None) -> str:
    field = f"event.{quoted(name)}"
    convert = _READ_TEXT.get(kind.kind) if kind else None
    if convert is None:
        return field
    return f"[item IN {field} | {convert}(item)]" if kind.is_list else f"{convert}({field})"


def _node(variable: str, label: str, identity: tuple[Identity, ...]) -> str:
    return f"({variable}:{quoted(label)} {_map(identity)})"


def _map(identity: tuple[Identity, ...]) -> str:
    return "{" + ", ".join(f"{quoted(item.property)}: {_value(item.name, item.type)}" for item in identity) + "}"


def _role(edge: EdgeDeclaration, role: str) -> tuple[Identity, ...]:
    return tuple(item for item in edge.identity if item.role == role)


def _match_ends(edge: EdgeDeclaration) -> str:
    return (
        f"MATCH {_node('from', edge.start.node, _role(edge, 'from'))}\n"
        f"MATCH {_node('to', edge.end.node, _role(edge, 'to'))}"
    )


def _edge_pattern(edge: EdgeDeclaration) -> str:
    key = _role(edge, "key")
    return f"[edge:{quoted(edge.type)}{f' {_map(key)}' if key else ''}]"


def _keys(declaration: Declaration) -> list[str]:
    own = (item for item in declaration.identity if item.role == "key")
    return [f"{quoted(item.property)}: {_value(item.name, item.type)}" for item in own]


def _values(declaration: Declaration) -> list[str]:
    return [f"{quoted(column.name)}: {_value(column.name, column.type)}" for column in declaration.values]


def _set(variable: str, declaration: Declaration, removed: tuple[str, ...], keys_too: bool) -> str:
    values = (_keys(declaration) if keys_too else []) + _values(declaration)
    values += [f"{quoted(name)}: null" for name in removed]
    return f"\nSET {variable} += {{{', '.join(values)}}}" if values else ""

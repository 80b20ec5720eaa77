"""Marts with whatever import files of Neo4j find hard to carry."""

import duckdb

from tests.support.marts import Marts, edge, node
from tests.support.typed_values import KEYS, TEXTS, VALUES, select

# what CSV has its own opinion of
DIRT = [
    None,
    "",
    '"',
    'a "b" c',
    "\\",
    '\\"\\n\\',
    ",;\t|",
    "line\nbreak\r\n\rand more\n",
    " blanks ",
    "\0",
    "\ufeffmark",
    "'",
    "null",
    "\x1f",
    "#",
    "𝔘" * 1000,
    '"' * 600_000,
]
# texts without room have a row of their own
SHORT = {name: value for name, value in VALUES.items() if name != "long"}


def make_keyed(marts: Marts) -> None:
    """Nodes whose key has a part of every scalar type, two values of each, and edges between them."""
    columns = ", ".join(f"unnest([{', '.join(keys)}]) as {name}" for name, keys in KEYS.items())
    marts.make("node_all", node("All", *KEYS), f"select {columns}, 1 as x")
    renamed = ", ".join(f"{name} as to_{name}" for name in KEYS)
    ends = (("All", *KEYS), ("All", *(f"to_{name}" for name in KEYS)))
    marts.make(
        "edge_next", edge("NEXT", *ends, *KEYS), f"select * exclude (x), {renamed}, 1 as y from graph_ready.node_all"
    )


def make_dirty(marts: Marts) -> None:
    """Marts with every type, keys of every type, stubs, rejected rows, and texts and lists that CSV cannot carry."""
    marts.make("node_value", node("Value", "id") | {"labels": ["Human being", 'A "q", b:c']}, select(SHORT))
    marts.make("node_text", node("Text", "id"), select(TEXTS))
    make_keyed(marts)
    with duckdb.connect(str(marts.lake / "warehouse.duckdb")) as connection:
        connection.execute("create table dirt (i integer, t varchar)")
        connection.executemany("insert into dirt values (?, ?)", list(enumerate(DIRT)))
    marts.make(
        "node_dirty",
        node("Dirty", "name"),
        """
        select coalesce(left(t, 500), 'none') as name, t as text, [t, '', t] as "a ""list"", of; texts",
            [coalesce(t, '')] as single, case when i % 2 = 0 then [] else [i] end as numbers,
            case when length(t) > 1000 then t end as again,
            case when i % 3 = 0 then [] else [timestamp '2024-01-01 00:00:00' + to_seconds(i)] end as times
        from dirt where t is not null union all select 'null', null, null, null, null, null, null
        """,
    )
    dirty_edge = edge('IS `like`, "so": x', ("Dirty", "name"), ("Kind", "kind"), "text") | {"on_missing_end": "create"}
    marts.make("node_kind", node("Kind", "kind"), "select 1::bigint as kind, 'first' as name")
    marts.make(
        "edge_is",
        dirty_edge,
        """
        select coalesce(left(t, 500), 'none') as name, i as kind, t as text, [t] as texts, t as value,
            case when i % 2 = 0 then ['x', ''] else [] end as tags
        from (select i::bigint as i, t from dirt where t is not null union all select 99, null)
        """,
    )
    marts.make(
        "edge_pair",
        edge("PAIR", ("Kind", "a"), ("Kind", "b")),
        "select 1::bigint as a, 1::bigint as b, 0.5::double as w",
    )
    marts.make(
        "edge_next_kind",
        edge("NEXT", ("Kind", "a"), ("Kind", "b"), "a"),
        "select 1::bigint as a, 1::bigint as b, 'x' as w",
    )
    marts.make("node_nothing", node("Nothing", "id"), "select 1 as id where false")

"""Questions kept beside the graph models: a Cypher file whose first line is the question as a comment."""

from dataclasses import dataclass
from pathlib import Path

from lakegraph.runtime.neo4j_target import Neo4jTarget
from lakegraph.runtime.project import project_root

FOLDER = Path("models/graph/questions")


@dataclass(frozen=True)
class Answer:
    """A question, and the rows that the graph answers with."""

    question: str
    columns: list[str]
    rows: list[list]


def ask(target: Neo4jTarget, name: str) -> Answer:
    """Ask the graph one of the kept questions.

    Args:
        target: the database.
        name: the file's name in models/graph/questions, without its ending.
    """
    from neo4j import GraphDatabase, RoutingControl

    text = (project_root() / FOLDER / f"{name}.cypher").read_text(encoding="utf-8")
    # what the server has to say about a question's style is for its author, not for its reader
    quiet = {"notifications_min_severity": "OFF"}
    with GraphDatabase.driver(target.uri, auth=(target.username, target.password), **quiet) as driver:
        records, _, columns = driver.execute_query(text, database_=target.database, routing_=RoutingControl.READ)
    return Answer(
        text.splitlines()[0].removeprefix("//").strip(), list(columns), [list(record.values()) for record in records]
    )

"""Stops a load in the middle: rows that a test holds in transactions of its own, so that the load's has to wait for them."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

STATEMENTS = {
    "nodes": "MATCH (n:Person {id: $key}) SET n.held = true",
    "edges": "MATCH ()-[r:KNOWS {n: $key}]->() SET r.held = true",
}
# what deletes edges waits for them when it commits, of which the server says only that it is closing
BLOCKED = """
    SHOW TRANSACTIONS YIELD status, elapsedTime
    WHERE status STARTS WITH 'Blocked' OR status = 'Closing' AND elapsedTime > duration({milliseconds: 500})
    RETURN count(*) AS number
"""
WAIT_S = 120


class Held:
    """Rows that are held."""

    def __init__(self, driver, transactions: list):
        self._driver, self._transactions = driver, transactions

    def blocks(self) -> bool:
        """Whether a transaction waits for a row."""
        return self._driver.execute_query(BLOCKED).records[0]["number"] > 0

    def let_go(self) -> None:
        """Let one row go."""
        self._transactions.pop().rollback()

    def wait(self, running: Callable[[], bool], enough: Callable[[], bool] = lambda: True) -> None:
        """Return once a transaction waits and enough has been done before; while it is not, a row is let go after the other.

        Args:
            running: whether the load still runs.
        """
        deadline = time.monotonic() + WAIT_S
        while True:
            assert running(), "the load ended before it touched what is held"
            assert time.monotonic() < deadline, "the load did not come to what is held"
            if self.blocks():
                if enough():
                    return
                assert len(self._transactions) > 1, "all rows that are held are among the first ones"
                self.let_go()
            time.sleep(0.02)


@contextmanager
def holding(target, kind: str, keys: Iterable) -> Iterator[Held]:
    """Hold nodes or edges by their keys, each in a transaction of its own; at the end all are let go, unchanged."""
    with GraphDatabase.driver(target.uri, auth=(target.username, target.password)) as driver:
        sessions = [driver.session() for _ in keys]
        transactions = [session.begin_transaction() for session in sessions]
        for transaction, key in zip(transactions, keys, strict=True):
            summary = transaction.run(STATEMENTS[kind], key=key).consume()
            assert summary.counters.properties_set == 1
        try:
            yield Held(driver, transactions)
        finally:
            for session in sessions:
                # a server that is gone holds nothing any more
                with suppress(Neo4jError, DriverError):
                    session.close()

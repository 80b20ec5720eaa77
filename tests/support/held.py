"""Stops a load in the middle: a row that a test holds in a transaction of its own, so that the load's has to wait for it."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from neo4j import GraphDatabase, Transaction
from neo4j.exceptions import DriverError, Neo4jError

STATEMENTS = {
    "nodes": "MATCH (n:Person {id: $key}) SET n.held = true",
    "edges": "MATCH ()-[r:KNOWS {n: $key}]->() SET r.held = true",
    # that are not there yet, and whose key is unique
    "new nodes by id": "CREATE (:Person {id: $key})",
    "new nodes by name": "CREATE (:Person {name: $key})",
}
# what deletes edges waits for them when it commits, of which the server says only that it is closing
BLOCKED = """
    SHOW TRANSACTIONS YIELD status, elapsedTime
    WHERE status STARTS WITH 'Blocked' OR status = 'Closing' AND elapsedTime.milliseconds > 500
    RETURN count(*) AS number
"""
WAIT_S = 120
MOMENT_S = 2


class Held:
    """One of some rows that is held, and then another one."""

    def __init__(self, driver, kind: str, keys: Iterable):
        self._driver, self._kind, self._keys = driver, kind, iter(keys)
        self._holding = self._hold_next()

    def blocks(self) -> bool:
        """Whether a transaction waits for a row."""
        return self._driver.execute_query(BLOCKED).records[0]["number"] > 0

    def wait(self, running: Callable[[], bool], enough: Callable[[], bool] = lambda: True) -> None:
        """Return once a transaction waits and enough has been done before; while it is not, the next row is held instead.

        Args:
            running: whether the load still runs.
        """
        deadline = time.monotonic() + WAIT_S
        while True:
            assert running(), "the load ended before it touched what is held"
            assert time.monotonic() < deadline, "the load did not come to what is held"
            if self.blocks():
                # what is written beside the transaction that waits needs a moment
                until = time.monotonic() + MOMENT_S
                while not enough() and time.monotonic() < until:
                    time.sleep(0.02)
                if enough():
                    return
                self.go_on()
            time.sleep(0.02)

    def go_on(self) -> None:
        """Hold the next row, and let the one go that was held."""
        before, self._holding = self._holding, self._hold_next()
        before.rollback()

    def let_go(self) -> None:
        """Hold nothing any more."""
        # a server that is gone holds nothing either
        with suppress(Neo4jError, DriverError):
            self._holding.rollback()

    def _hold_next(self) -> Transaction:
        for key in self._keys:
            try:
                # what the transaction that waits has touched already is not to be had
                self._held(key, timeout=MOMENT_S).rollback()
            except Neo4jError:
                continue
            return self._held(key)
        raise AssertionError("there is nothing more to hold")

    def _held(self, key, timeout: float | None = None) -> Transaction:
        transaction = self._driver.session().begin_transaction(timeout=timeout)
        counters = transaction.run(STATEMENTS[self._kind], key=key).consume().counters
        assert counters.properties_set == 1
        return transaction


@contextmanager
def holding(target, kind: str, keys: Iterable) -> Iterator[Held]:
    """Hold a node or an edge, by its key; at the end it is let go, unchanged."""
    with GraphDatabase.driver(target.uri, auth=(target.username, target.password)) as driver:
        held = Held(driver, kind, keys)
        try:
            yield held
        finally:
            held.let_go()

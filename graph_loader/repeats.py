"""Whether keys come more than once in a mart: looked for once, by whichever of a load's threads needs it first."""

from collections import defaultdict
from threading import Lock

from graph_loader.declarations import Declaration
from graph_loader.difference_sql import LOOKED_THROUGH, repeats
from graph_loader.engines import Engine
from graph_loader.relations import Relation
from graph_loader.spark_sql import LINEAGE, UNFIT


class Repeats:
    """What was found of the marts so far."""

    def __init__(self):
        self._found: dict[str, bool] = {}
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)

    def among(self, engine: Engine, declaration: Declaration, mart: Relation, columns: list[str]) -> bool:
        """Whether a key comes more than once in a mart; null is no key.

        Args:
            engine: looks for it, unless another thread has.
            mart: its rows.
            columns: the columns that it has.
        """
        name = declaration.model.name
        with self._locks[name]:
            if name not in self._found:
                lineage = [column for column in columns if column in LINEAGE]
                statement = repeats(declaration, lineage, UNFIT in columns)
                self._found[name] = bool(engine.fetched(statement, {LOOKED_THROUGH: mart}))
            return self._found[name]

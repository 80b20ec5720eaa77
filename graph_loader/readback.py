"""What the graph holds of a label or type, read back in bulk: a key and a hash per node or edge, never on the driver."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph_loader import contents
from graph_loader.declarations import Declaration
from graph_loader.engines import Engine
from graph_loader.ledger import Ledger
from graph_loader.relations import in_parquet, in_spark
from graph_loader.writer import Writer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class Readback:
    """Reads a graph into the ledger's folder, so that each part is read once and stays what it was while the graph changes."""

    engine: Engine
    writer: Writer
    ledger: Ledger

    def held(
        self, declaration: Declaration, removed: tuple[str, ...], labels_removed: tuple[str, ...], folder: str
    ) -> "DataFrame":
        """A row per key in the graph, as `contents.held` describes it.

        Args:
            removed: properties that the declaration had once; rows that still have one have no hash.
            labels_removed: likewise, labels that nodes carried besides their own.
            folder: where the rows are kept until the ledger is swept.

        Raises:
            GraphError: the server is gone.
        """
        rows = self.writer.read(
            contents.contents(declaration, removed, labels_removed), contents.contents_schema(declaration)
        )
        place = self.ledger.folder / folder
        with self.writer.reading():
            self.engine.write(contents.held(declaration), place, {contents.CONTENTS: in_spark(rows)})
        return in_parquet(self.engine.spark, place, contents.held_schema(declaration)).frame

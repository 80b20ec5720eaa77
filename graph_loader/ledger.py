"""The ledger's files: Parquet for keys and hashes, one JSON pointer that says which of them count.

<lake>/ledger/<graph id>/pointer.json        replaced whole, the only file that is ever replaced
<lake>/ledger/<graph id>/<generation>/<n>/   identity columns and `_hash` of one label or type: of all its rows, or of those
                                             that have changed since, with `_is_gone`

A load that changes little writes what changed beside the rows as they were, together with what had changed before, so that an
entry has two folders at most. When the changes of several loads add up to many, all rows are written anew.
"""

import errno
import fcntl
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

from graph_loader.declarations import Declaration, GraphDeclaration, Identity
from graph_loader.duckdb_values import quoted as duckdb_quoted
from graph_loader.engines import Engine
from graph_loader.ledger_state import REBUILD, Attempt, LedgerError, LedgerState, Remembered, place, remember
from graph_loader.owner import this_owner
from graph_loader.relations import Relation, in_parquet
from graph_loader.space import is_full
from graph_loader.spark_sql import HASH, STATUS, STUB, Status, empty_hash, identity_names, identity_schema, literal
from lakegraph.runtime.ops import sync_folder

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

POINTER = "pointer.json"
# under which a statement finds the rows to be staged
STAGED = "graph_staged"
# and those that stay beside them
KEPT = "graph_kept"
# of a row that has changed: whether it is there no more
IS_GONE = "_is_gone"
# Changes that add up to this share of the rows are kept beside them; what is read with them takes hardly longer.
MOST_CHANGED = 0.1
LOCK = "lock"


class Ledger:
    """The memory of one graph, held by one load at a time.

    Args:
        folder: where it is.
        state: what it says; None when it says nothing yet.
        replaced: what an older ledger of the same graph says, while a new one is being written in its place.
        graph: the declarations, by whose names what is read goes.
        apart: where a run that only reads stages rows, when a load may be staging its own in the folder meanwhile.
    """

    def __init__(
        self,
        folder: Path,
        state: LedgerState | None,
        replaced: LedgerState | None = None,
        graph: GraphDeclaration | None = None,
        apart: Path | None = None,
    ):
        self.folder = folder
        self._graph = graph
        self.state = state
        self.replaced = replaced
        self._apart = apart

    def start_anew(self) -> None:
        """Forget everything and begin a ledger under a new id."""
        self._save(LedgerState(uuid.uuid4().hex))
        self.sweep()

    def reload(self) -> None:
        """Take the state from the pointer again: another load may have replaced it before the lease was ours.

        Raises:
            LedgerError: the pointer is not readable.
        """
        state = _read_state(self.folder / POINTER)
        self.state = state.named_as(self._graph) if state and self._graph else state

    def has_rows(self, entry: Remembered) -> bool:
        """Whether the rows of an entry are there."""
        return not self._missing(entry)

    def known(self, engine: Engine, declaration: Declaration, state: LedgerState | None = None) -> Relation | None:
        """Identity columns and `_hash` of all rows the graph may hold; `_hash` is null where its state is unknown.

        Args:
            state: what the ledger said at another time; its folders must not be swept yet.

        Returns:
            None when the ledger remembers nothing of the declaration.
        """
        own = remember(declaration, "", 0)
        sources = (state or self.state).sources(place(declaration.kind, declaration.name), own)
        if not any(sources):
            return None
        if len({source.folders if source else None for source in sources}) == 1:
            return self.rows(engine.spark, sources[0])
        inputs = {
            f"graph_source_{position}": self.rows(engine.spark, source)
            for position, source in enumerate(sources)
            if source
        }
        names = ", ".join(identity_names(declaration.identity))
        # a row is known where the last load and every attempt since say the same of it
        agreed = f"count({HASH}) = {len(sources)} and min({HASH}) = max({HASH})"
        everything = " union all ".join(f"select {names}, {HASH} from {name}" for name in inputs)
        statement = f"select {names}, if({agreed}, min({HASH}), null) as {HASH} from ({everything}) group by {names}"
        return engine.kept(statement, f"{identity_schema(declaration.identity)}, {HASH} binary", inputs)

    def known_rows(self, engine: Engine, declaration: Declaration, known: Relation) -> int:
        """How many rows `known` gives: as the last complete load left them, or counted after interrupted ones.

        Changes have to be taken out of the rows to count them; where they were few, that would take longer than all else.
        """
        if not self.state.pending:
            return self.state.entries[place(declaration.kind, declaration.name)].rows
        [counted] = engine.fetched(f"select count(*) as rows from {KEPT}", {KEPT: known})
        return counted["rows"]

    def with_values(self, engine: Engine, declaration: Declaration, rows: Relation) -> int:
        """How many of the stubs among some rows had values as the last complete load or any attempt since was to leave them.

        Args:
            rows: with the identity columns and `_stub`.
        """
        sources = self.state.sources(place(declaration.kind, declaration.name), remember(declaration, "", 0))
        inputs = {
            f"graph_source_{position}": self.rows(engine.spark, source)
            for position, source in enumerate(sources)
            if source
        }
        if not inputs:
            return 0
        names = identity_names(declaration.identity)
        # a stub holds nothing but the labels that there were then
        empty = sorted({empty_hash(source.labels) for source in sources if source})
        valued = " and ".join(f"{HASH} <> {one}" for one in empty)
        held = " union all ".join(f"select {', '.join(names)} from {name} where {valued}" for name in inputs)
        same = " and ".join(f"stub.{name} = held.{name}" for name in names)
        statement = (
            f"select count(*) as rows from (select {', '.join(names)} from {STAGED} where {STUB} is not null) as stub "
            f"left semi join ({held}) as held on {same}"
        )
        [counted] = engine.fetched(statement, {STAGED: rows, **inputs})
        return counted["rows"]

    def keys(self, spark: "SparkSession", entries: list[Remembered]) -> "DataFrame":
        """Identity columns of all rows of some entries of one identity, each once."""
        names = identity_names(entries[0].declaration().identity)
        frames = [self.rows(spark, entry).frame.selectExpr(*names) for entry in entries]
        return reduce(lambda left, right: left.unionByName(right), frames).distinct()

    def rows(self, spark: "SparkSession", entry: Remembered) -> Relation:
        """Identity columns and `_hash` of one entry.

        Raises:
            LedgerError: they are gone.
        """
        if missing := self._missing(entry):
            raise LedgerError(
                f"The ledger in {self.folder} lacks {' and '.join(missing)}, the rows of {entry.name}.",
                f"Bring back a copy of it, or have a new one written from the graph: `{REBUILD}`.",
            )
        identity = entry.declaration().identity
        schema = f"{identity_schema(identity)}, {HASH} binary"
        rows = in_parquet(spark, self.folder / entry.folder, schema)
        if entry.changes_folder is None:
            return rows
        return _with_changes(identity, rows, self._changes(spark, entry))

    def _changes(self, spark: "SparkSession", entry: Remembered) -> Relation:
        schema = f"{identity_schema(entry.declaration().identity)}, {HASH} binary, {IS_GONE} boolean"
        return in_parquet(spark, self.folder / entry.changes_folder, schema)

    def _missing(self, entry: Remembered) -> list[str]:
        return [folder for folder in entry.folders if not (self.folder / folder).is_dir()]

    def staging(self, generation: int) -> str:
        """The folder for what is staged for a generation."""
        return str(generation if self._apart is None else self._apart.absolute() / str(generation))

    def stage(
        self, engine: Engine, entry: Remembered, rows: Relation, condition: str, known: Relation | None = None
    ) -> None:
        """Write the rows that a label or type will have, without making them count yet.

        Args:
            entry: names the folder.
            rows: with the identity columns, `_hash` and `_status`.
            condition: which of them count.
            known: rows that count as well, unless `rows` say that they are changed or deleted.
        """
        names, inputs = identity_names(entry.declaration().identity), {STAGED: rows}
        statement = f"select {', '.join([*names, HASH])} from {STAGED} where {condition}"
        if known is not None:
            inputs[KEPT] = known
            same = " and ".join(f"{KEPT}.{name} = {STAGED}.{name}" for name in names)
            fields = [f"coalesce({STAGED}.{name}, {KEPT}.{name}) as {name}" for name in names]
            # each is named once: Spark loses itself in a plan that has a large one twice
            statement = (
                f"select {', '.join(fields)}, if({STATUS} is null, {KEPT}.{HASH}, {STAGED}.{HASH}) as {HASH} from {KEPT} "
                f"full outer join (select * from {STAGED} where {condition} or {STATUS} = {literal(Status.DELETED)}) "
                f"as {STAGED} on {same} where {STATUS} is null or {condition}"
            )
        engine.write(statement, self.folder / entry.folder, inputs)

    def stage_changes(
        self, engine: Engine, entry: Remembered, rows: Relation, condition: str, changes: int
    ) -> Remembered:
        """Write beside the rows of the last complete load what changes, without making it count yet.

        Args:
            entry: names the folder, and is to have the rows of the last complete load, changed by these.
            rows: with the identity columns, `_hash` and `_status`.
            condition: which of them are created, updated or deleted.
            changes: how many those are.

        Returns:
            The entry with where its rows are.
        """
        former = self.state.entries[entry.place]
        names = identity_names(entry.declaration().identity)
        changed = f"select {', '.join([*names, HASH])}, {STATUS} = {literal(Status.DELETED)} as {IS_GONE} from {STAGED}"
        statement, inputs = f"{changed} where {condition}", {STAGED: rows}
        if former.changes_folder:
            inputs[KEPT] = self._changes(engine.spark, former)
            same = " and ".join(f"{KEPT}.{name} = latest.{name}" for name in names)
            fields = ", ".join(f"{KEPT}.{name}" for name in [*names, HASH, IS_GONE])
            statement += f" union all select {fields} from {KEPT} left anti join ({statement}) as latest on {same}"
        engine.write(statement, self.folder / entry.folder, inputs)
        total = former.rows_changed + changes
        return replace(entry, folder=former.folder, changes_folder=entry.folder, rows_changed=total)

    def keeps_changes(self, entry: Remembered, changes: int) -> bool:
        """Whether so many changes more are few beside the rows of the last complete load; after an interrupted one, none are."""
        if self.state.pending:
            return False
        former = self.state.entries[entry.place]
        return former.rows_changed + changes <= MOST_CHANGED * former.rows

    def keep(self, rows: "DataFrame", folder: str) -> "DataFrame":
        """Write rows into a folder that no entry points to, where they stay until `sweep`, and give them back from there."""
        place = str(self.folder / folder)
        rows.write.mode("overwrite").parquet(place)
        return rows.sparkSession.read.schema(rows.schema).parquet(place)

    def holds(self, entries: dict[str, Remembered]) -> bool:
        """Whether the ledger says the same as some entries; their fingerprints, which change nothing in the graph, it takes."""
        before = {name: replace(entry, fingerprint=None) for name, entry in self.state.entries.items()}
        if before != {name: replace(entry, fingerprint=None) for name, entry in entries.items()}:
            return False
        if entries != self.state.entries:
            self._save(replace(self.state, entries=entries))
        return True

    def begin(self, attempt: Attempt) -> None:
        """Save what is about to be done; until it is committed, the next load treats its changes as unknown."""
        self._save_with_rows(self.state.begun(attempt), attempt.generation)

    def commit(self, attempt: Attempt) -> None:
        """Make an attempt the truth; the folders it replaces stay until `sweep`."""
        self._save(self.state.committed(attempt))

    def adopt(self, attempt: Attempt, entries: dict[str, Remembered]) -> None:
        """Make rows that are staged the truth, without a load."""
        self._save_with_rows(self.state.committed(replace(attempt, entries=entries)), attempt.generation)

    def sweep(self) -> None:
        """Delete what generations hold that no entry points to any more; of what a load may be staging meanwhile, nothing."""
        if self._apart is not None:
            return
        used = {
            folder
            for name in self.state.remembered()
            for source in self.state.sources(name)
            if source is not None
            for folder in source.folders
        }
        for generation in filter(_is_generation, list(self.folder.iterdir())):
            for rows in list(generation.iterdir()):
                if f"{generation.name}/{rows.name}" not in used:
                    shutil.rmtree(rows, ignore_errors=True)
            if not any(generation.iterdir()):
                generation.rmdir()

    def _save_with_rows(self, state: LedgerState, generation: int) -> None:
        for file in (self.folder / str(generation)).rglob("*"):
            _sync(file)
        self._save(state)

    def _save(self, state: LedgerState) -> None:
        target = self.folder / POINTER
        partial = target.with_suffix(".partial")
        with partial.open("w", encoding="utf-8") as file:
            json.dump(state.as_dict(), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
        sync_folder(self.folder)
        self.state = state


@contextmanager
def open_ledger(
    folder: Path, graph: GraphDeclaration, rebuild: bool = False, reads_only: bool = False
) -> Iterator[Ledger]:
    """The ledger in a folder, for this process alone; its state is None when there is none yet.

    Args:
        graph: the declarations, by whose names the entries go.
        rebuild: whether it is to be written anew, so that it need not be readable.
        reads_only: whether the run has no lease, so that where there are no locks a load may be going on.

    Raises:
        LedgerError: another process of this machine is loading with it, its pointer is not readable, or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # for appending: what the one who holds it says of himself must stay
        opened = (folder / LOCK).open("a+", encoding="utf-8")
    except OSError as error:
        if is_full(error):
            raise
        raise LedgerError(
            f"The ledger in {folder} cannot be opened: {error.strerror}.", "Let who runs the load write there."
        ) from error
    with opened as lock, ExitStack() as stack:
        apart = None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read() or "it has just begun"
            raise LedgerError(
                f"Another load uses the ledger in {folder}: {holder}.", "Wait until it has finished."
            ) from error
        except OSError as error:
            # a mounted object store knows no locks; the lease in the graph keeps loads apart all the same
            if error.errno not in (errno.ENOTSUP, errno.ENOSYS, errno.ENOLCK):
                raise
            if reads_only:
                scratch = tempfile.TemporaryDirectory(prefix=f"{folder.name}.apart-", dir=folder.parent)
                apart = Path(stack.enter_context(scratch))
        lock.truncate(0)
        lock.write(this_owner())
        lock.flush()
        ledger = Ledger(folder, None, graph=graph, apart=apart)
        if not rebuild:
            ledger.reload()
        yield ledger


def _is_generation(folder: Path) -> bool:
    """Whether a folder in that of a ledger is one of its generations; a copy of a ledger may be named by its day."""
    return folder.name.isdecimal() and folder.is_dir() and not (folder / POINTER).exists()


def _with_changes(identity: tuple[Identity, ...], rows: Relation, changes: Relation) -> Relation:
    """Rows as changes leave them: those that have not changed, and those that were written since."""

    def frame() -> "DataFrame":
        from pyspark.sql.functions import expr

        columns = [*identity_names(identity), HASH]
        same = " and ".join(f"kept.{name} = changed.{name}" for name in columns[:-1])
        kept = rows.frame.alias("kept").join(changes.frame.alias("changed"), expr(same), "left_anti")
        return kept.selectExpr(*columns).unionByName(changes.frame.where(f"not {IS_GONE}").selectExpr(*columns))

    if rows.duckdb is None or changes.duckdb is None:
        return Relation(frame)
    names = [duckdb_quoted(item.name) for item in identity]
    same = " and ".join(f"kept.{name} = changed.{name}" for name in names)
    columns = ", ".join([*names, HASH])
    query = (
        f"select {columns} from ({rows.duckdb}) as kept anti join ({changes.duckdb}) as changed on {same} "
        f"union all select {columns} from ({changes.duckdb}) where not {IS_GONE}"
    )
    return Relation(frame, query)


def _read_state(pointer: Path) -> LedgerState | None:
    if not pointer.is_file():
        return None
    try:
        return LedgerState.from_dict(json.loads(pointer.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise LedgerError(
            f"{pointer} is not readable as a ledger: {error}.",
            f"Bring back a copy of it, or have a new one written from the graph: `{REBUILD}`.",
        ) from error


def _sync(file: Path) -> None:
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

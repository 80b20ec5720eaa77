"""What a drop must keep before it becomes visible, checked by Great Expectations."""

from collections.abc import Mapping, Sequence

from lakegraph.landing.candidates import Candidate
from lakegraph.landing.drop_expectations import Demanded, Past, batch_asset, header_asset
from lakegraph.landing.drops import MissingColumns
from lakegraph.landing.feeds import declared_feeds
from lakegraph.landing.history import Delivery, VisibleBatch
from lakegraph.landing.result import LandedFile
from lakegraph.runtime.expectations import Expectations
from lakegraph.runtime.project import project_vars


class DropContract:
    """The contract of the drops of one landing, with the limits that vars.yml sets.

    Args:
        expectations: what checks them.
        visible: the batches landed so far, oldest first; the caller adds to them.
    """

    def __init__(self, expectations: Expectations, visible: Mapping[str, VisibleBatch]):
        self._expectations = expectations
        self._visible = visible
        self._limits = project_vars()["drop_contract"]

    def check(self, candidate: Candidate, files: tuple[LandedFile, ...]) -> tuple[list[dict], str | None]:
        """Check a batch that has been read.

        Args:
            candidate: the batch.
            files: what was read.

        Returns:
            The rows for the operational table `expectation_results`; and why the batch is refused, if a check failed that
            its trigger asks for.
        """
        asset = batch_asset(candidate, files, self._past, self._limits)
        rows = self._expectations.check([asset], candidate.batch_id)
        broken = [
            f"{expected.check} failed: {row['asset']} must have {expected.description}, but {row['observed']}"
            for expected, row in zip(asset.expected, rows, strict=True)
            if isinstance(expected, Demanded) and not row["success"]
        ]
        if not broken:
            return rows, None
        return rows, f"{'; '.join(broken)}. {candidate.trigger.path.name} asks for the check"

    def check_header(self, candidate: Candidate, missing: MissingColumns) -> list[dict]:
        """Check the header of a file that lacks columns, so that its batch is refused before it has been read.

        Args:
            candidate: the batch.
            missing: what the header lacks.

        Returns:
            The rows for the operational table `expectation_results`.
        """
        return self._expectations.check([header_asset(candidate, missing, self._limits)], candidate.batch_id)

    def _past(self, feed: str) -> Past:
        # what was rejected by hand says nothing of what is usual
        taken = (batch for batch in self._visible.values() if not batch.is_rejected)
        delivered = [files for batch in taken if (files := batch.of_feed(feed))]
        last = delivered[-1] if delivered else []
        absent = frozenset(column for file in last for column in file.absent_columns)
        recent = delivered[-self._limits["volume"]["batches"] :]
        columns = tuple(column for column in declared_feeds()[feed].columns if last and column not in absent)
        return Past(
            columns,
            tuple(tuple(file.records_read for file in files) for files in recent),
            tuple(
                sum(file.records_read for file in files)
                for files in recent
                if all(file.delivery == "full" for file in files)
            ),
            tuple(self._filled(files) for files in delivered[-self._limits["filled"]["batches"] :]),
        )

    def _filled(self, files: Sequence[Delivery]) -> dict[str, float]:
        """The share of a delivery's records with a value, by column; nothing of one that is small or tells nothing of it."""
        landed = sum(file.records_landed for file in files)
        if landed < self._limits["filled"]["min_records"] or any(file.missing_values is None for file in files):
            return {}
        columns = set.intersection(*(set(file.missing_values) for file in files))
        return {column: 1 - sum(file.missing_values[column] for file in files) / landed for column in columns}

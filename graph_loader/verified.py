"""What checks of the marts have found, kept so that rows that are still the same are not checked again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from lakegraph.runtime.expectations import NOT_EVALUATED, Expected


@dataclass
class Verified:
    """The latest results per mart, in one file of the lake.

    A result counts for a mart again as long as its rows have the same fingerprint and the same is expected of them.
    """

    file: Path

    def __post_init__(self):
        self._found = self._read()

    def recall(self, model: str, fingerprint: str | None, expected: Sequence[Expected]) -> list[dict] | None:
        """The rows of `expectation_results` that a check of the same rows gave; None when there was none.

        Args:
            fingerprint: of the mart's rows; None where nobody has one.
            expected: what is expected of them now.
        """
        entry = self._found.get(model)
        if fingerprint is None or entry is None or entry["mark"] != _mark(fingerprint, expected):
            return None
        rows = [row | {"checked_at": datetime.fromisoformat(row["checked_at"])} for row in entry["rows"]]
        # a description tells how many rows the graph has, which changes without the mart
        return [row | {"description": one.description} for row, one in zip(rows, expected, strict=True)]

    def remember(self, model: str, fingerprint: str | None, expected: Sequence[Expected], rows: list[dict]) -> None:
        """Keep the rows that a check has just given, one for each expectation.

        A check that could not be evaluated says nothing of the rows, so it is made again.
        """
        if fingerprint is None or any(row["observed"] == NOT_EVALUATED for row in rows):
            self._found.pop(model, None)
        else:
            told = [row | {"checked_at": row["checked_at"].isoformat()} for row in rows]
            self._found[model] = {"mark": _mark(fingerprint, expected), "rows": told}

    def save(self) -> None:
        """Write the file, whole or not at all."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        partial = self.file.with_suffix(".partial")
        partial.write_text(json.dumps(self._found, indent=1), encoding="utf-8")
        partial.replace(self.file)

    def _read(self) -> dict:
        try:
            found = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            # it spares work and knows nothing that a check would not tell again
            return {}
        return found if isinstance(found, dict) else {}


def _mark(fingerprint: str, expected: Sequence[Expected]) -> str:
    asked = [(one.rule, one.severity, one.bound) for one in expected]
    return sha256(json.dumps([fingerprint, asked]).encode()).hexdigest()

"""Reads drops with the standard library alone: nothing here uses the generator's code."""

import csv
import json
from pathlib import Path

import yaml

VARS = yaml.safe_load((Path(__file__).parents[3] / "vars.yml").read_text(encoding="utf-8"))["vars"]


class Drops:
    """A folder of drops; records are dictionaries of text."""

    def __init__(self, folder: Path):
        self.folder = folder

    def stamps(self) -> list[str]:
        """The days of the drops as in the files' names, oldest first."""
        return sorted(file.stem.removeprefix("trigger_") for file in self.folder.glob("trigger_*.json"))

    def date(self, number: int) -> str:
        """The date of a drop, the first being 0."""
        return self.stamps()[number].replace("_", "-")

    def read(self, feed: str, number: int = 0) -> list[dict[str, str]]:
        """The records of a feed's file of one drop, the first being 0."""
        path = self.folder / f"{feed}_{self.stamps()[number]}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, strict=True))

    def json(self, kind: str, number: int = 0):
        """The trigger or the list of faults of one drop."""
        return json.loads((self.folder / f"{kind}_{self.stamps()[number]}.json").read_text(encoding="utf-8"))

"""A drops folder, a lake and a sources file of a test's own."""

import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from lakegraph.landing.operations import land
from lakegraph.landing.result import LandingResult
from lakegraph.runtime import ops
from lakegraph.runtime.expectations import Expectations
from lakegraph.runtime.settings import Settings

SUPPLIERS = "supplier_id,supplier_name,country,contact_email,reliability_score\n"
CATEGORIES = "category_id,category_name,description,parent_category,active\n"


@dataclass(frozen=True)
class Place:
    """Where a test drops files and lands them."""

    root: Path

    @property
    def drops(self) -> Path:
        return self.root / "drops"

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def settings(self) -> Settings:
        return Settings(lake=self.lake, drops=self.drops, sources=self.root / "sources.yml")

    def configure(self, text: str) -> None:
        (self.root / "sources.yml").write_text(text, encoding="utf-8")

    def drop(self, name: str, content: str | bytes) -> Path:
        path = self.drops / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def suppliers(self, day: str, *ids: str) -> Path:
        return self.drop(f"suppliers_{day}.csv", SUPPLIERS + "".join(f"{id},Name {id},,,\n" for id in ids))

    def categories(self, day: str, *ids: str) -> Path:
        return self.drop(f"categories_{day}.csv", CATEGORIES + "".join(f"{id},Name {id},,,True\n" for id in ids))

    def trigger(self, day: str, **changed) -> Path:
        content = {
            "trigger_id": f"batch_{day}_001",
            "trigger_timestamp": f"{day.replace('_', '-')}T06:00:00Z",
            "batch_date": day.replace("_", "-"),
            "client_name": "retail",
            "data_files_ready": True,
            "expected_files": [f"suppliers_{day}.csv", f"categories_{day}.csv"],
            **changed,
        }
        return self.drop(
            f"trigger_{day}.json", json.dumps({key: value for key, value in content.items() if value is not None})
        )

    def whole_drop(self, day: str, *ids: str) -> None:
        self.suppliers(day, *ids)
        self.categories(day, *ids)
        self.trigger(day)

    def land(self) -> LandingResult:
        return land(self.settings)

    def visible(self) -> list[str]:
        return [row["batch_id"] for row in ops.read(self.settings.ops, "batches")]

    def table(self, name: str) -> list[dict]:
        return ops.read(self.settings.ops, name)

    def bronze(self, feed: str, batch_id: str | None = None) -> list[dict]:
        """The feed's records in visible batches, as a reader of the lake sees them."""
        batches = [batch_id] if batch_id else self.visible()
        files = [
            path
            for batch in batches
            for path in sorted((self.settings.bronze / feed / f"batch_id={batch}").glob("*.parquet"))
        ]
        return [row for path in files for row in pq.ParquetFile(path).read().to_pylist()]

    def dropped(self) -> list[str]:
        return sorted(path.name for path in self.drops.iterdir())


TRIGGERED = """
trigger: {file: "trigger_{date}.json"}
feeds:
  suppliers: {files: "suppliers_{date}.csv"}
  categories: {files: "categories_{date}.csv"}
"""


@pytest.fixture
def data_docs() -> None:
    """For tests of the Data Docs: a landing writes them."""


@pytest.fixture(autouse=True)
def no_other_data_docs(request, monkeypatch) -> None:
    """In other tests it writes none, which is nearly half of what it takes to land a few records."""
    if "data_docs" not in request.fixturenames:
        monkeypatch.setattr(Expectations, "build_data_docs", lambda _: None)


@pytest.fixture
def place(tmp_path) -> Place:
    """A place whose batches are announced by triggers."""
    place = Place(tmp_path)
    place.drops.mkdir()
    place.configure(TRIGGERED)
    return place

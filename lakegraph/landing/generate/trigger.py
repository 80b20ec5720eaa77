"""The trigger that says a drop is complete."""

from collections.abc import Sequence
from datetime import date

from lakegraph.landing.generate.options import GeneratedFile

CLIENT, SOURCE_SYSTEM = "Lakegraph Demo Shop", "lakegraph generate"


def trigger(batch_id: str, batch_date: date, files: Sequence[GeneratedFile]) -> dict:
    """The content of a trigger file; its row counts are those of the files, faulty records included."""
    return {
        "trigger_id": batch_id,
        "trigger_timestamp": f"{batch_date}T06:00:00Z",
        "batch_date": str(batch_date),
        "client_name": CLIENT,
        "data_files_ready": True,
        "expected_files": [file.name for file in files],
        "source_system": SOURCE_SYSTEM,
        "processing_priority": "normal",
        "metadata": {"row_counts": {file.name: file.records for file in files}},
        "processing_notes": "",
        "data_quality_checks": {
            "file_count_validation": True,
            "schema_validation": True,
            # planted faults are let in where the policy only warns
            "business_rules_validation": False,
        },
    }

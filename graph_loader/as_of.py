"""Which batch the marts are as of, where the dbt project has a model that says so."""

import json
from pathlib import Path

from lakegraph.runtime.warehouse import reading

MODEL = "batch_as_of"
COLUMN = "batch_id"


def batch_as_of(manifest: Path, warehouse: Path) -> str | None:
    """The batch that the model `batch_as_of` names; None where there is no such model, or it was never built or is empty.

    Args:
        manifest: dbt's manifest.
        warehouse: the embedded warehouse.

    Raises:
        WarehouseError: another process writes the warehouse.
    """
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    model = next((node for node in nodes if node["resource_type"] == "model" and node["name"] == MODEL), None)
    if model is None or not warehouse.is_file():
        return None
    import duckdb

    place = ".".join(f'"{name}"' for name in (model["schema"], model.get("alias") or MODEL))
    with reading(warehouse) as connection:
        try:
            found = connection.execute(f"select {COLUMN} from {place}").fetchone()
        except duckdb.CatalogException:
            return None
    return found[0] if found else None

"""DESCRIBE TABLE EXTENDED … AS JSON: the columns of a relation, as Databricks' adapter reads them.

It does not model: owners, storage, statistics, and what a view's text was.
"""

import json
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from pyspark.sql.types import DataType, StructField


def described_as_json(spark: "SparkSession", relation: str) -> pa.Table:
    """One row with the description of a table or view.

    Args:
        spark: the session, whose temporary views count.
        relation: the relation as the statement names it.
    """
    *schema, name = relation.replace("`", "").split(".")
    described = {
        "table_name": name,
        "catalog_name": schema[0] if len(schema) > 1 else None,
        "schema_name": schema[-1] if schema else None,
        "type": "MANAGED",
        "provider": "delta",
        "columns": [_column(field) for field in spark.table(relation).schema.fields],
    }
    return pa.table({"json_metadata": [json.dumps(described)]})


def _column(field: "StructField") -> dict:
    comment = {"comment": field.metadata["comment"]} if "comment" in field.metadata else {}
    return {"name": field.name, "type": _type(field.dataType), "nullable": field.nullable, **comment}


def _type(data_type: "DataType") -> dict:
    match data_type.typeName():
        case "decimal":
            return {"name": "decimal", "precision": data_type.precision, "scale": data_type.scale}
        case "array":
            return {"name": "array", "element_type": _type(data_type.elementType), "element_nullable": True}
        case "struct":
            return {"name": "struct", "fields": [_column(field) for field in data_type.fields]}
        case "timestamp":
            return {"name": "timestamp_ltz"}
        case _:
            return {"name": data_type.simpleString()}

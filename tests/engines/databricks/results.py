"""Spark's rows as the SQL connector reads them: one Arrow batch stream, and the column types of the Thrift protocol.

It does not model: paging (a result comes whole), compression, and files in cloud storage.
"""

from typing import TYPE_CHECKING

import pyarrow as pa
from databricks.sql.thrift_api.TCLIService import ttypes

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import DataType

# The protocol has one type for timestamps with and without a time zone, and none for the nested types' elements.
TYPES = {
    "boolean": ttypes.TTypeId.BOOLEAN_TYPE,
    "byte": ttypes.TTypeId.TINYINT_TYPE,
    "short": ttypes.TTypeId.SMALLINT_TYPE,
    "integer": ttypes.TTypeId.INT_TYPE,
    "long": ttypes.TTypeId.BIGINT_TYPE,
    "float": ttypes.TTypeId.FLOAT_TYPE,
    "double": ttypes.TTypeId.DOUBLE_TYPE,
    "timestamp": ttypes.TTypeId.TIMESTAMP_TYPE,
    "timestamp_ntz": ttypes.TTypeId.TIMESTAMP_TYPE,
    "date": ttypes.TTypeId.DATE_TYPE,
    "binary": ttypes.TTypeId.BINARY_TYPE,
    "array": ttypes.TTypeId.ARRAY_TYPE,
    "map": ttypes.TTypeId.MAP_TYPE,
    "struct": ttypes.TTypeId.STRUCT_TYPE,
    "decimal": ttypes.TTypeId.DECIMAL_TYPE,
    "string": ttypes.TTypeId.STRING_TYPE,
}
NESTED = ("array", "map", "struct")


def succeeded() -> ttypes.TStatus:
    """The status of a call that was understood, whatever became of its statement."""
    return ttypes.TStatus(statusCode=ttypes.TStatusCode.SUCCESS_STATUS)


def direct_results(result: "DataFrame | pa.Table") -> ttypes.TSparkDirectResults:
    """The whole result of a statement that was carried out, in its answer.

    Args:
        result: Spark's rows, or a table of texts that stands in for them.
    """
    if isinstance(result, pa.Table):
        table, columns = result, [_column(at, name) for at, name in enumerate(result.column_names, start=1)]
    else:
        table, columns = _table(result), _columns(result)
    metadata = ttypes.TGetResultSetMetadataResp(
        status=succeeded(),
        schema=ttypes.TTableSchema(columns),
        resultFormat=ttypes.TSparkRowSetType.ARROW_BASED_SET,
        lz4Compressed=False,
        arrowSchema=table.schema.serialize().to_pybytes(),
        isStagingOperation=False,
    )
    batches = [ttypes.TSparkArrowBatch(part.serialize().to_pybytes(), part.num_rows) for part in table.to_batches()]
    return ttypes.TSparkDirectResults(
        operationStatus=operation_status(ttypes.TOperationState.FINISHED_STATE),
        resultSetMetadata=metadata,
        resultSet=ttypes.TFetchResultsResp(
            status=succeeded(),
            hasMoreRows=False,
            results=ttypes.TRowSet(startRowOffset=0, rows=[], arrowBatches=batches),
        ),
        closeOperation=ttypes.TCloseOperationResp(status=succeeded()),
    )


def failed_results(message: str) -> ttypes.TSparkDirectResults:
    """The answer to a statement that Spark refused."""
    return ttypes.TSparkDirectResults(operation_status(ttypes.TOperationState.ERROR_STATE, message))


def operation_status(state: int, message: str | None = None) -> ttypes.TGetOperationStatusResp:
    """How a statement ended."""
    return ttypes.TGetOperationStatusResp(
        status=succeeded(),
        operationState=state,
        errorMessage=message,
        displayMessage=message,
        hasResultSet=message is None,
    )


def _table(frame: "DataFrame") -> pa.Table:
    if not frame.schema.fields:
        return pa.table({})
    nested = [field.name for field in frame.schema.fields if field.dataType.typeName() in NESTED]
    if nested:
        from pyspark.sql.functions import col, to_json

        # a warehouse hands nested values over as JSON text as well
        frame = frame.select([to_json(name).alias(name) if name in nested else col(name) for name in frame.columns])
    return frame.toArrow()


def _columns(frame: "DataFrame") -> list[ttypes.TColumnDesc]:
    return [
        _column(
            at,
            field.name,
            TYPES.get(field.dataType.typeName(), ttypes.TTypeId.STRING_TYPE),
            _qualifiers(field.dataType),
        )
        for at, field in enumerate(frame.schema.fields, start=1)
    ]


def _column(
    position: int,
    name: str,
    type_id: int = ttypes.TTypeId.STRING_TYPE,
    qualifiers: ttypes.TTypeQualifiers | None = None,
) -> ttypes.TColumnDesc:
    primitive = ttypes.TPrimitiveTypeEntry(type_id, qualifiers)
    described = ttypes.TTypeDesc([ttypes.TTypeEntry(primitiveEntry=primitive)])
    return ttypes.TColumnDesc(columnName=name, typeDesc=described, position=position, comment="")


def _qualifiers(data_type: "DataType") -> ttypes.TTypeQualifiers | None:
    if data_type.typeName() != "decimal":
        return None
    return ttypes.TTypeQualifiers(
        {
            "precision": ttypes.TTypeQualifierValue(i32Value=data_type.precision),
            "scale": ttypes.TTypeQualifierValue(i32Value=data_type.scale),
        }
    )

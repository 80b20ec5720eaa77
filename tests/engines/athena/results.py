"""Values and columns of a result as Athena's API writes them."""

import re

# Athena's error type for what goes wrong with an Iceberg table, which the adapter tries again after
ICEBERG_ERROR, OTHER_ERROR = 233, 1006


def text(value: object) -> str:
    """A value that is not null as Athena writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={_nested(item)}" for key, item in value.items()) + "}"
    if names := getattr(value, "_names", None):
        return "{" + ", ".join(f"{name}={_nested(item)}" for name, item in zip(names, value, strict=True)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_nested(item) for item in value) + "]"
    return str(value)


def column(name: str, trino_type: str) -> dict:
    """What the API says of a column."""
    base = (
        re.sub(r"\(.*?\)", "", trino_type).strip() if trino_type.startswith("time") else re.match(r"\w+", trino_type)[0]
    )
    digits = re.search(r"decimal\((\d+),\s*(\d+)\)", trino_type)
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": {"real": "float"}.get(base, base),
        "Precision": int(digits[1]) if digits else 0,
        "Scale": int(digits[2]) if digits else 0,
        "Nullable": "UNKNOWN",
        "CaseSensitive": base == "varchar",
    }


def _nested(value: object) -> str:
    return "null" if value is None else text(value)

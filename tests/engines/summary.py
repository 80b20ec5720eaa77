"""The table at the end of the tests: what was built, tested and compared on each engine."""

from collections import Counter
from collections.abc import Iterable

WIDTHS = {"models built": 14, "tests passed": 14, "warnings": 10, "rows compared": 15, "seconds": 9}


def summary(days: Iterable[dict]) -> list[str]:
    """The lines of the table.

    Args:
        days: what `Day.numbers` says of each day; those of one engine are added up.
    """
    totals: dict[str, Counter] = {}
    for day in days:
        numbers = {column: value for column, value in day.items() if column != "engine"}
        totals.setdefault(day["engine"], Counter()).update(numbers)
    name = max(len("engine"), *map(len, totals))
    head = "".join(f"{column:>{width}}" for column, width in WIDTHS.items())
    return [f"{'engine':<{name}}{head}", *(f"{engine:<{name}}{_cells(sums)}" for engine, sums in totals.items())]


def _cells(sums: Counter) -> str:
    texts = [*(f"{sums[column]:,}" for column in ("models", "tests", "warnings", "rows")), f"{sums['seconds']:.0f}"]
    return "".join(f"{text:>{width}}" for text, width in zip(texts, WIDTHS.values(), strict=True))

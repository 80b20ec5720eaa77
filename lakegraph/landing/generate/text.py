"""Columns of text made of numbers and words, a whole chunk at a time."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Text = pa.StringArray | str


def joined(*parts: Text, separator: str = "") -> pa.StringArray:
    """The parts of each row side by side; a plain string is the same in every row."""
    return pc.binary_join_element_wise(*parts, separator)


def integers(values: np.ndarray) -> pa.StringArray:
    """Integers in decimal digits."""
    return pa.array(values).cast(pa.string())


def padded(values: np.ndarray, width: int) -> pa.StringArray:
    """Integers with leading zeros up to a width; longer ones keep all their digits."""
    return pc.utf8_lpad(integers(values), width, "0")


def fixed_point(values: np.ndarray, digits: int) -> pa.StringArray:
    """Non-negative integers that count 10**-digits, such as cents or grams, as decimals."""
    whole, fraction = np.divmod(values, 10**digits)
    return joined(
        integers(whole), chosen([f"{number:0{digits}d}" for number in range(10**digits)], fraction), separator="."
    )


def chosen(words: Sequence[str] | pa.StringArray, indices: np.ndarray) -> pa.StringArray:
    """The word that each index names."""
    table = words if isinstance(words, pa.Array) else pa.array(words, pa.string())
    return table.take(pa.array(indices))


def where(condition: np.ndarray, text: Text, otherwise: Text = "") -> pa.StringArray:
    """The text where the condition holds, else the other one."""
    return pc.if_else(pa.array(condition), text, otherwise)

"""Days as numbers: day 0 is the date of the first drop, the day before it is -1."""

from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pyarrow as pa

from lakegraph.landing.generate.text import chosen, joined

OLDEST_DAY = -95 * 366
"""Enough for the birthdays of the oldest customers."""
FUTURE_DAYS = 60
"""How far after the last drop an expected delivery may lie."""
HOURS_AND_MINUTES = pa.array([f" {minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60)])
SECONDS = pa.array([f":{second:02d}" for second in range(60)])


class Calendar:
    """The dates of the days around the first drop."""

    def __init__(self, start: date, days: int):
        self.start = start
        self.last = days + FUTURE_DAYS

    def date(self, day: int) -> date:
        """The date of one day."""
        return self.start + timedelta(days=day)

    def dates(self, days: np.ndarray) -> pa.StringArray:
        """Dates as YYYY-MM-DD."""
        return chosen(self._texts, days - OLDEST_DAY)

    def timestamps(self, days: np.ndarray, seconds: np.ndarray) -> pa.StringArray:
        """Points in time as YYYY-MM-DD HH:MM:SS, from days and seconds of the day."""
        minutes, second = np.divmod(seconds, 60)
        return joined(self.dates(days), chosen(HOURS_AND_MINUTES, minutes), chosen(SECONDS, second))

    def months(self, days: np.ndarray) -> np.ndarray:
        """Months, January being 0."""
        return self._months[days - OLDEST_DAY]

    def weekdays(self, days: np.ndarray) -> np.ndarray:
        """Days of the week, Monday being 0."""
        return (days + self.start.weekday()) % 7

    @cached_property
    def _days(self) -> np.ndarray:
        return np.datetime64(self.start, "D") + np.arange(OLDEST_DAY, self.last)

    @cached_property
    def _texts(self) -> pa.StringArray:
        return pa.array(np.datetime_as_string(self._days).tolist(), pa.string())

    @cached_property
    def _months(self) -> np.ndarray:
        return self._days.astype("datetime64[M]").astype(np.int64) % 12

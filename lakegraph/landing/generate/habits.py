"""When customers come to the shop, and what they are after: rhythm, weekday, hour, churn and taste."""

from dataclasses import dataclass

import numpy as np

from lakegraph.landing.generate.catalogue import STYLES, Catalogue
from lakegraph.landing.generate.vocabulary.goods import LEAVES
from lakegraph.landing.generate.world import HISTORY_DAYS, World

OLDEST_REGISTRATION = 1460
KIND_WEIGHTS = (0.05, 0.43, 0.4, 0.12)
"""Lookers, who never buy, and rare, occasional and regular customers."""
PERIODS = np.array([(30, 120), (250, 600), (60, 180), (14, 40)])
"""Each kind comes every so many days."""
LOOKER = 0
CHURN_SHARE = 0.5
JITTER = 0.6
WEEKDAY_SHARE = 0.6
WEEKDAY_WEIGHTS = (0.08, 0.08, 0.09, 0.1, 0.2, 0.28, 0.17)
HOURS, HOUR_WEIGHTS = np.array([7, 9, 12, 15, 18, 20, 22]), (0.08, 0.15, 0.2, 0.12, 0.2, 0.18, 0.07)
BUYING_SHARE = np.array([0.8, 0.7, 0.72, 0.75, 0.78, 0.76, 0.72, 0.7, 0.78, 0.84, 1.0, 1.0])
"""The share of visits that end in an order, per month."""
FAVOURITE_SHARE, SECOND_SHARE = 0.55, 0.2
NEVER = np.iinfo(np.int64).max
SEASONS = np.array([leaf.season for leaf in LEAVES])
EXPLORED = np.cumsum(SEASONS.T * [leaf.slots for leaf in LEAVES], axis=1)
"""Per month, the cumulative weights of the categories for those who want nothing in particular."""


@dataclass(frozen=True)
class Visits:
    """Visits in the order of customers and time: the customer's number, the visit's number, its day and second of the day."""

    customer: np.ndarray
    number: np.ndarray
    day: np.ndarray
    second: np.ndarray


@dataclass(frozen=True)
class Habits:
    """Arrays of customer numbers in, arrays of their habits out."""

    world: World

    def registration_day(self, customer: np.ndarray) -> np.ndarray:
        """When the customer registered."""
        before = -1 - self.world.draws.below(OLDEST_REGISTRATION, "registration", customer)
        later = (customer - self.world.customers) // self.world.new_customers_per_day
        return np.where(customer < self.world.customers, before, later)

    def registration_second(self, customer: np.ndarray) -> np.ndarray:
        """The second of the day at which the customer registered."""
        return self.world.draws.below(86_400, "registered at", customer)

    def looker(self, customer: np.ndarray) -> np.ndarray:
        """Whether the customer never buys."""
        return self._kind(customer) == LOOKER

    def churn_day(self, customer: np.ndarray) -> np.ndarray:
        """The day from which the customer stays away."""
        draws = self.world.draws
        begin = np.maximum(self.registration_day(customer), -HISTORY_DAYS) + 60
        leaves = draws.chance(CHURN_SHARE, "churns", customer)
        return np.where(leaves, begin + draws.below(540, "churn day", customer), NEVER)

    def visits(self, customers: np.ndarray, first: int, last: int) -> Visits:
        """All visits of some customers from the first to the last day, both inclusive."""
        period, base, end = self._period(customers), self._first_visit(customers), self.churn_day(customers)
        lowest = np.maximum(0, -((base + (period * JITTER).astype(np.int64) + 6 - first) // period))
        count = np.maximum(0, (np.minimum(last, end - 1) - base) // period - lowest + 1)
        owner = np.repeat(np.arange(len(customers)), count)
        number = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count) + lowest[owner]
        customer = customers[owner]
        day = self._visit_day(customer, number, period[owner], base[owner])
        kept = np.flatnonzero((day >= first) & (day <= last) & (day < end[owner]))
        customer, number, day = customer[kept], number[kept], day[kept]
        return Visits(customer, number, day, self._second(customer, number))

    def buys(self, visits: Visits) -> np.ndarray:
        """Whether each visit ends in an order."""
        share = BUYING_SHARE[self.world.calendar.months(visits.day)]
        luck = self.world.draws.unit("buys", visits.customer, visits.number)
        return (luck < share) & ~self.looker(visits.customer)

    def visits_until(self, customers: np.ndarray, day: int) -> np.ndarray:
        """How many visits each customer has been due for by the end of a day."""
        last = np.minimum(day, self.churn_day(customers) - 1)
        return np.maximum(0, (last - self._first_visit(customers)) // self._period(customers) + 1)

    def last_seen(self, customers: np.ndarray, day: int) -> tuple[np.ndarray, np.ndarray]:
        """Day and second of each customer's latest log-in by the end of a day: a visit, a look round or the registration."""
        period, base = self._period(customers), self._first_visit(customers)
        last = np.minimum(day, self.churn_day(customers) - 1)
        between = np.maximum(3, period // 4)
        looked = base + (last - base) // between * between
        seen_day = np.where(looked >= base, looked, self.registration_day(customers))
        seen_second = np.where(
            looked >= base, self._second(customers, seen_day + 1_000_000), self.registration_second(customers)
        )
        for back in range(3):
            number = self.visits_until(customers, day) - 1 - back
            visit_day = self._visit_day(customers, number, period, base)
            newer = (number >= 0) & (visit_day <= last) & (visit_day >= seen_day)
            seen_second = np.where(newer, self._second(customers, number), seen_second)
            seen_day = np.where(newer, visit_day, seen_day)
        return seen_day, seen_second

    def wanted_leaf(self, customer: np.ndarray, day: np.ndarray, *counters: np.ndarray) -> np.ndarray:
        """The category that a customer wants: a favourite one when it is in season, else what the season brings."""
        draws = self.world.draws
        month = self.world.calendar.months(day)
        dice = draws.unit("taste", customer, *counters)
        favourites = self.favourites(customer)
        favourite = np.where(dice < FAVOURITE_SHARE, favourites[0], favourites[1])
        in_season = draws.unit("season", customer, *counters) < SEASONS[favourite, month]
        cumulative = EXPLORED[month]
        explored = (draws.unit("explore", customer, *counters)[:, None] * cumulative[:, -1:] >= cumulative).sum(axis=1)
        return np.where((dice < FAVOURITE_SHARE + SECOND_SHARE) & in_season, favourite, explored)

    def favourites(self, customer: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The two categories that a customer prefers, the one that matters more first."""
        draws, count = self.world.draws, len(LEAVES)
        first = draws.below(count, "favourite", customer)
        return first, (first + 1 + draws.below(count - 1, "second favourite", customer)) % count

    def style(self, customer: np.ndarray) -> np.ndarray:
        """Which style of product the customer goes for."""
        return self.world.draws.below(STYLES, "style", customer)

    def staple(self, catalogue: Catalogue, customer: np.ndarray) -> np.ndarray:
        """The product that the customer buys again and again."""
        return catalogue.pick(self.favourites(customer)[0], self.style(customer), -HISTORY_DAYS, customer, 0, 0)

    def _kind(self, customer: np.ndarray) -> np.ndarray:
        return self.world.draws.pick(KIND_WEIGHTS, "kind", customer)

    def _period(self, customer: np.ndarray) -> np.ndarray:
        low, high = PERIODS[self._kind(customer)].T
        return low + self.world.draws.below(high - low, "period", customer)

    def _first_visit(self, customer: np.ndarray) -> np.ndarray:
        return self.registration_day(customer) + 1 + self.world.draws.below(45, "first visit", customer)

    def _visit_day(self, customer: np.ndarray, number: np.ndarray, period: np.ndarray, base: np.ndarray) -> np.ndarray:
        draws = self.world.draws
        jitter = (draws.unit("jitter", customer, number) * period * JITTER).astype(np.int64)
        day = base + number * period + jitter
        weekday = draws.pick(WEEKDAY_WEIGHTS, "weekday", customer)
        to_weekday = (weekday - self.world.calendar.weekdays(day)) % 7
        return day + np.where(draws.chance(WEEKDAY_SHARE, "keeps weekday", customer), to_weekday, 0)

    def _second(self, customer: np.ndarray, number: np.ndarray) -> np.ndarray:
        draws = self.world.draws
        hour = HOURS[draws.pick(HOUR_WEIGHTS, "hour", customer)]
        off = draws.chance(0.25, "another hour", customer, number) * draws.below(6, "which hour", customer, number)
        return (hour - off).clip(0, 23) * 3600 + draws.below(3600, "second", customer, number)

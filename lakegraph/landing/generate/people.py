"""Who the customers are, and the rows of the feed customers."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lakegraph.landing.generate.habits import Habits
from lakegraph.landing.generate.text import chosen, integers, joined, padded, where
from lakegraph.landing.generate.vocabulary import people as words
from lakegraph.landing.generate.vocabulary.people import COUNTRIES
from lakegraph.landing.generate.world import World

ADULT_DAYS, LIFE_SPAN_DAYS = 18 * 366, 62 * 365
TIER_STEPS = (5, 15, 35)
"""Visits that lift a customer to the next tier."""
COUNTRY_WEIGHTS = (0.34, 0.2, 0.18, 0.12, 0.1, 0.06)
CLOSING_DAYS = 60
"""Lookers of the first day close their accounts one after the other during this time; they are the only ones who leave."""
PARTS_OF_ADDRESS = ("address", "city", "state", "zip_code", "country")


def customer_id(customer: np.ndarray) -> pa.StringArray:
    """The ids of customers, counted from 1."""
    return joined("CUST", padded(customer + 1, 7))


@dataclass(frozen=True)
class People:
    """Arrays of customer numbers in, columns of text out."""

    world: World
    habits: Habits

    def rows(self, day: int) -> Iterator[dict[str, pa.StringArray]]:
        """All customers who have an account at the end of a day."""
        for customers in self.world.customer_chunks(day):
            yield self._rows(customers[~self._closed(customers, day)], day)

    def address(self, customer: np.ndarray, day: np.ndarray | int) -> dict[str, pa.StringArray]:
        """Where customers live on a day: address, city, state, zip_code, country. They move every one to three years."""
        draws, country = self.world.draws, self._country(customer)
        period = 365 + draws.below(730, "time at home", customer)
        home = (day + 100_000 + draws.below(period, "moving day", customer)) // period
        city = country * words.CITIES_PER_COUNTRY + draws.below(words.CITIES_PER_COUNTRY, "city", customer, home)
        street = country * words.STREETS_PER_COUNTRY + draws.below(words.STREETS_PER_COUNTRY, "street", customer, home)
        number = integers(1 + draws.below(240, "house", customer, home))
        ending = chosen(
            words.ADDRESS_ENDINGS, draws.below(len(words.ADDRESS_ENDINGS), "address ending", customer, home)
        )
        zip_code = (city + 10) * 1000 + draws.below(1000, "zip code", customer, home)
        return {
            "address": joined(number, " ", chosen(STREETS, street), ending),
            "city": chosen(CITIES, city),
            "state": chosen(STATES, city),
            "zip_code": padded(zip_code, 5),
            "country": chosen(COUNTRY_NAMES, country),
        }

    def address_line(self, customer: np.ndarray, day: np.ndarray | int) -> pa.StringArray:
        """Where customers live on a day, in one text."""
        parts = self.address(customer, day)
        return joined(parts["address"], ", ", parts["zip_code"], " ", parts["city"], ", ", parts["country"])

    def _rows(self, customer: np.ndarray, day: int) -> dict[str, pa.StringArray]:
        calendar, draws = self.world.calendar, self.world.draws
        registered = self.habits.registration_day(customer)
        born = registered - ADULT_DAYS - draws.below(LIFE_SPAN_DAYS, "born", customer)
        first, last = self._name(customer, "first name"), self._name(customer, "last name")
        name = joined(chosen(FIRST_ASCII, first), ".", chosen(LAST_ASCII, last))
        domain = chosen(words.MAIL_DOMAINS, draws.below(len(words.MAIL_DOMAINS), "mail domain", customer))
        tier = np.searchsorted(TIER_STEPS, self.habits.visits_until(customer, day), side="right")
        seen_day, seen_second = self.habits.last_seen(customer, day)
        return {
            "customer_id": customer_id(customer),
            "first_name": chosen(FIRST_NAMES, first),
            "last_name": chosen(LAST_NAMES, last),
            "email": joined(name, integers(customer + 1), "@", domain),
            "phone": self._phone(customer),
            "date_of_birth": calendar.dates(born),
            "registration_date": calendar.dates(registered),
            **self.address(customer, day),
            "customer_tier": chosen(words.TIERS, tier),
            "last_login": calendar.timestamps(seen_day, seen_second),
            "created_timestamp": calendar.timestamps(registered, self.habits.registration_second(customer)),
        }

    def _closed(self, customer: np.ndarray, day: int) -> np.ndarray:
        closing = self.world.draws.below(CLOSING_DAYS, "closing day", customer)
        return self.habits.looker(customer) & (customer < self.world.customers) & (day >= closing)

    def _country(self, customer: np.ndarray) -> np.ndarray:
        return self.world.draws.pick(COUNTRY_WEIGHTS, "country", customer)

    def _name(self, customer: np.ndarray, stream: str) -> np.ndarray:
        return self._country(customer) * words.NAMES_PER_COUNTRY + self.world.draws.below(
            words.NAMES_PER_COUNTRY, stream, customer
        )

    def _phone(self, customer: np.ndarray) -> pa.StringArray:
        draws = self.world.draws
        exchange, line = draws.below(900, "exchange", customer) + 100, draws.below(10_000, "line", customer)
        extension = where(draws.chance(0.04, "extension", customer), joined(" x", padded(exchange % 90 + 10, 2)))
        return joined(
            chosen(PHONE_PREFIXES, self._country(customer)), padded(exchange, 3), "-", padded(line, 4), extension
        )


COUNTRY_NAMES = tuple(country.name for country in COUNTRIES)
PHONE_PREFIXES = tuple(country.phone_prefix for country in COUNTRIES)
FIRST_NAMES = tuple(name for country in COUNTRIES for name in words.written_forms(country.first_names))
LAST_NAMES = tuple(name for country in COUNTRIES for name in words.written_forms(country.last_names))
FIRST_ASCII = tuple(name for country in COUNTRIES for name in words.ascii_forms(country.first_names))
LAST_ASCII = tuple(name for country in COUNTRIES for name in words.ascii_forms(country.last_names))
CITIES = tuple(city.partition("/")[0] for country in COUNTRIES for city in country.cities)
STATES = tuple(city.partition("/")[2] for country in COUNTRIES for city in country.cities)
STREETS = tuple(street for country in COUNTRIES for street in country.streets)

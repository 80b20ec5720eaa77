"""Counter-based randomness: a draw is a pure function of seed, stream and counters, so any part can be made alone.

The mixing function is the finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
2014), applied once per counter. Unlike a generator with state, it needs no history and no order.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256

import numpy as np

GOLDEN_GAMMA = np.uint64(0x9E3779B97F4A7C15)
MULTIPLIERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
HIGH_53_BITS, UNIT_STEP = np.uint64(11), 2.0**-53

Counter = int | np.ndarray


@dataclass(frozen=True)
class Draws:
    """A family of streams of random numbers; the same seed, stream and counters give the same number, always."""

    seed: int

    def bits(self, stream: str, *counters: Counter) -> np.ndarray:
        """64 random bits for each element of the counters, which are broadcast against each other."""
        state = np.array([_stream_key(self.seed, stream)], dtype=np.uint64)
        for counter in counters:
            number = np.atleast_1d(counter).astype(np.uint64)
            state = _mix(state ^ _mix(number + GOLDEN_GAMMA) + GOLDEN_GAMMA)
        return state

    def unit(self, stream: str, *counters: Counter) -> np.ndarray:
        """Uniform numbers of [0, 1)."""
        return (self.bits(stream, *counters) >> HIGH_53_BITS) * UNIT_STEP

    def below(self, bound: Counter, stream: str, *counters: Counter) -> np.ndarray:
        """Uniform integers of [0, bound); the bound is a number or one per element."""
        return (self.unit(stream, *counters) * bound).astype(np.int64)

    def chance(self, share: float, stream: str, *counters: Counter) -> np.ndarray:
        """True for about that share of the elements."""
        return self.unit(stream, *counters) < share

    def pick(self, weights: tuple[float, ...], stream: str, *counters: Counter) -> np.ndarray:
        """Indices into the weights, each as likely as its weight says."""
        cumulative = np.cumsum(weights) / np.sum(weights)
        return np.minimum(np.searchsorted(cumulative, self.unit(stream, *counters), side="right"), len(weights) - 1)


@cache
def _stream_key(seed: int, stream: str) -> int:
    return int.from_bytes(sha256(f"{seed}/{stream}".encode()).digest()[:8], "little")


def _mix(state: np.ndarray) -> np.ndarray:
    state = (state ^ (state >> SHIFTS[0])) * MULTIPLIERS[0]
    state = (state ^ (state >> SHIFTS[1])) * MULTIPLIERS[1]
    return state ^ (state >> SHIFTS[2])

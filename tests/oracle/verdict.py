"""The score of a batch, its verdict, and what an environment's policy makes of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """Attributes: the score, and PASS, WARN or FAIL."""

    score: int
    verdict: str

    def decision(self, policy: str) -> str:
        """`held` where the policy blocks what fails, else `admitted`."""
        return "held" if self.verdict == "FAIL" and policy == "block" else "admitted"


def give_verdict(severities: Iterable[str], rules: Mapping) -> Verdict:
    """The verdict on a batch.

    Args:
        severities: what each check and each expectation came to; NONE where it is kept.
        rules: `verdict` of vars.yml.
    """
    counts = Counter(severities)
    score = 100 - sum(weight * counts[severity] for severity, weight in rules["weights"].items())

    def any_of(name: str) -> bool:
        return any(counts[severity] for severity in rules[name])

    if score < rules["warning"] or any_of("fails_on"):
        return Verdict(score, "FAIL")
    if score < rules["passed"] or any_of("warns_on"):
        return Verdict(score, "WARN")
    return Verdict(score, "PASS")

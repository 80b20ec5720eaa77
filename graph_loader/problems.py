"""What is wrong with graph declarations: all of it at once, each with its model and YAML key."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from graph_loader.declarations import Model
from lakegraph.runtime.errors import ConfigurationError


@dataclass(frozen=True)
class Problem:
    """One mistake in a declaration: the model, the key in its YAML, and what is wrong there."""

    model: Model
    yaml_key: str
    text: str

    def __str__(self) -> str:
        place = f"{self.model.file}: " if self.model.file else ""
        return f"{place}model {self.model.name}: {self.yaml_key}: {self.text}"


class DeclarationError(ConfigurationError):
    """The graph declarations contradict themselves, each other, or the marts."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        count = len(self.problems)
        listed = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"The graph declarations have {count} problem{'s' if count > 1 else ''}:\n{listed}")


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)` for the nearest known name, or nothing when none is near."""
    names = {name.lower(): name for name in known}
    near = get_close_matches(wrong.lower(), names, n=1, cutoff=0.6)
    return f" (did you mean '{names[near[0]]}'?)" if near else ""

"""The errors a user may meet: one sentence that says what, where, and what to do."""


class LakegraphError(Exception):
    """A mistake or a fault outside the program that its user can mend.

    Args:
        message: what went wrong and where (file, line, model, key), as one sentence.
        hint: what to do about it.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str | None = None):
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class ConfigurationError(LakegraphError):
    """A declaration or a setting contradicts itself, is missing, or names something that does not exist."""

    exit_code = 2

"""How Athena says no."""


class AthenaRefusal(Exception):
    """A statement that Athena would not execute; the message is what its API reports as the reason."""


class InvalidRequest(Exception):
    """A request that Athena's API refuses before anything is executed."""

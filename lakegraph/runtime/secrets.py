"""Secrets: {ENV}_NAME, then NAME, then the environment's key vault, then one clear error."""

import os
from collections.abc import Callable

from lakegraph.runtime.errors import ConfigurationError

KeyVault = Callable[[str], str | None]


def find_secret(name: str, env: str = "dev", vault: KeyVault | None = None) -> str | None:
    """The value of a secret, or None when nobody has it.

    Args:
        name: the plain name, such as NEO4J_PASSWORD.
        env: the environment whose own value goes first, as {ENV}_NAME.
        vault: looks a name up in a key vault; None when it has no such secret.
    """
    for variable in (f"{env.upper()}_{name}", name):
        if os.environ.get(variable):
            return os.environ[variable]
    return vault(name) if vault else None


def secret(name: str, env: str = "dev", vault: KeyVault | None = None) -> str:
    """The value of a secret.

    Raises:
        ConfigurationError: neither the environment nor the vault has it.
    """
    value = find_secret(name, env, vault)
    if value is None:
        looked = f"{env.upper()}_{name} and {name}" + (" and the key vault" if vault else "")
        raise ConfigurationError(
            f"The secret {name} is not set (looked for {looked}).", f"Set {name} in the environment."
        )
    return value

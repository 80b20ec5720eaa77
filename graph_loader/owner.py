"""How a load names itself to others who have to wait for it."""

import getpass
import os
import socket


def this_owner() -> str:
    """User, machine and process, in words for a person."""
    return f"{_user()}@{socket.gethostname()}, process {os.getpid()}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # a container may run as a number that has no name
        return str(os.getuid())

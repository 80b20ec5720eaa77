"""How a load names itself to others who have to wait for it."""

import getpass
import os
import socket


def this_owner() -> str:
    """User, machine and process, in words for a person."""
    return f"{getpass.getuser()}@{socket.gethostname()}, process {os.getpid()}"

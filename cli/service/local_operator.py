"""The local operator: the person who runs a command on the machine of the service, as the trail names it."""

import os
import pwd
import socket

from store.trail.site_trail import Author


def local_operator() -> Author:
    """The account that runs this command, and the host. It has no identity of the API."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:  # a container may run as a number
        name = str(number)
    return Author(who=f"the local operator {name}", address=socket.gethostname()[:200])

"""Cuts a process off from every network, for good.

An audit hook sees every socket call of the interpreter, whoever makes it and however it got hold of the function, and
cannot be taken out again. Pipes and files, which the worker processes talk through, are not touched. Native code that
opens sockets without Python is not seen; a test runs the evals in a network namespace without interfaces for that.
"""

import sys
from typing import Any

from evals.errors import NetworkBlocked

REFUSED = frozenset(
    {
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.getnameinfo",
        "socket.gethostbyaddr",
        "socket.gethostbyname",
        "socket.sendmsg",
        "socket.sendto",
    }
)
"""Audit events of the standard library (docs.python.org/3/library/audit_events.html)."""


def cut_off() -> None:
    """Refuse every attempt of this process to reach or serve a network from now on."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in REFUSED:
        raise NetworkBlocked(f"{event} during an evaluation: evals run without a network; take out what asked for it")

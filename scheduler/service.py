"""Telling the service manager how the daemon is, by the protocol of sd_notify(3).

Where no service manager started the process, nothing is said.
"""

import logging
import os
import socket
from collections.abc import Mapping

logger = logging.getLogger(__name__)

PATIENCE = 1.0  # seconds that a service manager which does not read is waited for


def notify(state: str, environment: Mapping[str, str] = os.environ) -> None:
    """Send a state such as `READY=1`; several stand on lines of their own. Never raises.

    The states are READY=1, STOPPING=1, WATCHDOG=1, STATUS=… and `reloading`.
    """
    address = environment.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]  # Linux's sockets without a file
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.settimeout(PATIENCE)
            sender.connect(address)
            sender.sendall(state.encode())
    except (OSError, ValueError) as error:
        logger.warning("the service manager was not told %s: %s", state.splitlines()[0], error)


def reloading(monotonic_ns: int) -> str:
    """The state of a daemon that reads its settings again, at a `time.monotonic_ns()`; READY=1 ends it."""
    return f"RELOADING=1\nMONOTONIC_USEC={monotonic_ns // 1000}"

"""A port that is still free when what listened there comes back."""

import random
import socket
from contextlib import suppress

# Below what Linux gives to whoever asks for any port or connects to somewhere (32768 and up): such a port may be
# somebody else's by the time a service that was stopped starts again.
_LASTING = range(20_000, 32_000)


def lasting_port() -> int:
    """A port of 127.0.0.1 that nobody listens at, and that nobody is given by chance."""
    for _ in range(100):
        port = random.choice(_LASTING)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError("no port is free")

"""Tells which addresses this computer has on its networks, so that a network that came back is noticed at once."""

import psutil


def addresses() -> frozenset[str]:
    """Return the network addresses of this computer's own interfaces that are up; asking takes about a millisecond."""
    up = {name for name, interface in psutil.net_if_stats().items() if interface.isup}
    return frozenset(each.address for name, found in psutil.net_if_addrs().items() if name in up for each in found)

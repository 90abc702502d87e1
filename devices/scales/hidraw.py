"""A USB scale read through its device file: one report for each read, and nothing is ever asked of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from devices.device_file import Node, open_node
from devices.hid_nodes import SCALE_PAGE, node_of

_LONGEST_REPORT = 64


class Reports:
    """An open scale, as `devices.scales.line` reads any other."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def read(self) -> bytes:
        """One report, or nothing after a short while; OSError when the device is gone."""
        return self._node.read(_LONGEST_REPORT)

    def write(self, data: bytes) -> None:
        """A scale that reports by itself is asked for nothing."""


@contextmanager
def open_reports(port: str) -> Iterator[Reports]:
    """Open a scale by its path, or as `devices.hid_nodes` names it; OSError when it cannot be opened."""
    with open_node(node_of(port, SCALE_PAGE)) as node:
        yield Reports(node)

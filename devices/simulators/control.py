"""How a simulator is driven: one JSON object per line on stdin, events as JSON lines on stdout.

Each command is answered by an event of its own, `{"event": "done", "do": ...}` or `{"event": "refused",
"do": ..., "why": ...}`, so that whoever drives it knows when the simulated world has changed. The process
ends when stdin closes, so that none outlives the one who started it.
"""

import contextlib
import json
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

Command = Mapping[str, Any]


class Control:
    """Stdin and stdout of one simulator; `announce` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def announce(self, event: str, **fields: object) -> None:
        """Say one event; to nobody, when whoever started us is gone."""
        with self._lock, contextlib.suppress(BrokenPipeError):
            sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
            sys.stdout.flush()

    def serve(self, deeds: Mapping[str, Callable[[Command], None]]) -> None:
        """Do what is asked until stdin closes."""
        for line in sys.stdin:
            try:
                command = json.loads(line)
                name = command["do"]
                deed = deeds[name]
            except (ValueError, TypeError, KeyError):
                self.announce("refused", do=line.strip()[:80], why=f"not one of {', '.join(sorted(deeds))}")
                continue
            try:
                deed(command)
            except (ValueError, TypeError, KeyError, OSError) as error:
                self.announce("refused", do=name, why=repr(error))
            else:
                self.announce("done", do=name)

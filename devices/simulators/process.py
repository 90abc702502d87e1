"""One simulator seen from the program that started it: a subprocess, its commands and its events."""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ANSWER_WITHIN_S = 60.0  # on a busy computer the camera's takes many seconds to start; one that ends is told at once
_ROOT = Path(__file__).resolve().parents[2]


class SimulatorError(Exception):
    """The simulator ended, did not answer in time, or refused a command."""


class Simulator:
    """A running simulator. Use from one thread; `close` ends it."""

    def __init__(self, module: str, arguments: Sequence[str] = ()) -> None:
        environment = dict(os.environ)
        environment["PYTHONPATH"] = os.pathsep.join([str(_ROOT), *filter(None, [environment.get("PYTHONPATH")])])
        self._events: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._kept: list[dict[str, Any]] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"devices.simulators.{module}", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
            bufsize=1,
            # Ctrl+C at the terminal is for the program; its simulators end with it, through stdin.
            start_new_session=True,
        )
        self._module = module
        self._reader = threading.Thread(target=self._read, name=f"simulator-{module}", daemon=True)
        self._reader.start()
        self._address = ""

    @property
    def address(self) -> str:
        """Where the driver finds the device; waits until the simulator is ready."""
        if not self._address:
            self._address = str(self.wait_for("ready")["address"])
        return self._address

    def do(self, name: str, **fields: object) -> None:
        """Give a command and wait until it is done."""
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write(json.dumps({"do": name, **fields}) + "\n")
            stdin.flush()
        except OSError as error:
            raise SimulatorError(f"the {self._module} simulator has ended") from error
        answer = self._await(("done", "refused"))
        if answer["event"] == "refused":
            raise SimulatorError(f"{name}: {answer['why']}")

    def wait_for(self, event: str, within_s: float = ANSWER_WITHIN_S) -> dict[str, Any]:
        """The next event of that name, also one that came before it was asked for."""
        for kept in self._kept:
            if kept["event"] == event:
                self._kept.remove(kept)
                return kept
        return self._await((event,), within_s)

    def close(self) -> None:
        """Close its stdin, upon which it ends; kill it if it does not."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):  # when it has already ended, and its pipe with it
            self._process.stdin.close()
        try:
            self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._process.stdout.close()

    def _await(self, events: tuple[str, ...], within_s: float = ANSWER_WITHIN_S) -> dict[str, Any]:
        deadline = time.monotonic() + within_s
        while True:
            try:
                event = self._events.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise SimulatorError(f"no {events[0]} from the {self._module} simulator") from None
            if event is None:
                self._events.put(None)
                raise SimulatorError(f"the {self._module} simulator has ended")
            if event["event"] in events:
                return event
            self._kept.append(event)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._events.put(json.loads(line))
        self._events.put(None)

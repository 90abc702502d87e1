"""A private PostgreSQL on a socket of its own, that can be stopped in the middle of everything."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import uuid_utils

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


class Cluster:
    """One PostgreSQL; `url` has `%s` for the database's name.

    What is measured wants a durable one, as it is installed: there a commit is on the disk.
    """

    def __init__(self, *, is_durable: bool = False) -> None:
        # Not pytest's folder: PostgreSQL runs as a user of its own, and a socket's name must be short.
        self._folder = Path(tempfile.mkdtemp(prefix="returns-pg-"))
        self._folder.chmod(0o755)
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self._as_user:
            shutil.chown(self._folder, "postgres")
        self._sync = "on" if is_durable else "off"
        self.url = f"postgresql+psycopg://returns@/%s?host={self._folder}"
        self._run("initdb", "-U", "returns", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()

    def start(self) -> None:
        """Start it, as after a fault: it recovers what was committed from its log."""
        options = f"-c listen_addresses='' -c unix_socket_directories={self._folder} -c fsync={self._sync}"
        self._run("pg_ctl", "-w", "-o", options, "-l", str(self._folder / "log"), "start")
        self._is_running = True

    def stop(self) -> None:
        """End it at once, as if its processes were killed: no transaction is finished, no client is told."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")
        self._is_running = False

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it neither answer nor hang up meanwhile, as a computer that has stopped does."""
        server = self._server()
        processes = [server, *server.children()]
        for each in processes:
            each.suspend()
        try:
            yield
        finally:
            for each in processes:
                each.resume()

    def _server(self) -> psutil.Process:
        return psutil.Process(int((self._folder / "data" / "postmaster.pid").read_text().split()[0]))

    def processor_s(self) -> float:
        """The processor time of the server and of all that work for it, or did (s)."""
        server = self._server()
        used = sum(server.cpu_times()[:4])
        for each in server.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                used += sum(each.cpu_times()[:2])
        return float(used)

    def new_database(self) -> str:
        """The URL of an empty database."""
        return self.named_database(f"r{uuid_utils.uuid7().hex}")

    def named_database(self, name: str) -> str:
        """The same, with a name that is a plain word."""
        with psycopg.connect(self.url.replace("+psycopg", "") % "postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url % name

    def close(self) -> None:
        """Stop it, and leave nothing behind."""
        if self._is_running:
            self.stop()
        shutil.rmtree(self._folder)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_user, str(PROGRAMS / program), "-D", str(self._folder / "data"), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self._folder)

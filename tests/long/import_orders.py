"""Measures `returns-central import-orders`: seconds and largest memory, few orders, more, all, and some again.

  python -m tests.long.import_orders [--orders 1000000] [--format ndjson|csv] [--postgres | --database URL]

Made-up orders go through standard input to the real command. Memory is what the kernel says of that process alone.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

from tests.sync.postgres import Cluster

HEAD = b"rma,client,order,version,trackings,customer,line,sku,title,category,quantity,serials\n"


def texts(count: int, kind: str) -> Iterator[bytes]:
    """Yield the made-up file piece by piece."""
    if kind == "csv":
        yield HEAD
    for start in range(0, count, 1_000):
        yield b"".join((_row if kind == "csv" else _line)(number) for number in range(start, min(start + 1_000, count)))


def _row(number: int) -> bytes:
    return (
        f"RMA-{number},Hearthwick,O-{number},1,1ZE2N61W{number:010d},c-{number:08x},"
        f"1,SKU-{number % 5000},Thing {number % 5000},home,1,S{number}\n"
    ).encode()


def _line(number: int) -> bytes:
    return (
        f'{{"rma":"RMA-{number}","client":"Hearthwick","order":"O-{number}","version":1,'
        f'"trackings":["1ZE2N61W{number:010d}"],"customer":"c-{number:08x}","lines":[{{"line":"1",'
        f'"sku":"SKU-{number % 5000}","title":"Thing {number % 5000}","category":"home","serials":["S{number}"]}}]}}\n'
    ).encode()


def run(count: int, kind: str, where: list[str]) -> str:
    """Import so many orders and return what it took."""
    command = [sys.executable, "-m", "sync.central", "import-orders", "-", "--format", kind, "--site", "leeds", *where]
    began = time.monotonic()
    going = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert going.stdin is not None
    assert going.stdout is not None
    for text in texts(count, kind):
        going.stdin.write(text)
    going.stdin.close()
    said = going.stdout.read().decode().strip()
    going.stdout.close()
    _, status, usage = os.wait4(going.pid, 0)
    going.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    return (
        f"{count:>9} orders: {said}; {seconds:.1f} s, {count / seconds:,.0f} orders/s, "
        f"{usage.ru_utime + usage.ru_stime:.1f} s of processor, at most {usage.ru_maxrss / 1024:.0f} MB, "
        f"exit {going.returncode}"
    )


def main() -> None:
    """Measure a hundredth of the orders, a tenth, all, and a tenth again; each goes on from the one before."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--format", choices=("ndjson", "csv"), default="ndjson")
    parser.add_argument("--database", help="default: SQLite in a folder that is removed at the end")
    parser.add_argument("--postgres", action="store_true", help="on a private PostgreSQL, removed at the end")
    asked = parser.parse_args()
    with ExitStack() as ends:
        folder = ends.enter_context(tempfile.TemporaryDirectory(prefix="import-orders-"))
        database = asked.database
        if asked.postgres:
            database = ends.enter_context(closing(Cluster(is_durable=True))).new_database()
        where = ["--data", str(Path(folder) / "data"), *(["--database", database] if database else [])]
        subprocess.run([sys.executable, "-m", "sync.central", "migrate", *where], check=True)
        for count in (asked.orders // 100, asked.orders // 10, asked.orders, asked.orders // 10):
            print(run(count, asked.format, where), flush=True)


if __name__ == "__main__":
    main()

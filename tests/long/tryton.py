"""Tryton as a peer of central: its own server from PyPI on a PostgreSQL of ours, asked by JSON-RPC as its clients do.

A customer's return is `stock.shipment.out.return`: made with its moves, received, done when the goods are put away.
"""

import base64
import contextlib
import http.client
import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from tests.ports import lasting_port
from tests.sync.postgres import Cluster

# A long-term series; its third number is free for mended faults.
WANTED = ("trytond~=8.0.0", "trytond-stock~=8.0.0", "psycopg[binary,pool]>=3.2")
PASSWORD = "for this run alone"
MODEL = "model.stock.shipment.out.return"


class Refusal(Exception):
    """Tryton answered with an error; the text is its own."""


class Tryton:
    """One server of its own on one database, with a company, a customer, an article and a place to route it to."""

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        """Install it below `folder`, unless it is there already, and serve."""
        self.name, self.port = "tryton", lasting_port()
        self._programs = programs = folder / "tryton" / "bin"
        if not (programs / "trytond").exists():
            venv.create(folder / "tryton", with_pip=True)
            run(programs / "python", "-m", "pip", "install", "-q", *WANTED)
        settings = folder / "trytond.conf"
        uri = cluster.url.replace("+psycopg", "").replace("/%s", "/")
        cluster.named_database(self.name)
        settings.write_text(f"[database]\nuri = {uri}\n[web]\nlisten = 127.0.0.1:{self.port}\n")
        (folder / "password").write_text(PASSWORD)
        where = ("-c", str(settings), "-d", self.name)
        admin = (programs / "trytond-admin", *where, "-u", "stock", "--activate-dependencies")
        run(*admin, password=folder / "password")
        self._process = subprocess.Popen(
            [programs / "trytond", *where], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._context: dict[str, Any] = {}
        try:
            self._prepare(self.client())
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The server's process; it has no others."""
        return self._process.pid

    @property
    def version(self) -> str:
        """The server's version."""
        said = run(self._programs / "python", "-c", "import trytond; print(trytond.__version__)")
        return said.strip()

    def client(self) -> "Client":
        """One more user's session."""
        while True:
            try:
                return Client(self.port, self.name, self._context)
            except OSError:
                if self._process.poll() is not None:
                    raise
                time.sleep(0.2)

    def close(self) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.wait()

    def _prepare(self, client: "Client") -> None:
        """Make what a return needs, through the same door."""
        currency = client.make("currency.currency", name="Pound", symbol="GBP", code="GBP")
        company = client.make("company.company", party=client.make("party.party", name="Here"), currency=currency)
        client.call("model.res.user.write", [1], {"companies": [["add", [company]]], "company": company})
        self._context.update(company=company, companies=[company])
        (unit,) = client.call("model.product.uom.search", [["symbol", "=", "u"]], 0, 1, None)
        goods = {"name": "Thing", "type": "goods", "default_uom": unit, "list_price": decimal("20")}
        template = client.make("product.template", **goods, products=[["create", [{"code": "SKU-1"}]]])
        (product,) = client.call("model.product.product.search", [["template", "=", template]], 0, 1, None)
        place = {code: client.call("model.stock.location.search", [["code", "=", code]], 0, 1, None)[0]
                 for code in ("WH", "IN", "STO", "CUS")}  # fmt: skip
        resale = client.make("stock.location", name="Resale B", type="storage", parent=place["STO"])
        self._moved = {
            "product": product, "unit": unit, "quantity": 1.0, "currency": currency, "unit_price": decimal("20"),
            "from_location": place["CUS"], "to_location": place["IN"], "company": company,
        }  # fmt: skip
        self._shipment = {
            "customer": client.make("party.party", name="Customer"), "company": company, "warehouse": place["WH"],
            "warehouse_input": place["IN"], "warehouse_storage": resale,
        }  # fmt: skip
        self._resale = resale

    def shipments(self, number: int, *, is_straight: bool) -> list[dict[str, Any]]:
        """So many parcels with one item each, the condition written down, and where the item goes.

        Straight: received where it goes to, in one move; otherwise through the warehouse's input, as Tryton has it.
        """
        shipment, moved = dict(self._shipment), dict(self._moved)
        if is_straight:
            shipment["warehouse_input"] = moved["to_location"] = self._resale
        shipment |= {"reference": "B: lightly worn", "moves": [["create", [moved]]]}
        return [shipment] * number

    def receive(self, client: "Client", number: int, *, is_straight: bool) -> list[int]:
        """The whole job for so many parcels at once: made, received, put where they go."""
        made: list[int] = client.call(f"{MODEL}.create", self.shipments(number, is_straight=is_straight))
        client.call(f"{MODEL}.receive", made)
        if not is_straight:
            client.call(f"{MODEL}.do", made)
        return made

    def made(self, client: "Client", number: int) -> list[int]:
        """So many that were made and not yet received."""
        made: list[int] = client.call(f"{MODEL}.create", self.shipments(number, is_straight=False))
        return made

    def received(self, client: "Client", shipment: int) -> None:
        """Say of one that it was received."""
        client.call(f"{MODEL}.receive", [shipment])

    def moves(self, client: "Client", shipment: int) -> int:
        """How many moves of goods there are of one."""
        wanted = [["shipment", "=", f"stock.shipment.out.return,{shipment}"]]
        moves: int = client.call("model.stock.move.search_count", wanted)
        return moves

    def done(self, client: "Client") -> int:
        """How many items are where they were routed to."""
        wanted = [["to_location", "=", self._resale], ["state", "=", "done"]]
        moves: int = client.call("model.stock.move.search_count", wanted)
        return moves


def run(*command: str | Path, password: Path | None = None) -> str:
    """Run a program of Tryton's to its end and return what it said; one that asks for a mailbox hears an empty line."""
    environment = {**os.environ, "TRYTONPASSFILE": str(password)} if password else None
    ended = subprocess.run(command, env=environment, input="\n", capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"{command[0]}: {ended.stdout}{ended.stderr}")
    return ended.stdout


class Client:
    """One user's session; usable from one thread."""

    def __init__(self, port: int, database: str, context: Mapping[str, Any]) -> None:
        self._context = context
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self._path = f"/{database}/rpc/"
        self._numbers = count(1)
        self._head = {"Content-Type": "application/json"}
        user, session, *_ = self._ask("common.db.login", ["admin", {"password": PASSWORD}])
        said = base64.b64encode(f"admin:{user}:{session}".encode()).decode()
        self._head["Authorization"] = f"Session {said}"

    def make(self, model: str, **values: Any) -> int:
        """Make one record and return its number."""
        made: Sequence[int] = self.call(f"model.{model}.create", [values])
        return made[0]

    def call(self, method: str, *what: Any) -> Any:
        """Call a method; raises Refusal."""
        return self._ask(method, [*what, self._context])

    def _ask(self, method: str, params: list[Any]) -> Any:
        body = json.dumps({"id": next(self._numbers), "method": method, "params": params})
        self._http.request("POST", self._path, body, self._head)
        answer = self._http.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise Refusal(f"{answer.status} {said[:500].decode()}")
        result = json.loads(said)
        if isinstance(result, dict) and "error" in result:
            raise Refusal(str(result["error"])[:500])
        return result["result"] if isinstance(result, dict) and "result" in result else result

    def close(self) -> None:
        """End the connection."""
        with contextlib.suppress(OSError):
            self._http.close()


def decimal(text: str) -> dict[str, str]:
    """A number as Tryton's JSON has it."""
    return {"__class__": "Decimal", "decimal": text}

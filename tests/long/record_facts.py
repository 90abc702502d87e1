"""Adds the facts that have no example yet to the corpus of released facts; what is there already never changes.

python tests/long/record_facts.py [--rows]     --rows: writes anew what central makes of them; read the difference
"""

import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

sys.path.insert(0, str(Path(__file__).parents[2]))

from station import facts
from sync.central.store import Store
from tests.sync.central.test_versions import made_of, released

CORPUS = Path(__file__).parents[1] / "sync" / "corpus" / "facts.jsonl"


def example(kind: inspect.Type, name: str) -> Any:
    """A value of a type that says something; of several types the first."""
    match kind:
        case inspect.StrType():
            return f"{name}-1"
        case inspect.IntType():
            return 7
        case inspect.FloatType():
            return 0.5
        case inspect.BoolType():
            return True
        case inspect.NoneType():
            return None
        case inspect.LiteralType():
            return kind.values[0]
        case inspect.VarTupleType() | inspect.ListType():
            return [example(kind.item_type, name)]
        case inspect.TupleType():
            return [example(each, name) for each in kind.item_types]
        case inspect.DictType():
            return {example(kind.key_type, "key"): example(kind.value_type, name)}
        case inspect.UnionType():
            return example(next(each for each in kind.types if not isinstance(each, inspect.NoneType)), name)
        case inspect.StructType():
            return {each.encode_name: example(each.type, each.name) for each in kind.fields}
    raise TypeError(f"no example of {kind}")


def examples(name: str) -> list[bytes]:
    """A body with every field, and one with those alone that must be there."""
    cls = getattr(facts, name)
    told = inspect.type_info(cls)
    assert isinstance(told, inspect.StructType)
    whole = {"t": name} | {each.encode_name: example(each.type, each.name) for each in told.fields}
    least = {"t": name} | {each.encode_name: whole[each.encode_name] for each in told.fields if each.required}
    return [facts.encode(msgspec.convert(body, type=cls)) for body in (whole, least)]


def main() -> int:
    lines = CORPUS.read_bytes().splitlines() if CORPUS.exists() else []
    there = {(line["type"], line["v"]) for line in map(msgspec.json.decode, lines)}
    for name, version in facts._VERSIONS.items():
        if (name, version) not in there:
            print(f"recorded: {name} {version}")
            for body in examples(name):
                lines.append(msgspec.json.encode({"type": name, "v": version, "body": body.decode()}))
    CORPUS.write_bytes(b"".join(line + b"\n" for line in lines))
    if "--rows" in sys.argv:
        with tempfile.TemporaryDirectory() as folder, closing(Store(f"sqlite:///{folder}/central.sqlite")) as store:
            rows = msgspec.json.encode(made_of(store, released()))
        CORPUS.with_name("rows.json").write_bytes(msgspec.json.format(rows, indent=1) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The house rules as a test: who imports whom, where a library is at home, how big and how still a module is.

The tables below are the rules; a change of theirs is a decision, to be made together with the README's.
Long because each rule is read beside the breaches that prove it.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Which of our packages a room may import, besides itself.
ROOMS: Mapping[str, frozenset[str]] = {
    "grading": frozenset(),
    "devices": frozenset(),
    "resources": frozenset(),
    "station": frozenset({"grading", "devices", "resources"}),
    "sync": frozenset({"station", "resources"}),
    "ui": frozenset({"grading", "devices", "resources", "station", "sync"}),
}

# Of devices, the bench without a screen sees values and pure text makers only, never a port or a thread.
PURE_DEVICES = (
    "devices.readings",
    "devices.printers.zpl",
    "devices.scanners.duplicates",
    "devices.scanners.layouts",
    "devices.scanners.self_test",
)

# These tie the parts together: they import everything, and nobody but each other imports them.
ENTRIES = ("station.__main__", "station.cli")

# One library, one home (a module or a package with all below it).
HOMES: Mapping[str, tuple[str, ...]] = {
    "PySide6": ("ui",),
    "shiboken6": ("ui",),
    "serial": ("devices",),
    "zebra": ("devices",),
    "Xlib": ("devices.simulators.scanner_wedge",),
    "cv2": ("grading", "devices.cameras", "devices.simulators"),
    "numpy": ("grading", "devices.cameras", "devices.simulators"),
    "zxingcpp": ("grading", "devices.cameras", "devices.simulators.shipping_labels"),
    "rapidocr": ("grading",),
    "onnxruntime": ("grading",),
    "cel": ("grading",),
    "msgspec": ("station", "grading", "sync", "ui"),
    "sqlalchemy": ("station", "sync"),
    "alembic": ("station", "sync.central"),
    "pysqlite3": ("station", "sync"),
    "sqlite3": ("station", "sync"),
    "PIL": ("station",),
    "barcode": ("station",),
    "biip": ("station",),
    "argon2": ("station",),
    "uuid_utils": ("station", "sync.central.webhooks"),
    "platformdirs": ("station",),
    "psutil": ("station",),
    "gettext": ("resources",),
    "httpx": (
        "sync.client",
        "sync.central.resolutions.provider",
        "sync.central.webhook_sender",
        "sync.central.webhook_commands",
    ),
    "starlette": ("sync.central",),
    "uvicorn": ("sync.central.serving", "sync.central.simulators"),
    "fastapi": ("sync.central",),
    "prometheus_client": ("sync.central.metrics",),
    "zstandard": ("sync.central.bodies",),
    "psycopg": ("sync.central",),
    "asyncio": ("sync.central",),
    "anyio": ("sync.central",),
    "fpdf": ("station.printed",),
    "cryptography": ("sync.identity", "sync.central.enrolment"),
    "obstore": ("sync.central.photo_places",),
    "boto3": ("sync.central.photo_places",),
    "botocore": ("sync.central.photo_places",),
}

# Slow to import or not always there; everything else is imported at the top, where it can be seen.
# An entry module may also import ours late: which parts load depends on the command it was given.
LATE_LIBRARIES = frozenset(
    {
        "biip",
        "alembic",
        "cv2",
        "numpy",
        "zxingcpp",
        "rapidocr",
        "onnxruntime",
        "cel",
        "httpx",
        "cryptography",
        "boto3",
        "botocore",
        "fpdf",
    }
)

FORBIDDEN_NAMES = frozenset(
    {"util", "utils", "helper", "helpers", "common", "base", "manager", "managers", "core", "misc"}
)
MODULE_LINES = 400
FUNCTION_LINES = 45
REVISIONS = ("station.migrations.versions", "sync.central.migrations.versions")
LONG_REASON = "Long because"
CATCH_ALL_MARK = re.compile(r"#.*\btop of (a |the )?thread\b")

# Lower-case module names may hold a call's outcome: the logger, sqlalchemy's declarations, msgspec's coders.
STILL_NAMES = frozenset({"log", "logger", "_log", "_logger"})
STILL_CALLS = frozenset({"MetaData", "Table", "Index", "TypeVar", "ParamSpec", "NewType", "Encoder", "Decoder"})
MOVING_CALLS = frozenset(
    """
    list dict set bytearray defaultdict deque Counter OrderedDict ChainMap count cycle iter open connect
    Lock RLock Condition Event Semaphore local Queue SimpleQueue LifoQueue PriorityQueue ContextVar Thread
    ThreadPoolExecutor WeakSet WeakKeyDictionary WeakValueDictionary create_engine
    """.split()  # noqa: SIM905 (a list of words is read more easily than forty quoted ones)
)
STILL_TYPES = re.compile(r"\b(Mapping|Sequence|Collection|AbstractSet|Set)\b")


@dataclass(frozen=True)
class Module:
    """One source file of ours: dotted name, whether it is a package's `__init__`, text and syntax tree."""

    name: str
    is_package: bool
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        return self.name.partition(".")[0]

    @property
    def package(self) -> str:
        return self.name if self.is_package else self.name.rpartition(".")[0]


Rule = Callable[[Module, Mapping[str, Module]], Iterator[str]]


def parsed(sources: Mapping[str, str]) -> dict[str, Module]:
    """The modules of a tree, given as {path: text}, by dotted name."""
    modules = {}
    for path, text in sources.items():
        name = path.removesuffix(".py").replace("/", ".")
        is_package = name.endswith(".__init__")
        module = Module(name.removesuffix(".__init__"), is_package, text, ast.parse(text, path))
        modules[module.name] = module
    return modules


def below(name: str, homes: tuple[str, ...]) -> bool:
    """Whether a dotted name is one of the homes or lies in one."""
    return any(name == home or name.startswith(home + ".") for home in homes)


def imports(module: Module, modules: Mapping[str, Module]) -> Iterator[tuple[str, int]]:
    """Each dotted name the module imports, as deep as a module of ours goes, with its line."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = node.module or ""
            if node.level:
                up = module.package.split(".")
                start = ".".join([*up[: len(up) - node.level + 1], *filter(None, [start])])
            for alias in node.names:
                full = f"{start}.{alias.name}"
                of_ours = full in modules or alias.name == "__main__"
                yield (full if of_ours else start), node.lineno


def wrong_rooms(module: Module, modules: Mapping[str, Module]) -> Iterator[str]:
    """Imports across rooms that the table does not have."""
    for name, line in imports(module, modules):
        room = name.partition(".")[0]
        if room not in ROOMS:
            continue
        at = f"{module.name}:{line}"
        if below(module.name, ENTRIES):
            continue
        if below(name, ENTRIES) or name.endswith(".__main__"):
            yield f"{at} imports {name}, which nobody imports"
        elif room != module.room and room not in ROOMS[module.room]:
            yield f"{at} imports {name}: {module.room} may not import {room}"
        elif module.room == "station" and room == "devices" and not below(name, PURE_DEVICES):
            yield f"{at} imports {name}: of devices, station imports pure value modules only"


def homeless_libraries(module: Module, modules: Mapping[str, Module]) -> Iterator[str]:
    """Libraries used away from home, and libraries that have none."""
    for name, line in imports(module, modules):
        library = name.partition(".")[0]
        at = f"{module.name}:{line}"
        if library in HOMES:
            if not below(module.name, HOMES[library]):
                yield f"{at} imports {library}, at home in {', '.join(HOMES[library])}"
        elif library not in ROOMS and library not in sys.stdlib_module_names:
            yield f"{at} imports {library}, which has no home in the table"


def late_imports(module: Module, modules: Mapping[str, Module]) -> Iterator[str]:
    """Imports inside functions, other than of the slow libraries that are named."""
    for function in functions(module):
        for node in ast.walk(function):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            inner = Module(module.name, module.is_package, "", ast.Module([node], []))
            for name, line in imports(inner, modules):
                library = name.partition(".")[0]
                ours_at_an_entry = library in ROOMS and below(module.name, ENTRIES)
                if library not in LATE_LIBRARIES and not ours_at_an_entry:
                    yield f"{module.name}:{line} imports {name} inside a function"


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def wrong_sizes(module: Module, _: Mapping[str, Module]) -> Iterator[str]:
    """Modules and functions that grew; a function's own docstring costs nothing."""
    lines = len(module.text.splitlines())
    if lines > MODULE_LINES and LONG_REASON not in (ast.get_docstring(module.tree) or ""):
        yield f"{module.name} has {lines} lines and no '{LONG_REASON} …' in its docstring"
    # A revision is a list of columns, never changed again.
    for function in [] if below(module.name, REVISIONS) else functions(module):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        first = function.body[0]
        if ast.get_docstring(function) is not None:
            length -= (first.end_lineno or first.lineno) - first.lineno + 1
        if length > FUNCTION_LINES:
            yield f"{module.name}:{function.lineno} {function.name} has {length} lines"


def wrong_docstrings(module: Module, _: Mapping[str, Module]) -> Iterator[str]:
    """A module opens with a sentence of purpose; a package's `__init__` holds nothing else."""
    if not ast.get_docstring(module.tree):
        yield f"{module.name} has no docstring"
    if module.is_package and len(module.tree.body) > 1:
        yield f"{module.name}/__init__.py holds more than a docstring"


def forbidden_names(module: Module, _: Mapping[str, Module]) -> Iterator[str]:
    """Names that say nothing, of modules and of classes."""
    for word in re.split(r"[._]", module.name):
        if word in FORBIDDEN_NAMES:
            yield f"{module.name}: {word} says nothing"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef):
            for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]+", node.name):
                if word.lower() in FORBIDDEN_NAMES:
                    yield f"{module.name}:{node.lineno} {node.name}: {word} says nothing"


def catch_alls(module: Module, _: Mapping[str, Module]) -> Iterator[str]:
    """Handlers that swallow any exception elsewhere than at the top of a thread."""
    lines = module.text.splitlines()
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = {"any"} if node.type is None else {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)}
        last = node.body[-1]
        passes_on = isinstance(last, ast.Raise) and last.exc is None
        marked = CATCH_ALL_MARK.search(lines[node.lineno - 1])
        if caught & {"any", "Exception", "BaseException"} and not passes_on and not marked:
            yield f"{module.name}:{node.lineno} catches everything and is not the top of a thread"


def top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run at import, those inside `if`, `try` and `with` included."""
    for node in body:
        match node:
            case ast.If() if "__name__" in ast.dump(node.test):
                pass
            case ast.If():
                yield from top_level([*node.body, *node.orelse])
            case ast.Try():
                handled = [statement for handler in node.handlers for statement in handler.body]
                yield from top_level([*node.body, *handled, *node.orelse, *node.finalbody])
            case _:
                yield node


def module_state(module: Module, _: Mapping[str, Module]) -> Iterator[str]:
    """Anything at module level that could change, or that does something when imported."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Global):
            yield f"{module.name}:{node.lineno} has a global statement"
    for index, node in enumerate(top_level(module.tree.body)):
        match node:
            case ast.Assign(targets=targets, value=value):
                why = moving(value, "", [ast.unparse(target) for target in targets])
            case ast.AnnAssign(target=target, value=value, annotation=annotation):
                why = moving(value, ast.unparse(annotation), [ast.unparse(target)]) if value else ""
            case ast.Import() | ast.ImportFrom() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                why = ""
            case ast.Expr(value=ast.Constant()) if index == 0 or isinstance(node.value.value, str):
                why = ""
            case ast.Expr(value=ast.Call(func=function)) if last_word(function) in STILL_CALLS:
                why = ""
            case ast.Pass() | ast.Raise() | ast.Assert():
                why = ""
            case _:
                why = "does something at import"
        if why:
            yield f"{module.name}:{node.lineno} {why}: {ast.unparse(node)[:60]}"


def moving(value: ast.expr, annotation: str, names: list[str]) -> str:
    """Why a module-level value may change under someone's hands; empty where it cannot."""
    constant = all(re.fullmatch(r"_*[A-Z][A-Za-z0-9_]*", name) for name in names)
    match value:
        case ast.List() | ast.Dict() | ast.Set() | ast.ListComp() | ast.DictComp() | ast.SetComp():
            still = constant and STILL_TYPES.search(annotation)
            return "" if still or names == ["__all__"] else "can change (tuple, frozenset, or a CONSTANT: Mapping)"
        case ast.GeneratorExp():
            return "is used up by its first reader"
        case ast.Call(func=function):
            called = last_word(function)
            if called in MOVING_CALLS:
                return "can change"
            still = constant or called in STILL_CALLS or set(names) <= STILL_NAMES
            return "" if still else "is made at import under a variable's name"
        case _:
            return ""


def last_word(function: ast.expr) -> str:
    """What is called, without where it comes from."""
    return ast.unparse(function).rpartition(".")[2]


def two_way(modules: Mapping[str, Module]) -> Iterator[str]:
    """Packages that import each other (neither inside the other), and rings of modules."""
    edges = {
        (module.name, name)
        for module in modules.values()
        for name, _ in imports(module, modules)
        if name in modules and name != module.name
    }
    pairs = {(modules[a].package, modules[b].package) for a, b in edges}
    for a, b in sorted(pairs):
        if a < b and (b, a) in pairs and not below(a, (b,)) and not below(b, (a,)):
            yield f"{a} and {b} import each other"
    yield from rings(edges)


def rings(edges: set[tuple[str, str]]) -> Iterator[str]:
    """The modules left when those that import nothing of what is left are taken away, again and again."""
    left = set(edges)
    while left:
        importers = {a for a, _ in left}
        imported = {b for _, b in left}
        kept = {(a, b) for a, b in left if b in importers and a in imported}
        if kept == left:
            yield f"a ring of imports among {', '.join(sorted(importers))}"
            return
        left = kept


RULES: tuple[Rule, ...] = (
    wrong_rooms,
    homeless_libraries,
    late_imports,
    wrong_sizes,
    wrong_docstrings,
    forbidden_names,
    catch_alls,
    module_state,
)


def findings(sources: Mapping[str, str]) -> list[str]:
    """Every breach of the rules in a tree given as {path: text}."""
    modules = parsed(sources)
    each = [line for module in modules.values() for rule in RULES for line in rule(module, modules)]
    return [*each, *two_way(modules)]


def sources_below(*folders: str) -> dict[str, str]:
    """The project's own source files as {path: text}."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def test_the_rules_hold() -> None:
    sources = sources_below(*ROOMS)
    assert len(sources) > len(ROOMS)
    broken = findings(sources)
    assert not broken, "\n" + "\n".join(broken)


@pytest.mark.parametrize("rule", [wrong_sizes, wrong_docstrings, forbidden_names, catch_alls])
def test_the_installer_keeps_the_same_measure(rule: Rule) -> None:
    modules = parsed(sources_below("installer"))
    broken = [line for module in modules.values() for line in rule(module, modules)]
    assert not broken, "\n" + "\n".join(broken)


DOC = '"""Purpose."""\n'
LONG = DOC + "x = 1\n" * 400
STRETCHED = DOC + "def f():\n" + "    pass\n" * 45


@pytest.mark.parametrize(
    ("path", "text", "word"),
    [
        ("grading/a.py", "from station import facts", "grading may not import station"),
        ("devices/a.py", "import resources.words", "devices may not import resources"),
        ("sync/a.py", "from ui import theme", "sync may not import ui"),
        ("station/a.py", "from devices.scales import mtsics", "pure value modules only"),
        ("station/a.py", "from devices import ports", "pure value modules only"),
        ("ui/a.py", "from station.cli import run", "which nobody imports"),
        ("ui/a.py", "import station.__main__", "which nobody imports"),
        ("station/a.py", "from sync.central import __main__", "which nobody imports"),
        ("station/a.py", "from PySide6.QtCore import QObject", "PySide6, at home in ui"),
        ("station/cli/a.py", "import PySide6", "PySide6, at home in ui"),
        ("sync/courier.py", "import httpx", "httpx, at home in sync.client"),
        ("devices/a.py", "import cv2", "cv2, at home in"),
        ("station/a.py", "import asyncio", "asyncio, at home in"),
        ("station/a.py", "import requests", "no home"),
        ("station/a.py", "def f():\n    import json", "inside a function"),
        ("ui/a.py", "def f():\n    from station import facts", "inside a function"),
        ("sync/a.py", "def f():\n    import sqlalchemy", "inside a function"),
        ("station/a.py", LONG, "401 lines"),
        ("station/a.py", STRETCHED, "f has 46 lines"),
        ("station/a.py", "x = 1", "no docstring"),
        ("station/x/__init__.py", DOC + "from station import facts", "more than a docstring"),
        ("station/a_utils.py", DOC, "utils says nothing"),
        ("station/core/a.py", DOC, "core says nothing"),
        ("station/a.py", "class BinManager: ...", "Manager says nothing"),
        ("station/a.py", "try:\n    x()\nexcept Exception:\n    pass", "catches everything"),
        (
            "station/a.py",
            "try:\n    x()\nexcept (OSError, BaseException) as e:\n    pass",
            "catches everything",
        ),
        ("station/a.py", "try:\n    x()\nexcept:\n    pass", "catches everything"),
        ("station/a.py", "seen = []", "can change"),
        ("station/a.py", "CODES = {'a': 1}", "can change"),
        ("station/a.py", "codes: Mapping[str, int] = {'a': 1}", "can change"),
        ("station/a.py", "CODES: dict[str, int] = {'a': 1}", "can change"),
        ("station/a.py", "if True:\n    SEEN = set()", "can change"),
        ("station/a.py", "LOCK = threading.Lock()", "can change"),
        ("station/a.py", "journal = Journal()", "made at import"),
        ("station/a.py", "CODES = (c for c in 'ab')", "used up"),
        ("station/a.py", "register(1)", "does something at import"),
        ("station/a.py", "COUNT += 1", "does something at import"),
        ("station/a.py", "def f():\n    global seen", "global statement"),
    ],
)
def test_a_planted_breach_is_found(path: str, text: str, word: str) -> None:
    assert [line for line in findings({path: text}) if word in line]


def test_packages_that_import_each_other_are_found() -> None:
    sources = {
        "station/bins/a.py": DOC + "from station.labels import b",
        "station/labels/b.py": DOC,
        "station/labels/c.py": DOC + "from station.bins import d",
        "station/bins/d.py": DOC,
    }
    assert findings(sources) == ["station.bins and station.labels import each other"]


def test_a_ring_of_modules_is_found_and_its_callers_are_not_blamed() -> None:
    sources = {
        "ui/a.py": DOC + "from ui import b",
        "ui/b.py": DOC + "from . import c",
        "ui/c.py": DOC + "def f() -> None: ...\nif TYPE_CHECKING:\n    import ui.b",
        "ui/d.py": DOC,
    }
    assert findings(sources) == ["a ring of imports among ui.b, ui.c"]


def test_what_is_right_is_left_alone() -> None:
    sources = {
        "station/cli/run.py": DOC + "import devices.scales\ndef f():\n    import ui.window\n    from sync import x",
        "station/cli/other.py": DOC + "from station.cli import run",
        "grading/sharp.py": DOC + "def f():\n    import cv2",
        "sync/client.py": DOC + "import httpx\nfrom station import facts",
        "station/labels.py": DOC + "from devices.printers.zpl import field\nfrom devices.readings import Weight",
        "station/tables.py": DOC
        + "import sqlalchemy as sa\nmetadata = sa.MetaData()\nentries = sa.Table('e', metadata)\nsa.Index('i')",
        "station/facts.py": DOC
        + "CODES: Mapping[str, int] = {'a': 1}\nNAMES = ('a', 'b')\nlog = logging.getLogger(__name__)\n"
        + "DECODER = msgspec.json.Decoder(int)\n"
        + "try:\n    import pysqlite3 as sqlite3\nexcept ImportError:\n    import sqlite3\n",
        "devices/reader.py": DOC
        + "def f():\n    try:\n        x()\n    except Exception:  # top of thread: why\n        pass\n"
        + "def g():\n    try:\n        x()\n    except BaseException:\n        undo()\n        raise\n",
    }
    assert findings(sources) == []

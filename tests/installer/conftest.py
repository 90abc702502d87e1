"""What the tests of the installer share: its folder, and its files as modules."""

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

INSTALLER = Path(__file__).parents[2] / "installer"


@pytest.fixture
def installer() -> Path:
    """The folder of the developer's entry."""
    return INSTALLER


@pytest.fixture
def part(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """One file of the installer as a module, by its name; they find each other as they do when run."""
    monkeypatch.syspath_prepend(str(INSTALLER))
    return importlib.import_module

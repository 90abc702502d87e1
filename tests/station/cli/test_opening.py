"""Opening a bench where it cannot work: a plain word, before anything is begun."""

from pathlib import Path

import pytest

from station.cli.opening import chosen, claim
from station.errors import JournalError
from station.settings import SETTINGS_FILE, Settings, write


def test_a_data_folder_that_cannot_be_written_is_a_plain_word(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match="cannot be written") as refused:
        claim(tmp_path / "file" / "station")
    assert refused.value.code == "read_only"


def test_a_demonstration_keeps_the_language_chosen_in_it(tmp_path: Path) -> None:
    demo = tmp_path / "demo"
    assert chosen(tmp_path, None, demo=False) == (demo, Settings(), True)
    demo.mkdir()
    write(demo / SETTINGS_FILE, Settings(language="es", theme="dark"))
    assert chosen(tmp_path, None, demo=False) == (demo, Settings(language="es", theme="dark"), True)
    write(tmp_path / SETTINGS_FILE, Settings(bench="Dock"))
    assert chosen(tmp_path, None, demo=False) == (tmp_path, Settings(bench="Dock"), False)
    assert chosen(tmp_path, None, demo=True)[1].language == "es"

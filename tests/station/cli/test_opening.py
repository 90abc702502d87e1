"""Opening a bench where it cannot work: a plain word, before anything is begun."""

from pathlib import Path

import pytest

from station.cli.opening import claim
from station.errors import JournalError


def test_a_data_folder_that_cannot_be_written_is_a_plain_word(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match="cannot be written") as refused:
        claim(tmp_path / "file" / "station")
    assert refused.value.code == "read_only"

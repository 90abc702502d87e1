"""Data files are found by name, and no name leads out of the folder."""

import pytest

from resources import find


def test_reads_a_file_by_its_name() -> None:
    assert (
        find.read("languages/es/LC_MESSAGES/station.po")
        == find.path("languages/es/LC_MESSAGES/station.po").read_bytes()
    )


def test_lists_what_the_other_two_take() -> None:
    assert find.names("languages") == ["languages/es", "languages/retired.toml", "languages/station.pot"]
    assert all(find.path(name).exists() for name in find.names("languages"))


def test_program_files_are_not_data() -> None:
    assert not [name for name in find.names(".") if name.endswith(".py") or "__" in name]


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../pyproject.toml", "languages/../../x", "a\\b", "C:x"])
def test_no_name_leaves_the_folder(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a data file"):
        find.path(name)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"labels/none\.toml"):
        find.read("labels/none.toml")

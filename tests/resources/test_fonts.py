"""The bundled font loads in Qt in every weight, with figures of one width and all our letters."""

import pytest
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF, QRawFont
from PySide6.QtWidgets import QApplication

from resources import find

WEIGHTS = {
    "Regular": QFont.Weight.Normal,
    "Medium": QFont.Weight.Medium,
    "SemiBold": QFont.Weight.DemiBold,
    "Bold": QFont.Weight.Bold,
}


@pytest.fixture
def family(qapp: QApplication) -> str:
    """The family that all files of the folder make up together."""
    families = set()
    for name in find.names("fonts"):
        if name.endswith(".otf"):
            identity = QFontDatabase.addApplicationFont(str(find.path(name)))
            assert identity >= 0
            families.update(QFontDatabase.applicationFontFamilies(identity))
    assert "Inter" in families
    return "Inter"


@pytest.mark.parametrize("name", WEIGHTS)
def test_every_weight_is_there(family: str, name: str) -> None:
    weights = {QFontDatabase.weight(family, style) for style in QFontDatabase.styles(family)}
    assert WEIGHTS[name].value in weights


def test_every_weight_has_letters_of_its_own(family: str) -> None:
    widths = [QFontMetricsF(QFont(family, 20, weight)).horizontalAdvance("Returns") for weight in WEIGHTS.values()]
    assert widths == sorted(set(widths))


def test_tabular_figures_have_one_width(family: str) -> None:
    font = QFont(family, 20)
    font.setFeature(QFont.Tag("tnum"), 1)
    metrics = QFontMetricsF(font)
    assert len({metrics.horizontalAdvance(digit * 4) for digit in "0123456789"}) == 1


@pytest.mark.parametrize("name", WEIGHTS)
def test_the_letters_of_our_languages_are_there(qapp: QApplication, name: str) -> None:
    raw = QRawFont(find.path(f"fonts/Inter-{name}.otf").as_posix(), 20)
    wanted = "ABCxyz0189áéíóúüñÁÉÍÓÚÜÑ¿¡«»ßöäàèçœ€£…–—→←✓▲●■◆"
    assert not [letter for letter in wanted if not raw.supportsCharacter(ord(letter))]


def test_the_licence_lies_beside_it() -> None:
    assert b"SIL OPEN FONT LICENSE Version 1.1" in find.read("fonts/OFL.txt")

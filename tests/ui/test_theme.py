"""The colours can be read and told apart, by everybody."""

import itertools

import numpy as np
import pytest

from ui.theme import DARK, HUGE, LIGHT, Theme, contrast, stylesheet

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)

# Machado, Oliveira, Fernandes 2009, severity 1.0: how linear RGB is seen without one kind of cone.
SIGHT = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "everybody": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}


@THEMES
def test_text_has_enough_contrast(theme: Theme) -> None:
    for ground in (theme.ground, theme.surface, theme.raised, theme.pressed):
        assert contrast(theme.ink, ground) >= 4.5
    for ground in (theme.ground, theme.surface, theme.raised):
        assert contrast(theme.muted, ground) >= 4.5
    assert contrast(theme.on_main, theme.main) >= 4.5
    for look in (*theme.tones.values(), *theme.dispositions.values()):
        assert contrast(look.ink, look.fill) >= 4.5, look
    for look in theme.lamps.values():
        assert contrast(look.ink, theme.surface) >= 4.5, look
        assert contrast(look.ink, theme.ground) >= 4.5, look


@THEMES
def test_shapes_have_enough_contrast(theme: Theme) -> None:
    for colour in (theme.edge, theme.focus, theme.main, *(look.fill for look in theme.lamps.values())):
        assert contrast(colour, theme.surface) >= 3, colour
    for name, look in theme.dispositions.items():
        assert contrast(look.edge or look.fill, theme.surface) >= 3, name
        assert contrast(look.edge or look.fill, theme.raised) >= 3, name
        assert contrast(look.ink, look.fill) >= 3


@THEMES
@pytest.mark.parametrize("sight", SIGHT)
def test_dispositions_are_told_apart_by_colour_as_everybody_sees_it(theme: Theme, sight: str) -> None:
    seen = {name: _lab(look.fill, SIGHT[sight]) for name, look in theme.dispositions.items()}
    for one, other in itertools.combinations(seen, 2):
        distance = float(np.linalg.norm(seen[one] - seen[other]))
        assert distance > 12, f"{one} and {other} look alike with {sight}: {distance:.1f}"


@THEMES
def test_nothing_rests_on_colour_alone(theme: Theme) -> None:
    for looks in (theme.dispositions, theme.tones, theme.lamps):
        symbols = [look.symbol for look in looks.values()]
        assert len(set(symbols)) == len(symbols)
    patterns = [look.pattern for look in theme.dispositions.values()]
    assert len(set(patterns)) == len(patterns)


@THEMES
def test_the_stylesheet_leaves_no_token_open(theme: Theme) -> None:
    sheet = stylesheet(theme)
    assert "$" not in sheet
    assert f"font-size: {HUGE}px" in sheet


def test_both_themes_have_the_same_tokens() -> None:
    for part in ("dispositions", "tones", "lamps"):
        assert getattr(LIGHT, part).keys() == getattr(DARK, part).keys()
        for name, look in getattr(LIGHT, part).items():
            assert (look.symbol, look.pattern) == (
                getattr(DARK, part)[name].symbol,
                getattr(DARK, part)[name].pattern,
            )


def _lab(colour: str, sight: tuple) -> np.ndarray:
    """CIELAB of a colour as it is seen; D65."""
    rgb = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(sight) @ linear, 0, 1)
    xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    ratio = (xyz @ seen) / np.array([0.95047, 1.0, 1.08883])
    curved = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * curved[1] - 16, 500 * (curved[0] - curved[1]), 200 * (curved[1] - curved[2])])

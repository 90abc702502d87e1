"""Defects in words that every category shares: where one is, what it is, how bad it is."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

Zone = Literal[
    "accessories", "all", "back", "base", "battery", "blade", "body", "cable", "case", "closure", "cloth", "corners",
    "cover", "disc", "ear", "edge", "glaze", "handle", "hinge", "inside", "insole", "joints", "keys", "label", "metal",
    "packaging", "ports", "rim", "screen", "seam", "sole", "strap", "surface", "upper",
]  # fmt: skip
DefectKind = Literal[
    "bent", "burn", "chip", "crack", "crease", "cut", "dead", "dent", "dirt", "expired", "faded", "hole", "leak",
    "liquid", "loose", "missing", "mould", "noise", "partly", "pests", "rust", "scratch", "smell", "stain",
    "swollen", "wear", "writing",
]  # fmt: skip

SEVERITIES = "ABCD"
WORST = len(SEVERITIES)
"""The best letter that a defect of severity 1, 2, 3 and 4 allows."""

ZONE_TEXTS: Mapping[Zone, str] = {
    "accessories": "accessories",
    "all": "whole item",
    "back": "back",
    "base": "base",
    "battery": "battery",
    "blade": "blade or tip",
    "body": "body",
    "cable": "cable or plug",
    "case": "case",
    "closure": "closure",
    "cloth": "cloth",
    "corners": "corners",
    "cover": "cover",
    "disc": "disc or pages",
    "ear": "ear parts",
    "edge": "edge",
    "glaze": "glaze",
    "handle": "handle",
    "hinge": "hinge",
    "inside": "inside",
    "insole": "insole",
    "joints": "joints",
    "keys": "keys",
    "label": "label",
    "metal": "metal parts",
    "packaging": "packaging",
    "ports": "ports",
    "rim": "rim",
    "screen": "screen",
    "seam": "seam",
    "sole": "sole",
    "strap": "strap",
    "surface": "surface",
    "upper": "upper",
}
"""English message ids of where a defect is."""

DEFECT_TEXTS: Mapping[DefectKind, str] = {
    "bent": "bent",
    "burn": "burn mark",
    "chip": "chip",
    "crack": "crack",
    "crease": "crease",
    "cut": "cut, burnt or bare wire",
    "dead": "does not work",
    "dent": "dent",
    "dirt": "dirt",
    "expired": "out of date",
    "faded": "faded",
    "hole": "hole",
    "leak": "leak",
    "liquid": "liquid got in",
    "loose": "loose",
    "missing": "missing",
    "mould": "mould",
    "noise": "noise",
    "partly": "does not all work",
    "pests": "insects",
    "rust": "rust",
    "scratch": "scratch",
    "smell": "smell",
    "stain": "stain",
    "swollen": "fire hazard",
    "wear": "wear",
    "writing": "writing",
}
"""English message ids of what a defect is."""


class Defect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One defect that an answer tells of; `severity` goes from 1 (hardly seen) to 4 (forces the letter D)."""

    zone: Zone
    kind: DefectKind
    severity: Annotated[int, msgspec.Meta(ge=1, le=4)]

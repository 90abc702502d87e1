"""The shipped rubrics and routes, ways through them, and drawn photos, for the tests of this folder."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import cv2
import numpy
import pytest
from hypothesis import strategies as st

from grading.route import RouteTable
from grading.route import parse as parse_routes
from grading.rubric import Answers, Rubric, next_question, parse

Picture = Any
RESOURCES = Path(__file__).parents[2] / "resources"


class Goods:
    """What there is to grade."""

    matched: Mapping[str, object] = MappingProxyType({"match": "matched", "serial": "same", "weight_in_band": True})
    evidence = st.fixed_dictionaries(
        {
            "match": st.sampled_from(["matched", "undeclared", "wrong"]),
            "serial": st.sampled_from(["same", "different", "unread", "not_known"]),
            "weight_in_band": st.sampled_from([True, False, None]),
        },
        optional={"missing": st.just(["cable"])},
    )

    categories = tuple(sorted(file.stem for file in (RESOURCES / "rubrics").glob("*.toml")))

    def __init__(self) -> None:
        self._rubrics: dict[str, Rubric] = {}
        self._routes: dict[str, RouteTable] = {}

    def toml(self, category: str) -> str:
        """The text of one shipped rubric."""
        return (RESOURCES / "rubrics" / f"{category}.toml").read_text(encoding="utf-8")

    def rubric(self, category: str) -> Rubric:
        """One shipped rubric, read once: a rubric cannot change."""
        if category not in self._rubrics:
            self._rubrics[category] = parse(self.toml(category).encode())
        return self._rubrics[category]

    def routes_toml(self, name: str = "default") -> str:
        """The text of one shipped route file."""
        return (RESOURCES / "routes" / f"{name}.toml").read_text(encoding="utf-8")

    def routes(self, client: str = "") -> RouteTable:
        """The shipped routes, with a client's own over them; read once."""
        if client not in self._routes:
            own = self.routes_toml(client).encode() if client else None
            self._routes[client] = parse_routes(self.routes_toml().encode(), own)
        return self._routes[client]

    def facts(self, category: str, **changes: object) -> dict[str, object]:
        """The facts of an item about which nothing is strange."""
        plain = {"category": category, "client": "Anyone", "kind": "return", "price_minor": 9900}
        return {**self.matched} | plain | {"currency": "USD"} | changes

    def best(self, rubric: Rubric, parts: tuple[str, ...] = (), **answers: str) -> Answers:
        """The answers of someone who finds no fault, in an opened box, except where told otherwise."""
        given: Answers = ()
        while (question := next_question(rubric, given, parts)) is not None:
            choice = next(option.id for option in question.options if not option.sealed)
            given = (*given, (question.id, answers.get(question.id, choice)))
        return given

    def walks(self, rubric: Rubric, parts: tuple[str, ...] = ()) -> st.SearchStrategy[Answers]:
        """Any way through a rubric to its end."""

        @st.composite
        def walk(draw: st.DrawFn) -> Answers:
            given: Answers = ()
            while (question := next_question(rubric, given, parts)) is not None:
                given = (*given, (question.id, draw(st.sampled_from(question.options)).id))
                assert len(given) <= len(rubric.questions) + len(parts), "the questions do not end"
            return given

        return walk()


@pytest.fixture(scope="session")
def goods() -> Goods:
    """What there is to grade."""
    return Goods()


class Scenes:
    """Drawn goods on a grey mat under a lamp, with grain, as a bench camera sees them."""

    names = ("phone", "shirt", "shoe", "box", "bottle", "bag")

    def __init__(self) -> None:
        rows, columns = numpy.mgrid[0:960, 0:1280]
        self._fall_off = 1 - 0.125 * (((columns - 640) / 640) ** 2 + ((rows - 480) / 480) ** 2)
        self._grain: dict[int, tuple[Picture, Picture]] = {}

    def picture(self, name: str = "", seed: int = 1, sharp: float = 0.7, mat: int = 100) -> Picture:
        """A scene before it is stored; `sharp` is the lens's blur in pixels, no name means an empty mat."""
        if seed not in self._grain:
            random = numpy.random.default_rng(seed)
            weave, noise = random.normal(0, 6, (2, 960, 1280, 3)).astype(numpy.float32)
            self._grain[seed] = (cv2.GaussianBlur(weave, (0, 0), 1.2), noise / 3)
        weave, noise = self._grain[seed]
        canvas = numpy.clip(mat * self._fall_off[..., None] + weave, 0, 255).astype(numpy.uint8)
        if name:
            getattr(self, f"_{name}")(canvas)
        return cv2.GaussianBlur(canvas.astype(numpy.float32), (0, 0), sharp) + noise

    def exposed(self, picture: Picture, stops: float) -> Picture:
        """The picture with so many stops more light; added in linear light."""
        linear = (numpy.clip(picture, 0, 255) / 255) ** 2.2 * 2**stops
        return numpy.clip(linear, 0, 1) ** (1 / 2.2) * 255

    def jpeg(self, picture: Picture, quality: int = 90) -> bytes:
        """The picture as a camera stores it."""
        pixels = numpy.clip(picture, 0, 255).astype(numpy.uint8)
        return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()

    def shot(self, name: str = "", **how: Any) -> bytes:
        """A scene, stored."""
        return self.jpeg(self.picture(name, **how))

    def _phone(self, canvas: Picture) -> None:
        cv2.rectangle(canvas, (440, 200), (840, 780), (28, 26, 26), -1, cv2.LINE_AA)
        cv2.rectangle(canvas, (462, 240), (818, 740), (70, 60, 48), -1)
        for row in range(12):
            place = (480, 290 + row * 36)
            cv2.putText(canvas, f"Item {row} 8480-650672", place, cv2.FONT_HERSHEY_SIMPLEX, 0.8, (190, 190, 180), 2)

    def _shirt(self, canvas: Picture) -> None:
        right = [(640, 190), (720, 170), (900, 220), (1010, 430), (900, 470), (860, 380), (860, 830)]
        left = [(1280 - x, y) for x, y in reversed(right)]
        cv2.fillPoly(canvas, [numpy.array(right + left, numpy.int32)], (222, 224, 226), cv2.LINE_AA)
        for fold in range(6):
            ends = ((450 + fold * 70, 420 + fold * 20), (480 + fold * 70, 820))
            cv2.line(canvas, *ends, (206, 208, 210), 3, cv2.LINE_AA)

    def _shoe(self, canvas: Picture) -> None:
        cv2.ellipse(canvas, (560, 520), (330, 130), 0, 0, 360, (40, 60, 150), -1, cv2.LINE_AA)
        cv2.ellipse(canvas, (560, 600), (340, 70), 0, 0, 360, (220, 220, 220), -1, cv2.LINE_AA)
        for lace in range(8):
            ends = ((420 + lace * 40, 430), (450 + lace * 40, 470))
            cv2.line(canvas, *ends, (235, 235, 235), 6, cv2.LINE_AA)

    def _box(self, canvas: Picture) -> None:
        cv2.rectangle(canvas, (340, 260), (940, 720), (110, 150, 190), -1, cv2.LINE_AA)
        cv2.line(canvas, (340, 490), (940, 490), (90, 128, 165), 6, cv2.LINE_AA)
        cv2.putText(canvas, "FRAGILE", (420, 430), cv2.FONT_HERSHEY_DUPLEX, 3, (30, 40, 160), 8)

    def _bottle(self, canvas: Picture) -> None:
        cv2.rectangle(canvas, (560, 360), (720, 800), (200, 170, 225), -1, cv2.LINE_AA)
        cv2.rectangle(canvas, (600, 260), (680, 360), (240, 240, 240), -1, cv2.LINE_AA)
        cv2.putText(canvas, "CREAM", (575, 560), cv2.FONT_HERSHEY_DUPLEX, 1.3, (80, 40, 90), 3)

    def _bag(self, canvas: Picture) -> None:
        cv2.ellipse(canvas, (640, 520), (320, 240), 0, 0, 360, (22, 22, 24), -1, cv2.LINE_AA)
        cv2.ellipse(canvas, (640, 330), (150, 150), 0, 180, 360, (26, 26, 28), 18, cv2.LINE_AA)


@pytest.fixture(scope="session")
def scenes() -> Scenes:
    """Drawn goods on a mat."""
    return Scenes()


def printed(seed: int, wide: int = 320, high: int = 240) -> Picture:
    """A thing with much printed on it; no two seeds give the same."""
    chance = numpy.random.default_rng(seed)
    picture = numpy.full((high, wide, 3), 150, numpy.uint8)
    for _ in range(90):
        left, top = int(chance.integers(wide)), int(chance.integers(high))
        right, bottom = left + int(chance.integers(5, 40)), top + int(chance.integers(5, 40))
        colour = tuple(int(each) for each in chance.integers(256, size=3))
        cv2.rectangle(picture, (left, top), (right, bottom), colour, -1)
    return picture


def stored(picture: Picture, quality: int = 90) -> bytes:
    """The picture as a JPEG."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()

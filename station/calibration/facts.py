"""The facts of a second look: another person looks at a graded item again, and sees nothing of the first look."""

from station.fact import Fact


class SecondLookBegan(Fact, frozen=True):
    """A person takes a graded item from its bin to look at it again. All that the first look rests on is kept here.

    `answers` are the first ones, question and option, by the `rubric` they were given to; `grader` gave them, and
    `letter`. `match`, `serial` (its verdict) and `in_band` are what was measured then, and hold for both looks.
    """

    item: str
    plate: str
    parcel: str
    category: str
    client: str
    rubric: str
    grader: str
    letter: str
    answers: tuple[tuple[str, str], ...]
    match: str
    serial: str = "not_known"
    in_band: bool | None = None


class SecondAnswered(Fact, frozen=True):
    """An answer of the second look."""

    item: str
    question: str
    option: str


class SecondAnswerTakenBack(Fact, frozen=True):
    """The last answer of the second look was a mistake."""

    item: str
    question: str


class SecondLookLeft(Fact, frozen=True):
    """The second look was left before its end: it says nothing, and may be begun again."""

    item: str


class SecondGraded(Fact, frozen=True):
    """Both looks at an item: who looked first (`grader`) and the letters; `answers` are question, first and second
    option of those questions that both were asked. Who looked second is the operator of the fact.
    """

    item: str
    plate: str
    category: str
    client: str
    rubric: str
    grader: str
    first_letter: str
    letter: str
    cosmetic: str
    functional: str
    answers: tuple[tuple[str, str, str], ...] = ()


class RefresherAsked(Fact, frozen=True):
    """In training, a supervisor (`by`) asks for a refresher of the person with this badge; `stands` is False when that
    is taken back.
    """

    badge: str
    by: str
    stands: bool = True


class RefresherBegan(Fact, frozen=True):
    """In training, a person begins to grade a past item once more by its photos. All that is needed is kept here.

    `letter` is the grade that people agreed on, `reasons` (English) what it rests on, and `answers` those agreed on,
    question and option, by the `rubric` that is asked. `parts` are a kit's; `photos` are shot and SHA-256. `match`,
    `serial` (its verdict) and `in_band` were measured then.
    """

    item: str
    plate: str
    title: str
    category: str
    client: str
    rubric: str
    letter: str
    answers: tuple[tuple[str, str], ...]
    photos: tuple[tuple[str, str], ...]
    match: str
    parts: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    serial: str = "not_known"
    in_band: bool | None = None


class RefresherAnswered(Fact, frozen=True):
    """An answer of a refresher."""

    item: str
    question: str
    option: str


class RefresherAnswerTakenBack(Fact, frozen=True):
    """The last answer of the refresher was a mistake."""

    item: str
    question: str


class RefresherLeft(Fact, frozen=True):
    """The refresher was left before its end: it says nothing, and may be begun again."""

    item: str


class RefresherEnded(Fact, frozen=True):
    """A past item was graded once more: the letter that was `agreed` on, and the one that the operator came to.

    `answers` are those questions that differ: question, agreed option, given option.
    """

    item: str
    category: str
    rubric: str
    agreed: str
    letter: str
    answers: tuple[tuple[str, str, str], ...] = ()

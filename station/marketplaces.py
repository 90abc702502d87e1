"""What a graded and routed unit is called by marketplaces and clients' systems: for central and for the preview."""

from collections.abc import Iterable

from grading import mappings
from grading.mappings import CodeBook, Coded, Liability, Outcome
from resources import find
from station.receiving.facts import ItemIdentified
from station.records import Disposition
from station.routing.facts import Graded


def read_mappings() -> tuple[CodeBook, ...]:
    """Read the mappings that came with the program; raises RubricError naming the place."""
    return tuple(mappings.parse(find.read(name)) for name in find.names("mappings") if name.endswith(".toml"))


def codes_of(
    known: Iterable[CodeBook],
    identified: ItemIdentified,
    graded: Graded,
    disposition: Disposition,
    answers: tuple[tuple[str, str], ...] = (),
    liability: Liability = "",
) -> tuple[Coded, ...]:
    """Return the codes of a unit in every mapping, from the facts that tell of it; `disposition` is where it went.

    Without a code, `Coded.word` says why: nothing is to be sent then before a person has chosen.
    """
    outcome = Outcome(
        category=identified.category,
        letter=graded.letter,
        cosmetic=graded.cosmetic,
        functional=graded.functional,
        stops=graded.stops,
        missing="yes" if graded.missing else "no",
        match=identified.match,
        disposition=disposition,
        liability=liability,
        answers=tuple(f"{question}:{option}" for question, option in answers),
    )
    return tuple(coded for each in known for coded in mappings.codes(each, outcome))


def codes_of_missing(known: Iterable[CodeBook], category: str) -> tuple[Coded, ...]:
    """Return the codes of a declared unit that was not in its parcel."""
    return tuple(coded for each in known for coded in mappings.codes(each, Outcome(category, match="missing")))

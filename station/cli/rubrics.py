"""`returns-station rubric`: checks rubrics before anyone works by them, and walks through one in the terminal."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from grading import mappings, overrides, route, rubric, soundness
from grading.defects import DEFECT_TEXTS, ZONE_TEXTS
from grading.explain import explain, sentences
from grading.grade import Grade, grade
from grading.reasons import Reason, deciding
from grading.route import Route
from grading.rubric import Answers, Functional, Option, Prep, Question, Rubric
from grading.scores import SCORE_TEXTS
from grading.worth import Worth
from resources import find
from resources.words import Translator, mark
from station import proof
from station.cli.language import translator
from station.interlocks import OTHER
from station.marketplaces import read_mappings
from station.references import AnswerPictures
from station.rules import Rules, applied, read_rules
from station.settings import SettingsError
from station.stages import preps_asked
from station.trial import read_file
from station.words import ROUTE_WORDS

KEYS = 9
_PLACES: Mapping[str, str] = {"questions": "question", "shots": "photo", "prep": "prep step"}
_EVIDENCE: Mapping[str, object] = {"match": "matched", "serial": "not_known", "weight_in_band": True}
_ARTICLE: Mapping[str, object] = {"client": "", "kind": "return", "price_minor": 10_000, "currency": "USD"}
_FUNCTION_WORDS: Mapping[Functional, str] = {
    "sealed": mark("never opened"),
    "works": mark("it works"),
    "partly": mark("it works in part"),
    "untested": mark("not known to work"),
    "faulty": mark("it does not work"),
}


class Walk(msgspec.Struct, frozen=True):
    """How a rubric is walked: `answers` are option ids or keys between commas, read from the terminal when None;
    `parts` are a kit's; `client` is whose goods they are; `data` the station whose own pictures are named.
    """

    answers: str | None
    parts: str
    client: str = ""
    data: Path | None = None


def check(place: Path | None) -> int:
    """Say what is to be mended in a rubric, a folder of them, or those that came with the program; 1 when anything is.

    Raises SettingsError for a place where there is nothing to check, OSError for one that cannot be read.
    """
    files = _files(place)
    findings = list(_findings(files))
    for file in files:
        if overrides.is_override(read_file(file)):
            sys.stdout.writelines(f"{line}\n" for line in (*_differences(file), *_remarks(file)))
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    counted = f"{len(files)} {'rubric' if len(files) == 1 else 'rubrics'} checked"
    sys.stdout.write(f"{counted}: {len(findings)} to mend.\n" if findings else f"{counted}: nothing to mend.\n")
    return int(bool(findings))


def diff(place: Path | None) -> int:
    """Say in words what clients' overrides change: one file's, a folder's, or those that came with the program.

    Raises SettingsError for a place without any; 1 when one cannot be applied.
    """
    broken: list[str] = []
    files = []
    for file in _files(place):
        toml = read_file(file)
        try:
            rubric.decoded(toml, dict[str, object])
        except rubric.RubricError as error:
            broken.append(f"{file}: {error}.")
        if overrides.is_override(toml):
            files.append(file)
    if not files and not broken:
        raise SettingsError(f"{place} overrides nothing (no file in it says overrides = ...).")
    sys.stdout.writelines(f"{line}\n" for file in files for line in _differences(file))
    sys.stdout.writelines(f"{line}\n" for line in broken)
    return int(bool(broken) or any(_findings(files)))


def preview(name: str, language: str, walk: Walk, codes: bool = False) -> int:
    """Walk through the rubric of a category, or of a file; 1 when it is unsound, or was left before its end.

    With `codes`, what marketplaces call the outcome is told too.
    """
    translator(language)  # refuses a language we do not have, before anything is walked
    shown = _rubric(name, walk.client)
    tr = translator(language, shown.words)
    unsound = soundness.check(shown)
    if unsound:
        sys.stdout.writelines(f"{name}: {_where(each.place)}: {each.text}.\n" for each in unsound)
        sys.stderr.write(f"returns-station: {name} is unsound, and no bench would ask by it: mend this first\n")
        return 1
    rules, client = read_rules(), walk.client.casefold()
    if client and client not in rules.routes and all(client != name for name, _ in rules.clients):
        known = sorted({name for name in rules.routes if name} | {name for name, _ in rules.clients})
        sys.stderr.write(f"returns-station: nobody knows a client {walk.client!r}; known are {', '.join(known)}\n")
    kit = tuple(_split(walk.parts))
    script = None if walk.answers is None else iter(_split(walk.answers))
    given = _walked(shown, walk, tr, _typed if script is None else lambda: next(script, None))
    if given is None:
        return 1
    left = list(script or ())
    if left:
        sys.stderr.write(f"returns-station: the questions ended before these answers: {', '.join(left)}\n")
        return 1
    graded, routed = _conclusion(shown, given, kit, _client(name, walk.client), tr)
    if codes:
        outcome = mappings.outcome_of(shown.category, graded, routed.disposition, "matched", "", given)
        for mapping in read_mappings():
            for coded in mappings.codes(mapping, outcome):
                none = tr.format(mark("none: {why}"), why=tr.gettext(coded.word))
                _say(f"  {mapping.title}, {coded.list}: {coded.code or none}")
    return 0


def _files(place: Path | None) -> list[Path]:
    place = find.path("rubrics") if place is None else place
    files = [*sorted(place.glob("*.toml")), *sorted(place.glob("clients/*.toml"))] if place.is_dir() else [place]
    if not files:
        raise SettingsError(f"{place} has no rubric in it (no file that ends in .toml).")
    return files


def _findings(files: list[Path]) -> Iterator[str]:
    """One sentence for each fault of each file, and for what the files say against each other."""
    rules = read_rules()
    read: dict[Path, Rubric] = {}
    bases = dict(rules.versions)
    for file in files:
        try:
            made = _made(file, bases)
        except rubric.RubricError as error:
            yield f"{file}: {error}."
            continue
        if not made.over:
            read[file] = bases[made.name] = made
        problems = proof.of_rubric(rules, made) + proof.unknown(rules, made)
        yield from (f"{file}: {_where(each.place)}: {each.text}." for each in problems)
        yield from (f"{file}: {_where(each.place)}: {each.text}" for each in proof.untranslated(made))
    yield from _together(read)
    yield from _seconds(files, rules, bases)


def _seconds(files: list[Path], rules: Rules, bases: Mapping[str, Rubric]) -> Iterator[str]:
    """Overrides of one client and category that another of the files, or one of the program's, is for too."""
    first: dict[tuple[str, str], Path] = {}
    for file in files:
        try:
            override = overrides.parse(read_file(file))
            category = bases[override.overrides].category
        except (rubric.RubricError, KeyError):  # no override, or one that was told of already
            continue
        yield from (f"{file}: {each.place}: {each.text}." for each in proof.second(rules, override, category))
        other = first.setdefault((override.client.casefold(), category), file)
        if other != file:
            yield f"{file}: client: {other} is {override.client}'s override of {category} too; make them one."


def _made(file: Path, bases: Mapping[str, Rubric]) -> Rubric:
    """The rubric of a file, or the one it overrides with that applied; raises RubricError."""
    toml = read_file(file)
    return applied(overrides.parse(toml), bases) if overrides.is_override(toml) else rubric.parse(toml)


def _shipped() -> dict[str, Rubric]:
    """The rubrics that came with the program, by name and version."""
    return dict(read_rules().versions)


def _differences(file: Path) -> Iterator[str]:
    """What an override says of itself and, where it can be applied, each thing it changes."""
    try:
        override = overrides.parse(read_file(file))
        base = _shipped().get(override.overrides)
        if base is None:
            raise rubric.RubricError(f"overrides: no {override.overrides} is known; name a version that is in use")
    except rubric.RubricError as error:
        yield f"{file}: {error}."
        return
    yield f"{file}: {override.name} overrides {override.overrides} for {override.client}:"
    yield from (f"  - {sentence}" for sentence in overrides.described(base, override))


def _remarks(file: Path) -> Iterator[str]:
    """What may be a slip in an override that can be read."""
    try:
        override = overrides.parse(read_file(file))
    except rubric.RubricError:  # told of as a finding
        return
    yield from (f"{file}: note: {each.place}: {each.text}." for each in proof.remarks(read_rules(), override))


def _together(read: Mapping[Path, Rubric]) -> Iterator[str]:
    """What is wrong between the categories of several files."""
    shipped = read_rules().rubrics
    all_together = {**shipped} | {each.category: each for each in read.values()}
    wide = {each.category for each in all_together.values() if each.kind_of is None}
    first: dict[str, Path] = {}
    for file, each in read.items():
        if each.kind_of is not None and each.kind_of not in wide:
            yield f"{file}: kind_of: {each.kind_of} is no category that people are offered."
        if each.category in first:
            yield f"{file}: category: {each.category} is that of {first[each.category]} too."
        first.setdefault(each.category, file)
    if len(wide) > KEYS:
        yield f"{len(wide)} categories are offered on {KEYS} keys: say kind_of in {len(wide) - KEYS} of the new ones."


def _where(place: str) -> str:
    kind, *names = place.split(".")
    if not names:
        return kind
    return f"{_PLACES[kind]} {names[0]}" + (f", option {names[1]}" if len(names) > 1 else "")


def _rubric(name: str, client: str) -> Rubric:
    try:
        if name.endswith(".toml"):
            return _made(Path(name), _shipped())
        rules = read_rules()
    except rubric.RubricError as error:
        raise SettingsError(f"{name}: {error}") from error
    found = rules.rubric(name, client)
    if found is None:
        raise SettingsError(f"There are no questions for the category {name!r}; one of {', '.join(rules.rubrics)}.")
    return found


def _client(name: str, client: str) -> str:
    """Whose goods are walked through: who was named, or whom the file of an override is for."""
    if client or not name.endswith(".toml"):
        return client
    toml = read_file(Path(name))
    return overrides.parse(toml).client if overrides.is_override(toml) else ""


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _typed() -> str | None:
    sys.stdout.write("> ")
    sys.stdout.flush()
    line = sys.stdin.readline()
    return line.strip() if line else None


def _walked(shown: Rubric, walk: Walk, tr: Translator, give: Callable[[], str | None]) -> Answers | None:
    """Ask in the bench's order, photos as soon as they are due; None when the answers stopped or do not fit."""
    answers: Answers = ()
    parts, own = tuple(_split(walk.parts)), _pictures(walk.data) if walk.data is not None else None
    photographed: set[str] = set()
    _say(shown.name)
    while True:
        question = rubric.next_question(shown, answers, parts)
        for shot in rubric.shots_needed(shown, answers):
            if shot.id not in photographed and not (question is not None and question.at_once):
                photographed.add(shot.id)
                _say(f"\n[{tr.gettext(mark('Photo'))}] {tr.gettext(shot.text)}", f"    {tr.gettext(shot.hint)}")
        if question is None:
            return answers
        _say(f"\n{tr.format(question.text, **question.params)}", f"    {tr.gettext(question.hint)}")
        for option in question.options:
            photograph = own.of(shown.category, question.id, option.id, walk.client) if own is not None else None
            picture = photograph or option.picture
            words = f"  {option.key}  {tr.format(option.text, **option.params)}  ({option.id})"
            _say(f"{words}  [{picture}]" if picture else words)
        chosen = _chosen(question, give)
        if chosen is None:
            return None
        _say(f"= {tr.format(chosen.word, **chosen.params)}")
        answers = (*answers, (question.id, chosen.id))
        if chosen.stop and not _is_photographed(chosen.stop):
            return answers


def _is_photographed(stop: str) -> bool:
    """Tell whether photos are asked for after a stop, as at the bench."""
    known = read_rules().interlocks
    return known.get(stop, known[OTHER]).photos


def _pictures(data: Path) -> AnswerPictures:
    from station.cli import pictures  # with all that a station is made of

    return pictures.pictures_of(data)


def _chosen(question: Question, give: Callable[[], str | None]) -> Option | None:
    """The option that was named by its id or key; typed again where it fits none, refused where a script says it."""
    while True:
        said = give()
        if said is None:
            sys.stderr.write(f"returns-station: question {question.id} is still open\n")
            return None
        for option in question.options:
            if said in (option.id, str(option.key)):
                return option
        offered = ", ".join(option.id for option in question.options)
        sys.stderr.write(f"returns-station: question {question.id} has no answer {said!r}; one of {offered}\n")
        if give is not _typed:  # a script is not asked again: what follows answers other questions
            return None


def _conclusion(
    shown: Rubric, answers: Answers, parts: tuple[str, ...], client: str, tr: Translator
) -> tuple[Grade, Route]:
    """Say its defects, the grade and the route, with the reasons of both, and what is to be done to it then."""
    _say("")
    for _, defect in rubric.defects(shown, answers, parts):
        zone, kind = tr.gettext(ZONE_TEXTS[defect.zone]), tr.gettext(DEFECT_TEXTS[defect.kind])
        words = mark("Defect: {zone}, {kind}, severity {severity} of 4")
        _say(tr.format(words, zone=zone, kind=kind, severity=str(defect.severity)))
    preps = rubric.prep_needed(shown, answers, parts)
    prep_s = sum(step.seconds for step in preps)
    graded = grade(shown, answers, {**_EVIDENCE, "parts": parts})
    facts = {**_EVIDENCE, **_ARTICLE, "client": client, "category": shown.category, "prep_s": prep_s}
    table = read_rules().table(client)
    routed = route.route(table, graded, facts)
    function = tr.gettext(_FUNCTION_WORDS[graded.functional])
    letter = graded.letter or tr.gettext(mark("none"))
    _say(tr.format(mark("Grade: {letter} ({function}) by {rule}"), letter=letter, function=function, rule=graded.rule))
    _because(graded.reasons, tr)
    for axis, score in graded.scores:
        words = tr.format(mark("{axis}: {score} of 100"), axis=tr.gettext(SCORE_TEXTS[axis]), score=str(score))
        _say(f"  {words}")
    for sentence in sentences(explain(shown, answers, {**_EVIDENCE, "parts": parts}), tr.format):
        _say(f"  {sentence}")
    way = tr.gettext(ROUTE_WORDS[routed.disposition])
    _say(tr.format(mark("Route, announced and worth 100.00 USD: {way} by {rule}"), way=way, rule=routed.rule))
    _because(deciding(routed.disposition, routed.reasons), tr)
    if routed.owner:
        _say(f"  - {tr.gettext(route.OWNER_TEXTS[routed.owner])}")
    for worth in routed.breakdown if routed.values else ():
        _say(f"  {tr.gettext(ROUTE_WORDS[worth.way])}: {_value(worth, tr)}")
    _say_preps(preps_asked(preps, graded.functional, routed.disposition, table.figures.prepared), tr)
    return graded, routed


def _value(worth: Worth, tr: Translator) -> str:
    """What a way is worth, or why it is closed: an amount nobody can have is none."""
    if worth.refused is not None or worth.minor is None:
        return f"- ({tr.format(worth.refused.text, **worth.refused.params)})" if worth.refused is not None else "-"
    return tr.money(worth.minor)


def _say_preps(preps: tuple[Prep, ...], tr: Translator) -> None:
    for step in preps:
        seconds = tr.format(mark("{seconds} s"), seconds=str(step.seconds))
        _say(f"[{tr.gettext(mark('Prepare'))}] {tr.gettext(step.text)} ({seconds})", f"    {tr.gettext(step.hint)}")


def _because(reasons: tuple[Reason, ...], tr: Translator) -> None:
    for why in reasons:
        _say(f"  - {tr.format(why.text, **why.params)}")


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")

"""The report of a shift on paper: what differs first, then the ten rules, who and how quick, and how to prove it."""

from collections.abc import Mapping

import msgspec

from resources.words import Translator, mark
from station.calibration.report import agreements, kappa
from station.exceptions.kinds import DECISION_WORDS
from station.printed.paper import Paper
from station.shifts.figure_lines import span, there_words, title_of
from station.shifts.figures import LEFT_WORDS, UNIT_WORDS, Carried
from station.shifts.noted import words as noted_words
from station.shifts.proof import Print
from station.shifts.report import Report, ReportLine
from station.words import (
    DIFFERENCE_WORDS,
    EXCEPTION_WORDS,
    FOUND_WORDS,
    OWNER_WORDS,
    defect_words,
    letter_words,
    line_words,
    return_reason_words,
)

_LATE: Mapping[str, str] = {
    "sheet": mark("{shift}: sheet of {name}, delivered {units}, refused {refused}, not found {not_found}"),
    "signature": mark("{shift}: second signature, by {name}"),
    "void": mark("{shift}: plate {name} is void"),
    "decision": mark("{shift}: decided about {name}: {about}"),
    "taken_back": mark("{shift}: taken back about {name}: {about}"),
    "second_look": mark("{shift}: second look at {name}"),
}
# The questions come the least alike first.
_MOST_LOOKS = 16
# So many plates of the count, units of a kind, things carried over, and kinds of defects stand on paper.
_MOST_FOUND, _MOST_UNITS, _MOST_CARRIED, _MOST_DEFECTS = 100, 24, 40, 24


def pdf(told: Print, tr: Translator) -> bytes:
    """Return the printed report, in the reader's language."""
    report = told.report
    words = mark("Proof {code}: returns-station prove DATA {shift} {code}")
    proof = tr.format(words, code=told.code, shift=report.shift)
    paper = Paper(proof, told.at)
    paper.title(
        tr.format(mark("Shift {shift}"), shift=report.shift),
        (
            tr.format(mark("{bench}, opened {at}"), bench=report.bench, at=_moment(report.opened_at)),
            _state(report, tr),
            tr.format(mark("As of fact {seq} of the journal, {at}"), seq=str(told.seq), at=_moment(told.at)),
        ),
    )
    if report.counting_at and not report.reviewed_at:
        paper.words(tr.gettext(mark("The bins are being counted, blind: there are no figures before the last one.")))
        return paper.done()
    _differences(paper, told, tr)
    _rules(paper, report, tr)
    _work(paper, told, tr)
    _defects(paper, told, tr)
    _looks(paper, told, tr)
    _noted(paper, report, tr)
    _late(paper, report, tr)
    _left(paper, told, tr)
    paper.heading(tr.gettext(mark("End of the report")))
    return paper.done()


def _state(report: Report, tr: Translator) -> str:
    if report.locked_at:
        verdicts = {
            "balanced": mark("balanced"),
            "explained": mark("explained"),
            "open": mark("closed with open items"),
        }
        verdict = tr.gettext(verdicts.get(report.verdict, report.verdict))
        signed = {"who": report.signed_by, "at": _moment(report.signed_at), "verdict": verdict}
        if not report.countersigned_by:
            return tr.format(mark("Signed by {who} at {at}: {verdict}"), **signed)
        later = {"second": report.countersigned_by, "later": _moment(report.countersigned_at)}
        return tr.format(mark("Signed by {who} at {at} and by {second} at {later}: {verdict}"), **signed, **later)
    if report.signed_at:
        words = mark("Signed by {who} at {at}. It waits for a second supervisor's signature.")
        return tr.format(words, who=report.signed_by, at=_moment(report.signed_at))
    return tr.gettext(mark("Not signed: the shift is not closed yet."))


def _differences(paper: Paper, told: Print, tr: Translator) -> None:
    """What a supervisor asks first: lines that differ, plates the count names, and units over, short and damaged."""
    off = [line for line in told.report.lines if line.difference]
    paper.heading(tr.gettext(mark("What differs")))
    if not off and not told.report.findings and not told.figures.units:
        paper.words(tr.gettext(mark("Nothing. Every line adds up, and every plate lies where it should.")))
    for line in off:
        whys = ((tr.gettext(DIFFERENCE_WORDS.get(each.why, each.why)), each) for each in line.reasons)
        reasons = ", ".join(f"{words} {each.units:+d} ({each.operator})" for words, each in whys)
        why = reasons or tr.gettext(mark("no reason was given"))
        paper.words(f"{line.difference:+d}  {_about(line, tr)}: {why}")
    if told.report.findings:
        heads = [tr.gettext(each) for each in (mark("Found"), mark("Plate"), mark("Belongs to"), mark("Counted in"))]
        rows = [
            (tr.gettext(FOUND_WORDS.get(each.kind, each.kind)), each.plate, each.bin, each.found)
            for each in told.report.findings[:_MOST_FOUND]
        ]
        paper.table(heads, rows, (25, 35, 30, 30))
        _more(paper, len(told.report.findings) - len(rows), tr)
    if told.figures.units:
        words = (mark("Units"), mark("Code"), mark("What"), mark("Client"), mark("Count"))
        units = [
            (
                tr.gettext(UNIT_WORDS.get(each.kind, each.kind)),
                each.code,
                title_of(each, tr),
                each.client,
                str(each.units),
            )
            for kind in UNIT_WORDS
            for each in [each for each in told.figures.units if each.kind == kind][:_MOST_UNITS]
        ]
        paper.table([tr.gettext(each) for each in words], units, (16, 32, 50, 26, 12))
        _more(paper, len(told.figures.units) - len(units), tr)


def _more(paper: Paper, count: int, tr: Translator) -> None:
    """Say that a list goes on: paper is to be read, and set while somebody waits."""
    if count > 0:
        words = mark("And {count} more: returns-station shift with --form csv names each of them.")
        paper.words(tr.format(words, count=str(count)))


def _rules(paper: Paper, report: Report, tr: Translator) -> None:
    paper.heading(tr.gettext(mark("The ten rules, by client")))
    heads = ["", *(tr.gettext(each) for each in (mark("Line"), mark("expected"), mark("actual"), mark("differs")))]
    rows = [
        (
            str(line.rule),
            _told(line, tr),
            str(line.expected),
            str(line.actual),
            f"{line.difference:+d}" if line.difference else "0",
            str(line.explained),
        )
        for line in report.lines
    ]
    paper.table([*heads, tr.gettext(mark("explained"))], rows, (6, 90, 17, 14, 14, 17))


def _told(line: ReportLine, tr: Translator) -> str:
    parts = ", ".join(f"{tr.gettext(part.name)} {part.units}" for part in line.parts)
    live = tr.format(mark("as of {at}, no signature fixes this line"), at=_moment(line.as_of)) if line.as_of else ""
    return " · ".join(filter(None, (_about(line, tr), parts, live)))


def _work(paper: Paper, told: Print, tr: Translator) -> None:
    """How much, how quick and by whom; which grades, and why."""
    counted = told.figures
    paper.heading(tr.gettext(mark("Work")))
    paper.words(
        tr.format(
            mark("Parcels finished: {parcels}. Items placed: {items}. A parcel took {median} (9 of 10 within {most})."),
            parcels=str(counted.parcels),
            items=str(counted.items),
            median=span(counted.cycle_median_s),
            most=span(counted.cycle_p90_s),
        )
    )
    if counted.untimed:
        words = mark("Parcels without a time: {count}. The clock was set back while they were open.")
        paper.words(tr.format(words, count=str(counted.untimed)))
    if counted.hours:
        paper.words(tr.gettext(mark("Items placed by hour (UTC)")))
        paper.bars([(f"{hour[:10]} {hour[11:]}:00", count) for hour, count in counted.hours])
    if counted.people:
        heads = (mark("Badge"), mark("Items"), mark("an hour"), mark("everyone, of this mix"))
        rows = [
            (each.badge, str(each.items), f"{each.per_hour:.1f}", f"{each.mix_per_hour:.1f}") for each in counted.people
        ]
        paper.table([tr.gettext(each) for each in heads], rows, (40, 20, 20, 40))
    returned = [(tr.gettext(return_reason_words(code)), count) for code, count in counted.returned_why]
    for title, values in (
        (mark("Grades"), [(tr.gettext(letter_words(name)), count) for name, count in counted.grades]),
        (mark("Where goods went"), [(_way(way, tr), count) for way, count in counted.ways]),
        (mark("What grades rest on"), [(tr.gettext(text), count) for text, count in counted.reasons]),
        (mark("Why customers sent it back, by units"), returned),
    ):
        if values:
            paper.heading(tr.gettext(title))
            paper.bars(values)


def _defects(paper: Paper, told: Print, tr: Translator) -> None:
    """Which defects the placed items have, by category, zone and kind."""
    found = told.figures.defects
    if not found:
        return
    paper.heading(tr.gettext(mark("Defects by kind")))
    heads = (mark("Category"), mark("Where"), mark("What"), mark("Units"))
    rows = [
        (*map(tr.gettext, defect_words(each.category, each.zone, each.kind)), str(each.units))
        for each in found[:_MOST_DEFECTS]
    ]
    paper.table([tr.gettext(each) for each in heads], rows, (50, 45, 45, 16))
    _more(paper, len(found) - len(rows), tr)


def _looks(paper: Paper, told: Print, tr: Translator) -> None:
    """How alike people grade, by the second looks of the shift: the letters, and the questions least alike."""
    looks = told.figures.looks
    if not looks.letters.pairs:
        return
    paper.heading(tr.gettext(mark("Second looks")))
    heads = (mark("About"), mark("Looks"), mark("Alike"), mark("Kappa (95 of 100)"))
    names = {"all": tr.gettext(mark("all grades"))}
    rows = [
        (names.get(what, name), str(each.pairs), f"{each.share:.0%}", kappa(each, tr.gettext))
        for what, name, each in agreements(looks)
    ]
    paper.table([tr.gettext(each) for each in heads], rows[:_MOST_LOOKS], (74, 16, 16, 54))


def _late(paper: Paper, report: Report, tr: Translator) -> None:
    """What was said in this shift about one that was over already."""
    if not report.late:
        return
    paper.heading(tr.gettext(mark("Came late, and belongs to an earlier shift")))
    for each in report.late:
        params = {name: str(value) for name, value in msgspec.structs.asdict(each).items()}
        about = tr.gettext(DECISION_WORDS[each.about]) if each.about in DECISION_WORDS else each.about
        paper.words(tr.format(_LATE[each.kind], **params | {"about": about}))


def _noted(paper: Paper, report: Report, tr: Translator) -> None:
    """Who answers for what, which bins left, and what was counted again; write-offs first, and all of them."""
    if not report.noted:
        return
    paper.heading(tr.gettext(mark("Written off, changed, taken back, and bins that left")))
    lost = [each for each in report.noted if each.kind == "written_off"]
    rest = [each for each in report.noted if each.kind != "written_off"]
    for each in (*lost, *rest[:_MOST_FOUND]):
        paper.words(noted_words(each, tr, _moment(each.at)))
    _more(paper, len(rest) - _MOST_FOUND, tr)


def _left(paper: Paper, told: Print, tr: Translator) -> None:
    paper.heading(tr.gettext(mark("Carried over")))
    if not told.figures.carried:
        paper.words(
            tr.gettext(mark("Nothing: every parcel is finished, every item lies in a bin, every exception is decided."))
        )
        return
    paper.bars(list(told.figures.ages))
    heads = (mark("Code"), mark("What"), mark("Client"), mark("since"), mark("Owner"))
    rows = [
        (each.code, _what(each, tr), each.client, _moment(each.since), _owner(each, tr))
        for each in told.figures.carried[:_MOST_CARRIED]
    ]
    paper.table([tr.gettext(each) for each in heads], rows, (36, 40, 26, 30, 26))
    _more(paper, len(told.figures.carried) - len(rows), tr)


def _what(left: Carried, tr: Translator) -> str:
    what = tr.gettext(EXCEPTION_WORDS.get(left.about, left.about) or LEFT_WORDS[left.what])
    return " · ".join(filter(None, (what, there_words(left, left.there.by if left.there else "", tr))))


def _owner(left: Carried, tr: Translator) -> str:
    """Return who began it, or sees to it; of an exception that nobody sees to, who must decide it."""
    return tr.gettext(OWNER_WORDS.get(left.owner, left.owner)) if left.about else left.owner


def _about(line: ReportLine, tr: Translator) -> str:
    return " · ".join(part for part in (tr.gettext(line.name), line.client, _way(line.way, tr)) if part)


def _way(way: str, tr: Translator) -> str:
    return tr.gettext(line_words(way)) if way else ""


def _moment(at: str) -> str:
    return f"{at[:16].replace('T', ' ')} UTC" if at else ""

"""What decisions about exceptions change in the projected tables; an undo of a parcel's step takes none of it back."""

from collections.abc import Mapping

from station import schema
from station.change import Change
from station.exceptions.facts import DecisionTakenBack, ExceptionDecided, ExceptionTaken
from station.receiving.facts import Regraded
from station.statements import update, upsert

CHANGES: Mapping[type, Change] = {
    ExceptionTaken: Change(
        upsert(schema.taken),
        lambda fact, said: {
            "station": said.station,
            "exception": fact.exception,
            "badge": fact.badge,
            "taken_at": said.at,
        },
    ),
    ExceptionDecided: Change(
        upsert(schema.decision),
        lambda fact, said: {
            "station": said.station,
            "exception": fact.exception,
            "n": fact.n,
            "decision": fact.decision,
            "decided_to": fact.to,
            "why": fact.why,
            "badge": fact.badge,
            "decided_at": said.at,
            "taken_back_at": "",
            "parcel": fact.parcel,
            "item": fact.item,
            "decided_n": said.shift_n,
            "taken_back_n": 0,
        },
    ),
    Regraded: Change(
        upsert(schema.regrade),
        lambda fact, said: {
            "station": said.station,
            "item": fact.item,
            "n": fact.n,
            "letter": fact.graded.letter,
            "was_letter": fact.was_letter,
            "disposition": fact.disposition,
            "was_disposition": fact.was_disposition,
            "graded_at": said.at,
            "operator": said.operator,
        },
    ),
    DecisionTakenBack: Change(
        update(schema.decision, "taken_back_at", "taken_back_n"),
        lambda fact, said: {
            "station": said.station,
            "exception": fact.exception,
            "n": fact.n,
            "taken_back_at": said.at,
            "taken_back_n": said.shift_n,
        },
    ),
}

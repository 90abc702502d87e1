"""What second looks leave in the projected tables: one row for each that came to its end."""

from collections.abc import Mapping

import msgspec

from station import schema
from station.calibration.facts import SecondGraded
from station.change import Change
from station.statements import upsert

CHANGES: Mapping[type, Change] = {
    SecondGraded: Change(
        upsert(schema.second_look),
        lambda fact, said: {
            "station": said.station,
            "item": fact.item,
            "second": said.operator,
            "grader": fact.grader,
            "category": fact.category,
            "client": fact.client,
            "rubric": fact.rubric,
            "first_letter": fact.first_letter,
            "letter": fact.letter,
            "answers": msgspec.json.encode(fact.answers).decode(),
            "looked_at": said.at,
            "looked_n": said.shift_n,
        },
    ),
}

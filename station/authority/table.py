"""Who may do what, as a table for people: each act in a row, each role in a column."""

from collections.abc import Iterator, Mapping

from station.authority.may import Act, Close, Decide, Override, Sign, may
from station.authority.roles import EVERY, Alone, Authority, Overrides, Role
from station.records import DISPOSITIONS

_OTHERS: Mapping[str, Act] = {"close a shift": Close(), "sign a shift": Sign(), "sign as the second": Sign(second=True)}
_WORDS: Mapping[str, str] = {"yes": "yes", "step_up": "badge", "never": "never"}


def table(authority: Authority) -> str:
    """Return the table in Markdown.

    `badge` means with the badge and PIN of somebody who may, and so does an act beyond the limits that a cell tells.
    """
    names = [each.name for each in authority.role]
    lines = [_row("act", *names), "|" + "---|" * (len(names) + 1)]
    lines += [_row(act, *cells) for act, cells in _rows(authority)]
    return "\n".join(lines)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _rows(authority: Authority) -> Iterator[tuple[str, list[str]]]:
    for was in DISPOSITIONS:
        for to in DISPOSITIONS:
            if was != to:
                yield f"{was} → {to}", [_changed(authority, each, was, to) for each in authority.role]
    yield "decide exceptions", [_decided(authority, each) for each in authority.role]
    for name, act in _OTHERS.items():
        alone = [_WORDS[may(authority, each.name, act)] for each in authority.role]
        units = [each.signs_off_units if isinstance(act, Sign) and not act.second else None for each in authority.role]
        yield (
            name,
            [
                word if most is None else f"{word}, alone to {most} units off"
                for word, most in zip(alone, units, strict=True)
            ],
        )
    yield "write off, in one shift", [_given_up(each) for each in authority.role]


def _changed(authority: Authority, role: Role, was: str, to: str) -> str:
    given = [each for each in role.override if was in each.from_ and to in each.to]
    if given:
        return "; or ".join(_limits(each) for each in given)
    return _WORDS[may(authority, role.name, Override(was, to))]


def _limits(given: Overrides) -> str:
    limits = [
        f"{letters} {way}" for letters, way in ((given.better, "better"), (given.worse, "worse")) if letters is not None
    ]
    if given.up_to_minor is not None:
        limits.append(_sums(given.up_to_minor))
    return ", ".join(("yes", *limits))


def _decided(authority: Authority, role: Role) -> str:
    if role.decides and EVERY not in role.decides:
        kinds = f"yes: {', '.join(role.decides)}"
        return f"{kinds}; {_alone(role.alone)}" if role.alone is not None else kinds
    alone = _WORDS[may(authority, role.name, Decide(EVERY))]
    return f"{alone}; {_alone(role.alone)}" if role.alone is not None else alone


def _alone(given: Alone) -> str:
    return f"alone {', '.join(given.decisions)} {_sums(given.up_to_minor)}"


def _given_up(role: Role) -> str:
    if role.write_off is None:
        return "never"
    limit = role.write_off.up_to_minor
    return "yes" if limit is None else f"yes, alone {_sums(limit)}"


def _sums(limit: Mapping[str, int]) -> str:
    return "to " + " / ".join(f"{minor // 100}.{minor % 100:02d} {currency}" for currency, minor in limit.items())

"""Who may do what, as the site's data says it: the roles, and what each is given."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from resources import find
from station.exceptions.facts import Decision
from station.records import Disposition

FILE = "authority.toml"
EVERY = "*"
LETTERS = "ABCD"

_Count = Annotated[int, msgspec.Meta(ge=0)]
_Money = Annotated[int, msgspec.Meta(ge=1)]
_Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z_]{0,39}$")]
_Letter = Annotated[str, msgspec.Meta(pattern=r"^[A-D]$")]
_Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")]


class AuthorityError(ValueError):
    """A table of authority that cannot be used; the message names the place and what to mend."""


class Overrides(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Which items a role may send another way; None says that there is no such limit.

    `better` and `worse` are letters between the item's grade and what the way stands for, `up_to_minor` the highest
    list price by currency.
    """

    from_: tuple[Disposition, ...]
    to: tuple[Disposition, ...]
    better: _Count | None = None
    worse: _Count | None = None
    up_to_minor: Mapping[_Currency, _Money] | None = None


class WriteOffs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a role may give up in one shift, in minor units by currency; None: without a limit."""

    up_to_minor: Mapping[_Currency, _Money] | None = None


class Alone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which decisions about exceptions a role takes alone only up to so much, in minor units by currency.

    What counts is the list price of all that is decided about. `relink` is a match or a split that takes a unit from
    the return line it belongs to.
    """

    decisions: tuple[Decision | Literal["relink"], ...]
    up_to_minor: Mapping[_Currency, _Money]


class Role(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one role is given, as resources/authority.toml tells it."""

    name: _Name
    steps_up: bool = False
    closes: bool = False
    signs_off_units: _Count | None = None
    countersigns: bool = False
    decides: tuple[str, ...] = ()
    override: tuple[Overrides, ...] = ()
    write_off: WriteOffs | None = None
    alone: Alone | None = None


class Authority(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every role, and the letter that goods have which go a way (`hold` has none)."""

    version: Annotated[int, msgspec.Meta(ge=1)]
    stands_for: Mapping[Disposition, _Letter]
    role: tuple[Role, ...]

    def of(self, name: str) -> Role:
        """Return what a role is given; one that nobody wrote down is given nothing."""
        return next((each for each in self.role if each.name == name), _NOBODY)


_NOBODY = Role("nobody")


def parse(toml: bytes) -> Authority:
    """Read a table of authority; raises AuthorityError."""
    try:
        found = msgspec.toml.decode(toml, type=Authority)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `")
        where = place.strip("`").removeprefix("$.").removeprefix("$") or "the top of the file"
        raise AuthorityError(f"{where}: {problem}; mend it there") from error
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise AuthorityError(f"not TOML: {error}; mend that line") from error
    names = [each.name for each in found.role]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise AuthorityError(f"role: {', '.join(twice)} stands there twice; put both together")
    for role in found.role:
        _check(role)
    for rest, what in (("steps_up", "lets others go on"), ("closes", "closes a shift"), ("countersigns", "signs too")):
        if not any(getattr(each, rest) for each in found.role):
            raise AuthorityError(f"role: nobody {what}; give {rest} to a role")
    if not any(each.signs_off_units is not None for each in found.role):
        raise AuthorityError("role: nobody signs a shift; give signs_off_units to a role")
    return found


def _check(role: Role) -> None:
    for number, each in enumerate(role.override, start=1):
        if not each.from_ or not each.to:
            raise AuthorityError(f"role {role.name}, override {number}: from and to name at least one way each")
        if each.from_ == each.to and len(each.to) == 1:
            raise AuthorityError(f"role {role.name}, override {number}: {each.to[0]} to itself is no other way")
    if role.alone is not None and not role.alone.decisions:
        raise AuthorityError(f"role {role.name}: alone names at least one decision")
    if role.alone is not None and not role.decides:
        raise AuthorityError(f"role {role.name}: alone is about decisions; give it decides, too")
    if role.write_off is not None and role.signs_off_units is None:
        raise AuthorityError(f"role {role.name}: write_off is done at the signature; give it signs_off_units, too")


def read_authority() -> Authority:
    """Read the table that came with the program; raises AuthorityError."""
    return parse(find.read(FILE))

"""Scanners that type: telling a scan from typing by key codes and time, so that no widget ever sees half a code.

Keys are decoded with the scanner's layout, not the computer's. A key programmed as prefix makes it certain; without
one, keys that follow each other faster than any hand are a scan. Keys are held until that is decided: then either
all are dropped and one reading comes out, or all are typed in their order. A burst that lost its beginning or its
end is dropped as unreadable: half a code is worse than none.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from devices.readings import Fault, Scan, Unreadable
from devices.scanners import aim, layouts

_SEPARATORS = frozenset("\x04\x1c\x1d\x1e\x1f")  # what scanners send as Ctrl and a key: EOT FS GS RS US
_RAW_KEPT = 80


class Fate(StrEnum):
    """What the event filter does with key events."""

    hold = "hold"
    drop = "drop"
    type = "type"


@dataclass(frozen=True, slots=True)
class Decision:
    """First `held` for all events held so far, in order, then `this` for the present one; then post `reading`."""

    held: Fate
    this: Fate
    reading: Scan | Unreadable | None = None


@dataclass(frozen=True, slots=True)
class WedgeSettings:
    """How the scanner was programmed, and what is faster than a hand.

    `prefix` is a key code (input-event-codes.h) the scanner sends first, or None. Seen by an application, the gaps
    of real wedges stay below 15 ms; `unfinished_s` is how long a burst may hang before it is given up.
    """

    layout: layouts.Layout = field(default_factory=lambda: layouts.US)
    prefix: int | None = None
    suffixes: frozenset[int] = frozenset({layouts.ENTER, layouts.KEYPAD_ENTER, layouts.TAB})
    gap_s: float = 0.05
    unfinished_s: float = 0.5
    fewest_characters: int = 6  # a PIN rolled over the keys in a blink has four


class WedgeDecoder:
    """Key events in, decisions out. `at` is the event's own time, in seconds of one steady clock.

    After each decision ask `due_at`, and call `expire` when that time has come without another key.
    """

    def __init__(self, device: str, settings: WedgeSettings) -> None:
        self._device = device
        self._settings = settings
        self._modifiers: set[int] = set()
        self._text: list[str] = []
        self._holding = False
        self._prefixed = False
        self._spoiled = False
        self._last_at = 0.0
        self._typed_at: float | None = None  # the last key of what `expire` let be typed
        self._down: set[int] = set()  # pressed keys whose fate is open
        self._dropped: set[int] = set()  # dropped presses whose release must be dropped too

    @property
    def due_at(self) -> float | None:
        """When to call `expire` if no key comes before, or None."""
        if not (self._holding or self._prefixed):
            return None
        return self._last_at + (self._settings.unfinished_s if self._certain else self._settings.gap_s)

    def expire(self, at: float) -> Decision | None:
        """The time has come: what happens to the held events, or None when it is too early."""
        due_at = self.due_at
        if due_at is None or at <= due_at:
            return None
        if not self._certain:
            self._typed_at = self._last_at
        return Decision(*self._give_up(at))

    def release(self, code: int, at: float) -> Decision:
        """A key was let go: it goes the way its press went."""
        self._modifiers.discard(code)
        if code in self._dropped:
            self._dropped.discard(code)
            return Decision(Fate.hold, Fate.drop)
        self._down.discard(code)
        return Decision(Fate.hold, Fate.hold if self._holding else Fate.type)

    def press(self, code: int, at: float, repeat: bool = False) -> Decision:
        """A key was pressed; `repeat` when the keyboard repeats a key that is held down."""
        late = self.expire(at)
        if late is None:
            return self._press(code, at, repeat)
        # The key belongs to whatever comes next; a burst given up before it is answered for here as well.
        decision = self._press(code, at, repeat)
        return Decision(late.held, decision.this, late.reading or decision.reading)

    def _press(self, code: int, at: float, repeat: bool) -> Decision:
        if code == self._settings.prefix:
            held, _, reading = self._give_up(at)
            self._prefixed, self._last_at = True, at
            self._dropped.add(code)
            return Decision(held, Fate.drop, reading)
        if code in layouts.SHIFTS | layouts.CONTROLS | layouts.OTHER_MODIFIERS:
            return self._modifier(code, at)
        character = self._character(code)
        if self._prefixed:
            return self._prefixed_key(code, character, at, repeat)
        if code in self._settings.suffixes:
            return self._suffix(code, at, repeat)
        if character is None or repeat:
            return self._typing(at)
        return self._collect(code, character, at)

    @property
    def _certain(self) -> bool:
        """Whether what is held is a scan for sure, finished or not."""
        return self._prefixed or len(self._text) >= self._settings.fewest_characters

    def _collect(self, code: int, character: str, at: float) -> Decision:
        if not self._holding and self._typed_at is not None:
            # What `expire` let be typed was the beginning of this burst: the clock was ahead of the keys.
            self._spoiled = at - self._typed_at <= self._settings.gap_s
            self._typed_at = None
        self._holding = True
        self._text.append(character)
        self._down.add(code)
        self._last_at = at
        return Decision(Fate.hold, Fate.hold)

    def _modifier(self, code: int, at: float) -> Decision:
        self._modifiers.add(code)
        if self._prefixed:
            self._dropped.add(code)
            return Decision(Fate.hold, Fate.drop)
        if not self._holding and code not in layouts.SHIFTS:
            return Decision(Fate.hold, Fate.type)
        self._holding = True
        self._down.add(code)
        self._last_at = at
        return Decision(Fate.hold, Fate.hold)

    def _prefixed_key(self, code: int, character: str | None, at: float, repeat: bool) -> Decision:
        self._dropped.add(code)
        self._last_at = at
        if code in self._settings.suffixes:
            return Decision(Fate.drop, Fate.drop, self._finish(at))
        if character is None or repeat:
            self._spoiled = True
        else:
            self._text.append(character)
        return Decision(Fate.hold, Fate.drop)

    def _suffix(self, code: int, at: float, repeat: bool) -> Decision:
        if repeat or self._modifiers or not self._certain:
            return self._typing(at)
        self._down.add(code)
        return Decision(Fate.drop, Fate.drop, self._finish(at))

    def _typing(self, at: float) -> Decision:
        """This key is no scanner's. What is held was typed, unless it was certainly a scan."""
        held, _, reading = self._give_up(at)
        return Decision(held, Fate.type, reading)

    def _finish(self, at: float) -> Scan | Unreadable:
        symbology, text = aim.split("".join(self._text))
        if self._spoiled or not text.strip():
            reading: Scan | Unreadable = self._unreadable(Fault.garbled if self._spoiled else Fault.empty, at)
        else:
            reading = Scan(self._device, text, symbology, at)
        self._forget(dropped=True)
        return reading

    def _give_up(self, at: float) -> tuple[Fate, Fate, Unreadable | None]:
        """Without a suffix it is no scan: typed if it is too short for one, else dropped and said."""
        if not self._certain:
            self._forget(dropped=False)
            return Fate.type, Fate.hold, None
        reading = self._unreadable(Fault.garbled, at) if self._text else None
        self._forget(dropped=True)
        return Fate.drop, Fate.hold, reading

    def _unreadable(self, why: Fault, at: float) -> Unreadable:
        return Unreadable(self._device, why, "".join(self._text).encode()[:_RAW_KEPT], at)

    def _forget(self, dropped: bool) -> None:
        if dropped:
            self._dropped |= self._down
        self._down.clear()
        self._text.clear()
        self._holding = self._prefixed = self._spoiled = False

    def _character(self, code: int) -> str | None:
        """What the scanner means by the key, or None for a key no scanner sends."""
        pair = self._settings.layout.get(code)
        if pair is None or self._modifiers & layouts.OTHER_MODIFIERS:
            return None
        character = pair[bool(self._modifiers & layouts.SHIFTS)]
        if not self._modifiers & layouts.CONTROLS:
            return character
        control = chr(ord(character.upper()) & 0x1F)
        return control if control in _SEPARATORS and (self._text or self._prefixed) else None

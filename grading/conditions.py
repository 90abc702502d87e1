"""Conditions of rules: a small, loop-free part of CEL that cannot harm, whoever wrote the rule.

CEL is specified at https://github.com/google/cel-spec. Allowed are comparison, `in`, `&&`, `||`, `!` and
literals; macros (the only loops), functions and arithmetic are refused when the rule is read, not when it
runs.
"""

import re
import sys
from collections.abc import Mapping
from types import ModuleType

VARIABLES = frozenset(
    {
        "letter", "cosmetic", "functional", "stops", "missing",
        "match", "serial", "weight_in_band", "category", "client", "kind", "price_minor", "currency",
        "recall_owner",
    }
)  # fmt: skip
"""What a condition may name: the grade's `letter` ... `missing` (a count), and the facts of `route`."""

MAX_LENGTH = 500

_OPERATORS = frozenset({"_&&_", "_||_", "!_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "@in"})
_STRING = re.compile(r""""[^"\\\n]*"|'[^'\\\n]*'""")
_NUMBER = re.compile(r"(?<![\w.])\d{1,18}(?![\w.])")
_CALL = re.compile(r"(\w+)\s*\(")
_FAULTS = (RuntimeError, LookupError, TypeError, ValueError, ArithmeticError)


class ConditionError(ValueError):
    """A condition that may not be used, or that could not be decided; the message says why."""


class Facts:
    """The variables of one item, handed over once for all rules: a dict each time is 30 times slower."""

    def __init__(self, variables: Mapping[str, object]) -> None:
        import cel  # `Condition` made sure that it came without its command line

        self.context = cel.Context(dict(variables))


class Condition:
    """One compiled condition; raises ConditionError when its text does anything but compare.

    `names` are the facts it asks for.
    """

    def __init__(self, text: str) -> None:
        # The package imports its own command line with itself, and with that a terminal toolkit: 0.3 s of each start.
        sys.modules.setdefault("cel.cli", ModuleType("cel.cli"))
        import cel

        if len(text) > MAX_LENGTH:
            raise ConditionError(f"longer than {MAX_LENGTH} characters; split it into several rules")
        bare = _STRING.sub(" ", text)
        if any(sign in bare for sign in ("\\", "//", '"', "'")) or '"""' in text or "'''" in text:
            raise ConditionError("has an escape, a comment or an open string; write plain strings")
        called = sorted({name for name in _CALL.findall(bare) if name != "in"})
        if called or "." in bare:
            raise ConditionError(f"calls {', '.join(called) or 'a member'}; only comparisons are allowed")
        try:
            self._program = cel.compile(text)
            used = self._program.references()
        except _FAULTS as error:
            raise ConditionError(str(error).splitlines()[0]) from error
        self.text = text
        self.names = frozenset(used["variables"])
        functions = sorted(set(used["functions"]) - _OPERATORS)
        names = sorted(self.names - VARIABLES)
        if functions or names:
            raise ConditionError(f"uses {', '.join(functions + names)}; known are {', '.join(sorted(VARIABLES))}")

    def literals(self) -> frozenset[str]:
        """Return the texts it compares with."""
        return frozenset(each[1:-1] for each in _STRING.findall(self.text))

    def sought(self, name: str) -> frozenset[str]:
        """Return the texts it looks for in a list, as in `"hazard" in stops` and `stops == ["hazard"]`."""
        text = _STRING.pattern
        inside = re.findall(rf"({text})\s+in\s+{name}\b", self.text)
        for lists in re.findall(rf"\b{name}\s*[!=]=\s*\[([^\]]*)\]|\[([^\]]*)\]\s*[!=]=\s*{name}\b", self.text):
            inside += _STRING.findall("".join(lists))
        return frozenset(each[1:-1] for each in inside)

    def compared(self, name: str) -> frozenset[str]:
        """Return the texts that a fact is compared with, as in `kind == "return"` and `kind in ["repair"]`."""
        text = _STRING.pattern
        found = re.findall(rf"\b{name}\s*[!=]=\s*({text})|({text})\s*[!=]=\s*{name}\b", self.text)
        literals = [each for pair in found for each in pair if each]
        for inside in re.findall(rf"\b{name}\s+in\s*\[([^\]]*)\]", self.text):
            literals += _STRING.findall(inside)
        return frozenset(each[1:-1] for each in literals)

    def numbers(self) -> frozenset[int]:
        """Return the whole numbers it compares with."""
        return frozenset(int(each) for each in _NUMBER.findall(_STRING.sub(" ", self.text)))

    def holds(self, facts: Facts) -> bool:
        """Tell whether the condition is true of the facts.

        Raises ConditionError when a fact is missing, types do not fit or the answer is not yes or no.
        """
        try:
            answer = self._program.execute(facts.context)
        except _FAULTS as error:
            raise ConditionError(str(error).splitlines()[0]) from error
        if answer is not True and answer is not False:
            raise ConditionError(f"answers {answer!r}, not yes or no")
        return bool(answer)

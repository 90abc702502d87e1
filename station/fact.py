"""What every fact has in common."""

from typing import ClassVar

import msgspec


class Fact(msgspec.Struct, frozen=True, tag_field="t", omit_defaults=True):
    """The class name is the fact's tag; `VERSION` rises when a field changes meaning."""

    VERSION: ClassVar[int] = 1

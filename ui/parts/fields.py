"""A short table of names and values, as the evidence of an item is read."""

from ui.parts.sign import Sign
from ui.parts.table import Table
from ui.parts.text import Text
from ui.theme import S8, S12

_Cells = tuple[Text, Sign, Text]


class Fields(Table[_Cells]):
    """Lines of `name  value`, each with a symbol where one is wanted."""

    def __init__(self) -> None:
        super().__init__(lambda: (Text("small", quiet=True), Sign(18), Text("small")), (0, 0, 1), (S12, S8))

    def show_fields(self, lines: list[tuple[str, str, str, str]]) -> None:
        """Show (name, value, symbol, colour) lines; an empty symbol shows none."""
        for (name, sign, value), (said, worth, symbol, colour) in zip(self.show_rows(len(lines)), lines, strict=True):
            name.show_text(said)
            value.show_text(worth)
            sign.setVisible(bool(symbol))
            sign.show_symbol(symbol, colour)

"""What long work beside the screen posts when it is done."""

from dataclasses import dataclass

from resources.words import Translator, mark


@dataclass(frozen=True, slots=True)
class SupportWritten:
    """A support bundle lies at `path`; or it could not be written, and `trouble` says why."""

    path: str
    trouble: str = ""

    def words(self, tr: Translator) -> str:
        """Return what the person is told."""
        if self.trouble:
            return tr.format(mark("The support bundle could not be written: {trouble}"), trouble=self.trouble)
        return tr.format(mark("The support bundle is written: {path}"), path=self.path)

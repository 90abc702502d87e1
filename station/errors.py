"""What can go wrong around a bench that a person must hear of in plain words."""


class JournalError(Exception):
    """Facts could not be written or read. `code` names the cause for the screen; the message is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

"""What can go wrong around a bench that a person must hear of in plain words."""


class JournalError(Exception):
    """Facts could not be written or read. `code` names the cause for the screen; the message is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class JournalBusy(JournalError):
    """Another station process works on the same data; `pid` is its process id, 0 when unknown."""

    def __init__(self, pid: int) -> None:
        owner = f"process {pid}" if pid else "another process"
        super().__init__("busy", f"The data folder is in use by {owner}. Only one station may work on it.")
        self.pid = pid

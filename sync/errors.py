"""The two ways in which central does not do what a bench asks: wait, or call a person."""

# The codes of Unreachable that say that nobody of ours answered.
AWAY = ("unreachable", "slow", "not_central", "certificate_wrong", "not_secure", "stopped")


class Unreachable(Exception):
    """No answer, or none that says anything: wait and try again.

    `code` is `unreachable` (nobody there), `slow` (no answer in time), `not_central` (somebody else answers), `fault`
    (central failed), `busy` (it asks for patience), `certificate_wrong` (who answers cannot prove to be central),
    `not_secure` (anybody could listen, so nothing was said) or `stopped` (we broke off). `status` is the HTTP status,
    0 when there was no answer; `retry_after_s` is how long central asked to be left alone.
    """

    def __init__(self, code: str, detail: str, *, status: int = 0, retry_after_s: float = 0.0) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.status = status
        self.retry_after_s = retry_after_s


class Refused(Exception):
    """Central understood and said no; asking again changes nothing until a person has looked.

    `code` is central's stable word for it, such as `token_unknown`, `fork` or `malformed`; `status` the HTTP status;
    `acked` the last entry that central has, where it says so, else -1.
    """

    def __init__(self, code: str, detail: str, *, status: int = 0, acked: int = -1) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.status = status
        self.acked = acked

"""What ends a command with a plain word."""


class CentralFailed(Exception):
    """The embedded central service did not start; the message is what it said."""


class Stuck(Exception):
    """The bench asks for something that the play does not know."""
